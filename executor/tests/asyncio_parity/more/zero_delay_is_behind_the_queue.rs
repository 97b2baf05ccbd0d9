//! `call_later(0)` runs in the next tick, behind everything that is ready then.
use crate::ticks::{run, say};
use executor::{call_at, call_later, call_soon, now, yield_now};
use std::time::Duration;

async fn main() {
    call_later(Duration::ZERO, || say!("call_later(0), registered first"));
    call_at(now(), || say!("call_at(now), registered second"));
    call_soon(|| say!("call_soon, registered third"));
    say!("main yields");
    yield_now().await;
    say!("main is back");
    yield_now().await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
