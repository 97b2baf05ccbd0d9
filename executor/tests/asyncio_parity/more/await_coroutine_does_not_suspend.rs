//! Awaiting a coroutine is a call: it runs in the same step, and only its sleep gives way.
use crate::ticks::{run, say};
use executor::{call_soon, yield_now};

async fn inner(name: &str) -> String {
    say!(name, "inner");
    format!("{name}!")
}

async fn outer() {
    say!("outer calls");
    say!("outer got", inner("first").await);
    yield_now().await;
    say!("outer got", inner("second").await);
}

async fn main() {
    call_soon(|| say!("callback, waiting since before"));
    outer().await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
