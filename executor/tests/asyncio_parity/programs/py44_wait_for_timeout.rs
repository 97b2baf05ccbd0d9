//! `wait_for` cancels what it waits for, and returns only after the clean-up is over.
use crate::ticks::{note, run, secs};
use executor::{Cancelled, Elapsed, cancellable, sleep, spawn_cancellable, wait_for};

async fn work() -> Result<(), Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    note!("work cleans up for 20 ms");
    sleep(secs(0.02)).await;
    note!("work cleaned up");
    slept
}

async fn value_after(seconds: f64) -> &'static str {
    sleep(secs(seconds)).await;
    "value"
}

async fn main() {
    if let Err(Elapsed) = wait_for(secs(0.02), spawn_cancellable(work())).await {
        note!("main: TimeoutError");
    }
    note!("in time:", wait_for(secs(0.06), value_after(0.02)).await.unwrap().unwrap());
}

pub(crate) fn program() {
    run(main());
}
