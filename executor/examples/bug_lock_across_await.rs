//! A thread's lock that is held across an `.await`: the task that waits for it stops the one that has it.
//!
//! Watch for: alice waits for the card machine with the till in her hand, and bob wants the till. A `Mutex` of the
//! standard library makes its *thread* wait; but there is one thread, and alice needs it to go on and to give the till
//! back. (Here bob asks with `try_lock`, so that the program can tell.)
//!
//! ```text
//! $ cargo run --example bug_lock_across_await
//! alice: takes the till
//! alice: waits for the card machine, and holds the till
//! bob:   the till is taken, and who has it needs this thread: in lock() it would wait for ever
//! ```
//!
//! The cure is to give it back before the wait. Who must keep it takes a lock that makes the *task* wait: `sync::Lock`.
//!
//! ```text
//! $ cargo run --example bug_lock_across_await -- cured
//! alice: takes the till
//! alice: gives it back, and waits for the card machine
//! bob:   takes the till
//! the till has 7 coins
//! ```
//!
//! In the wild: the whole program stands still, under load only, with an idle processor; a debugger shows the loop's
//! thread in `lock`. In Python it is a `threading.Lock` with an `await` in its `with` block. Rust finds much of it
//! before it runs: with tokio such a task cannot be spawned, as it is not `Send`, and clippy has `await_holding_lock`.
//! A `RefCell` held so panics instead ("already borrowed"). A lock of asyncio's or tokio's own brings no standstill,
//! but everybody who wants it waits for the slow call: answers come one by one, and the latencies form a staircase.

use std::env;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, inspect, sleep, spawn_named};

#[expect(clippy::await_holding_lock, reason = "this is the fault")]
async fn alice(till: Rc<Mutex<u32>>, cured: bool) {
    let mut coins = till.lock().expect("nobody panics");
    println!("alice: takes the till");
    *coins += 2;
    let card_machine = sleep(Duration::from_millis(100));
    if cured {
        drop(coins);
        println!("alice: gives it back, and waits for the card machine");
        card_machine.await;
    } else {
        println!("alice: waits for the card machine, and holds the till");
        card_machine.await;
        drop(coins);
    }
}

/// Gives whether he got the till.
#[expect(clippy::unused_async, reason = "a task is a future, whether it waits or not")]
async fn bob(till: Rc<Mutex<u32>>) -> bool {
    if let Ok(mut coins) = till.try_lock() {
        println!("bob:   takes the till");
        *coins += 5;
        return true;
    }
    println!("bob:   the till is taken, and who has it needs this thread: in lock() it would wait for ever");
    false
}

async fn evening(cured: bool) {
    let till = Rc::new(Mutex::new(0));
    let alice = spawn_named("alice", alice(Rc::clone(&till), cured));
    let bob = spawn_named("bob", bob(Rc::clone(&till)));
    if bob.await.expect("bob stays calm") {
        alice.await.expect("alice stays calm");
        println!("the till has {} coins", till.lock().expect("nobody panics"));
    } else {
        alice.abort();
    }
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    let cured = env::args().any(|word| word == "cured");
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(evening(cured));
    Ok(())
}
