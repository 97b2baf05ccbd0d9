//! A waker is the buzzer of the cafe: whoever waits leaves it with whatever it waits for, and sleeps.
//!
//! Watch for: the coffee is asked for twice and no more, once when it is ordered and once when the buzzer has gone. In between the
//! thread sleeps in the kernel. A future that answers `Pending` must have left the waker with somebody who will call it.
//!
//! ```text
//! $ cargo run --example 03_a_waker
//! guest:   is it ready? false
//! machine: presses the buzzer
//! guest:   is it ready? true
//! ```

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// What the guest and the machine share.
#[derive(Default)]
struct Counter {
    ready: bool,
    buzzer: Option<Waker>,
}

struct Coffee(Arc<Mutex<Counter>>);

impl Future for Coffee {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut counter = self.0.lock().expect("nobody panics");
        println!("guest:   is it ready? {}", counter.ready);
        if counter.ready {
            return Poll::Ready(());
        }
        // Under the same lock as the look at it: or the machine could be done in between, and find no buzzer.
        counter.buzzer = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The machine is a thread of its own here. Later it will be a timer or a socket.
fn brew(counter: &Mutex<Counter>) {
    thread::sleep(Duration::from_millis(50));
    let mut counter = counter.lock().expect("nobody panics");
    println!("machine: presses the buzzer");
    counter.ready = true;
    if let Some(buzzer) = counter.buzzer.take() {
        buzzer.wake();
    }
}

/// What our buzzer does: it wakes the thread that sleeps.
struct WakeThread(Thread);

impl Wake for WakeThread {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(WakeThread(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
        // It returns at once if the buzzer has gone since the question: no wake-up is lost.
        thread::park();
    }
}

fn main() {
    let counter = Arc::new(Mutex::new(Counter::default()));
    let coffee = Coffee(Arc::clone(&counter));
    let machine = thread::spawn(move || brew(&counter));
    block_on(coffee);
    machine.join().expect("the machine does not panic");
}
