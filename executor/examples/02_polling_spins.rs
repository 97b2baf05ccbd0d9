//! Asking again and again works, and keeps a whole processor busy with nothing.
//!
//! Watch for: the coffee takes a tenth of a second, and is asked for thousands of times meanwhile. That is called
//! spinning, or busy waiting. What is missing is somebody who says when it is worth asking.
//!
//! ```text
//! $ cargo run --example 02_polling_spins
//! ordered
//! the coffee is ready
//! asked in vain more than a thousand times: true
//! ```
//!
//! Look at `top` while it runs with another duration, say ten seconds: one core is at 100 %.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// A coffee that is ready when its time has come.
struct Coffee {
    ready_at: Instant,
}

impl Future for Coffee {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if Instant::now() < self.ready_at { Poll::Pending } else { Poll::Ready(()) }
    }
}

fn main() {
    let mut coffee = pin!(Coffee { ready_at: Instant::now() + Duration::from_millis(100) });
    let mut context = Context::from_waker(Waker::noop());
    let mut questions = 0_u64;
    println!("ordered");
    while coffee.as_mut().poll(&mut context).is_pending() {
        questions += 1;
    }
    println!("the coffee is ready");
    // How many exactly depends on the machine.
    println!("asked in vain more than a thousand times: {}", questions > 1_000);
}
