//! A timer callback runs in the tick its deadline passes; a sleeping task one tick later.
//!
//! With direct wake-ups the task runs in that tick too, and before the callback whose deadline came
//! later: the two lines change places.
use crate::ticks::{run, say, secs};
use executor::{block, call_later, sleep, spawn, yield_now};

async fn sleeper() {
    say!("sleeper goes to sleep for 20 ms");
    sleep(secs(0.02)).await;
    say!("sleeper is back");
}

async fn main() {
    spawn(sleeper());
    yield_now().await;
    call_later(secs(0.02), || say!("call_later(20 ms) callback"));
    block(secs(0.04)); // both deadlines are over now
    say!("main blocked past both deadlines");
    sleep(secs(0.02)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
