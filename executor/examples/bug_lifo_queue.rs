//! A ready queue that serves the latest first: whoever came early waits for ever.
//!
//! Watch for: three clients who always have one more request. The loop is never idle, and yet alice and
//! bob get nothing: carol goes to the end of the line and is taken from there again.
//!
//! ```text
//! $ cargo run --example bug_lifo_queue
//! step 1: carol, request 1
//! step 2: carol, request 2
//! step 3: carol, request 3
//! step 4: carol, request 4
//! step 5: carol, request 5
//! step 6: carol, request 6
//! after 6 steps: alice was served 0 times, bob 0 times, carol 6 times
//! ```
//!
//! The cure is to take from the other end, and it is all the fairness that this project's loop has:
//!
//! ```text
//! $ cargo run --example bug_lifo_queue -- cured
//! step 1: alice, request 1
//! step 2: bob, request 1
//! step 3: carol, request 1
//! step 4: alice, request 2
//! step 5: bob, request 2
//! step 6: carol, request 2
//! after 6 steps: alice was served 2 times, bob 2 times, carol 2 times
//! ```
//!
//! In the wild: the median answer comes fast, a few never come, and the process is busy all the time. In
//! Python it is seldom the loop (asyncio's `_ready` is a deque, taken from the left) and often a list that
//! somebody pops from, or a `LifoQueue`. tokio's workers have a slot for the task that was woken last, on
//! purpose (its data is still in the cache), and count how often they use it, so that two tasks which keep
//! waking each other do not shut out the rest.

use std::cell::Cell;
use std::collections::VecDeque;
use std::env;
use std::future::{self, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A client who has one more request, always. Between two of them it lets others have their turn.
async fn client(name: &'static str, served: Rc<Cell<u32>>) {
    loop {
        served.set(served.get() + 1);
        println!("{name}, request {}", served.get());
        let mut yielded = false;
        future::poll_fn(
            |_| {
                if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
            },
        )
        .await;
    }
}

fn main() {
    let cured = env::args().any(|word| word == "cured");
    let names = ["alice", "bob", "carol"];
    let served = names.map(|_| Rc::new(Cell::new(0)));
    let mut ready: VecDeque<Task> = VecDeque::new();
    for (name, served) in names.into_iter().zip(&served) {
        ready.push_back(Box::pin(client(name, Rc::clone(served))));
    }

    // Every task here is always ready, so no waker is needed: who is not done goes back to the end of
    // the line.
    let mut context = Context::from_waker(Waker::noop());
    for step in 1..=6 {
        let next = if cured { ready.pop_front() } else { ready.pop_back() };
        let mut task = next.expect("no client ever leaves");
        print!("step {step}: ");
        if task.as_mut().poll(&mut context).is_pending() {
            ready.push_back(task);
        }
    }

    let counts = names.iter().zip(&served).map(|(name, served)| match name {
        &"alice" => format!("{name} was served {} times", served.get()),
        _ => format!("{name} {} times", served.get()),
    });
    println!("after 6 steps: {}", counts.collect::<Vec<_>>().join(", "));
}
