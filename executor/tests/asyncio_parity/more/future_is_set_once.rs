//! A future is set once or cancelled once; who waits for a cancelled one is told so.
use crate::ticks::{run, say};
use executor::{Cancelled, Deferred, spawn, yield_now};

async fn waiter(name: &str, fut: Deferred<u32>) {
    match fut.await {
        Ok(value) => say!(name, "got", value),
        Err(Cancelled) => say!(name, "hears that the future was cancelled"),
    }
}

async fn main() {
    let fut = Deferred::new();
    let mut a = spawn(waiter("A", fut.clone()));
    let b = spawn(waiter("B", fut.clone()));
    yield_now().await;
    say!(
        "cancel:",
        fut.cancel(),
        "again:",
        fut.cancel(),
        "done:",
        fut.is_done(),
        "cancelled:",
        fut.is_cancelled()
    );
    if fut.set(1).is_err() {
        say!("too late to set it");
    }
    (&mut a).await.unwrap();
    say!("A is not cancelled itself:", a.is_cancelled(), b.is_finished());
}

pub(crate) fn program() {
    run(main());
}
