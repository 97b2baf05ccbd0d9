//! Many tasks may await one future: they wake in the order in which they began to wait.
use crate::ticks::{run, say};
use executor::{Deferred, spawn, yield_now};

async fn waiter(name: &str, fut: Deferred<u32>) {
    say!(name, "waits");
    say!(name, "got", fut.await.unwrap());
}

async fn main() {
    let fut = Deferred::new();
    let mut tasks = ["A", "B", "C"].map(|n| spawn(waiter(n, fut.clone())));
    yield_now().await;
    say!("main sets the result");
    fut.set(99).unwrap();
    (&mut tasks[2]).await.unwrap();
    say!("main: all done:", tasks.iter().all(|t| t.is_finished()));
}

pub(crate) fn program() {
    run(main());
}
