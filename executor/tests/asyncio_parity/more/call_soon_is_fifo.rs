//! `call_soon` is first in, first out, and so is everything else: tasks and callbacks share a queue.
use crate::ticks::{run, say};
use executor::{call_soon, spawn, yield_now};

async fn task(i: u32) {
    say!("task", i);
    yield_now().await;
    say!("task", i, "again");
}

async fn main() {
    for i in 0..3 {
        call_soon(move || say!("callback", i));
        spawn(task(i));
    }
    say!("main yields");
    yield_now().await;
    say!("main is back");
    yield_now().await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
