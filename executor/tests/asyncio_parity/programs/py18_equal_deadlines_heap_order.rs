//! With more than three equal deadlines `CPython`'s heap loses the registration order.
//!
//! Here they fire in the order in which they were armed, and this is the one place where the loop
//! is deliberately not asyncio's: its documentation promises no order, and what it prints
//! (A C G F H B D E) is an accident of how a heap moves what is equal.
use crate::ticks::{run, say, secs};
use executor::{call_at, now, sleep};

async fn main() {
    let when = now() + secs(0.02);
    for name in "ABCDEFGH".chars() {
        call_at(when, move || say!("timer", name));
    }
    say!("registered A to H for the same instant");
    sleep(secs(0.04)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
