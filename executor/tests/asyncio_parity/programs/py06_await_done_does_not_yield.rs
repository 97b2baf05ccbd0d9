//! await on something already done does not give the loop a turn.
use crate::ticks::{run, say};
use executor::{Deferred, call_soon, spawn, yield_now};

async fn quick() -> &'static str {
    "task result"
}

async fn main() {
    let task = spawn(quick());
    let fut = Deferred::new();
    fut.set("future result").unwrap();
    yield_now().await; // lets `task` finish
    call_soon(|| say!("callback (waiting since before the awaits)"));
    say!("await done future ->", fut.await.unwrap());
    say!("await done task ->", task.await.unwrap());
    say!("sleep(0) now");
    yield_now().await;
    say!("main is back");
}

pub(crate) fn program() {
    run(main());
}
