//! Two ways to stop a task: `cancel` tells it, at its `.await`, and it may say goodbye; `abort` takes its future away.
//!
//! Watch for: the one that is told still waits for its clean-up. Of the one that is dropped only the destructors run, which cannot wait.
//! The third does not look at what it is told, and so cannot be told: `cancel` drops it.
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example 10_cancellation
//! told: waits for orders
//! dropped: waits for orders
//! deaf: waits for orders
//! told: is told, and turns off the stove
//! told: the stove is cold
//! told: hangs up the apron
//! told: is gone
//! dropped: hangs up the apron
//! dropped: is gone
//! deaf: hangs up the apron
//! deaf: is gone
//! ```

use std::time::Duration;

use executor::{
    BuildError, Cancelled, JoinError, JoinHandle, cancellable, inspect, run, sleep, spawn_cancellable,
    spawn_named,
};

/// Tells when it is dropped, at the end of its scope or with the future that owns it.
struct Apron(&'static str);

impl Drop for Apron {
    fn drop(&mut self) {
        println!("{}: hangs up the apron", self.0);
    }
}

const LONG: Duration = Duration::from_hours(1);

/// Python: try: await asyncio.sleep(3600) / except asyncio.CancelledError: ...; raise
async fn careful(name: &'static str) -> Result<(), Cancelled> {
    let _apron = Apron(name);
    println!("{name}: waits for orders");
    if let Err(cancelled) = cancellable(sleep(LONG)).await {
        println!("{name}: is told, and turns off the stove");
        sleep(Duration::from_secs(1)).await;
        println!("{name}: the stove is cold");
        return Err(cancelled);
    }
    Ok(())
}

async fn careless(name: &'static str) {
    let _apron = Apron(name);
    println!("{name}: waits for orders");
    sleep(LONG).await;
}

async fn close<T>(name: &str, task: JoinHandle<T>) {
    match task.await {
        Err(JoinError::Cancelled) => println!("{name}: is gone"),
        _ => println!("{name}: cannot have ended otherwise"),
    }
}

async fn evening() {
    let (told, dropped) = (spawn_cancellable(careful("told")), spawn_named("dropped", careless("dropped")));
    let not_told = spawn_named("deaf", careless("deaf"));
    sleep(Duration::from_secs(1)).await;

    told.cancel();
    close("told", told).await;
    dropped.abort();
    close("dropped", dropped).await;
    not_told.cancel();
    close("deaf", not_told).await;
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(evening())
}
