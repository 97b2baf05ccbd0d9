//! Futures that nobody awaits: the work was described, and never done.
//!
//! Watch for: "3 orders are on their way", and an empty kitchen. To call an `async fn` runs nothing of it: it makes
//! a future, and a future does nothing until somebody polls it. Put into a list and dropped, it never did anything,
//! not even its first line.
//!
//! ```text
//! $ cargo run --example bug_never_awaited
//! 3 orders are on their way
//! good night; the kitchen has seen 0 orders
//! ```
//!
//! The cure is to await them. `gather` makes a task of each, and waits for all:
//!
//! ```text
//! $ cargo run --example bug_never_awaited -- cured
//! 3 orders are on their way
//! kitchen: tea
//! kitchen: pie
//! kitchen: egg
//! good night; the kitchen has seen 3 orders
//! ```
//!
//! In the wild: no error, no delay, and something that should have happened has not: the row is not in the
//! database, the mail was not sent. Python says on stderr "coroutine 'send' was never awaited", if anybody reads
//! it. Rust says "unused implementer of `Future` that must be used" when it compiles; but a future
//! that is bound to a name or pushed into a list counts as used, as here. Its cousin is the task that nobody holds
//! on to: asyncio may lose it half-way ("Task was destroyed but it is pending!"); here, as in tokio, it goes on.

use std::cell::Cell;
use std::env;
use std::rc::Rc;
use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, gather, inspect, sleep};

async fn send(order: &'static str, seen: Rc<Cell<u32>>) {
    println!("kitchen: {order}");
    seen.set(seen.get() + 1);
    sleep(Duration::from_millis(10)).await;
}

async fn evening(cured: bool) {
    let seen = Rc::new(Cell::new(0));
    let mut orders = Vec::new();
    for order in ["tea", "pie", "egg"] {
        // Python: orders.append(send(order))
        orders.push(send(order, Rc::clone(&seen)));
    }
    println!("{} orders are on their way", orders.len());
    if cured {
        // Python: await asyncio.gather(*orders)
        gather(orders).await.expect("no order panics");
    }
    println!("good night; the kitchen has seen {} orders", seen.get());
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    let cured = env::args().any(|word| word == "cured");
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(evening(cured));
    Ok(())
}
