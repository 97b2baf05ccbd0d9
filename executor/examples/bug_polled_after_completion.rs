//! A future that is polled again after it has said `Ready`: it has nothing left to say, and panics.
//!
//! Watch for: a hand-made `both` polls its two futures until both are done. The quick one is done first, and is asked
//! again. An `async fn` panics then; another future may do anything, hang for instance.
//!
//! ```text
//! $ cargo run --example bug_polled_after_completion
//! 0 ms: poll tea: Pending
//! 0 ms: poll pie: Pending
//! 3 ms: poll tea: Ready(())
//! 3 ms: poll pie: Pending
//! the task panicked: `async fn` resumed after completion
//! ```
//!
//! The cure is to take note of what is done, and to leave it alone (the `futures` crate calls it `fuse`):
//!
//! ```text
//! $ cargo run --example bug_polled_after_completion -- cured
//! 0 ms: poll tea: Pending
//! 0 ms: poll pie: Pending
//! 3 ms: poll tea: Ready(())
//! 3 ms: poll pie: Pending
//! 5 ms: poll pie: Ready(())
//! tea and pie are served
//! ```
//!
//! In the wild: a panic that says "after completion", from code that polls by hand, when one of several is done before
//! the others. In tokio it is mostly a `select!` in a loop with `&mut future` in it: the branch needs `, if !done`.
//! Python says "cannot reuse already awaited coroutine" of a coroutine object that is awaited twice; a task may be
//! awaited as often as you like, because it keeps its result.

use std::env;
use std::future::{self, Future};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, Instant, inspect, now, sleep, spawn_named};

/// A future, and what is known of it.
struct Order {
    name: &'static str,
    future: Pin<Box<dyn Future<Output = ()>>>,
    done: bool,
}

impl Order {
    fn new(name: &'static str, millis: u64) -> Self {
        let make = async move { sleep(Duration::from_millis(millis)).await };
        Order { name, future: Box::pin(make), done: false }
    }

    fn poll(&mut self, cx: &mut Context<'_>, cured: bool) -> bool {
        if cured && self.done {
            return true;
        }
        let poll = self.future.as_mut().poll(cx);
        println!("{} ms: poll {}: {poll:?}", now().since(Instant::START).as_millis(), self.name);
        self.done = poll.is_ready();
        self.done
    }
}

/// Waits for both. Python: `await asyncio.gather(tea, pie)`.
async fn both(mut tea: Order, mut pie: Order, cured: bool) {
    future::poll_fn(|cx| {
        let tea_is_done = tea.poll(cx, cured);
        let pie_is_done = pie.poll(cx, cured);
        if tea_is_done && pie_is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn order(cured: bool) {
    match spawn_named("both", both(Order::new("tea", 3), Order::new("pie", 5), cured)).await {
        Ok(()) => println!("tea and pie are served"),
        Err(error) => println!("{error}"),
    }
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    let cured = env::args().any(|word| word == "cured");
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(order(cured));
    Ok(())
}
