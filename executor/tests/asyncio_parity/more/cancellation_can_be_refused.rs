//! A cancellation is a request: a task that catches it and goes on is not cancelled.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, cancellable, cancelling, sleep, spawn, uncancel, yield_now};

async fn stubborn() -> &'static str {
    if let Err(Cancelled) = cancellable(sleep(secs(1.0))).await {
        say!("stubborn refuses, cancelling() =", cancelling());
    }
    yield_now().await;
    say!("stubborn goes on; uncancel() =", uncancel());
    "result"
}

async fn main() {
    let mut task = spawn(stubborn());
    yield_now().await;
    say!("cancel:", task.cancel());
    say!("main got", (&mut task).await.unwrap(), "| cancelled:", task.is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
