//! One thread: do I still need a lock? A thousand tasks add 1 to one counter, in three ways.
//!
//! Watch for: nobody interrupts a task between two `.await`s, so a change without one needs no lock. With an
//! `.await` in the middle all thousand read 0 before the first of them writes 1, and 999 additions are lost. A lock
//! that is held across the `.await` brings them back, at the price that now they go one after the other: count the
//! turns.
//!
//! ```text
//! $ cargo run --example exp_count_across_await
//! read, write                             1000 in    2 turns
//! read, yield, write                         1 in    3 turns
//! lock, read, yield, write, unlock        1000 in 2001 turns
//! ```
//!
//! Python: `n = counter; await asyncio.sleep(0); counter = n + 1`, in a thousand tasks of one `gather`. Beside it:
//! `bug_lock_across_await`, for what must not be held there.

use std::cell::Cell;
use std::rc::Rc;

use executor::sync::Lock;
use executor::{BuildError, gather, inspect, run, turn, yield_now};

const TASKS: u32 = 1000;

/// How a task adds 1.
#[derive(Clone, Copy)]
enum Way {
    AtOnce,
    AcrossYield,
    Locked,
}

async fn add(way: Way, counter: Rc<Cell<u32>>, lock: Rc<Lock<()>>) {
    let _guard = match way {
        Way::Locked => Some(lock.acquire().await),
        Way::AtOnce | Way::AcrossYield => None,
    };
    let seen = counter.get();
    match way {
        Way::AtOnce => {}
        Way::AcrossYield | Way::Locked => yield_now().await,
    }
    counter.set(seen + 1);
}

async fn count(title: &str, way: Way) {
    let counter = Rc::new(Cell::new(0));
    let lock = Rc::new(Lock::new(()));
    let began = turn();
    let adding = (0..TASKS).map(|_| add(way, Rc::clone(&counter), Rc::clone(&lock)));
    gather(adding).await.expect("nobody panics");
    println!("{title:36} {:7} in {:4} turns", counter.get(), turn() - began);
}

async fn experiment() {
    count("read, write", Way::AtOnce).await;
    count("read, yield, write", Way::AcrossYield).await;
    count("lock, read, yield, write, unlock", Way::Locked).await;
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(experiment())
}
