//! `wait_for`: a result in time, a limit that comes first, and a task that was done before.
use crate::ticks::{ms, run, say, secs};
use executor::{Cancelled, Elapsed, cancellable, sleep, spawn_cancellable, wait_for};

async fn work(millis: u64) -> Result<String, Cancelled> {
    match cancellable(sleep(ms(millis))).await {
        Ok(()) => Ok(format!("{millis} ms")),
        Err(Cancelled) => {
            say!("work is cancelled");
            Err(Cancelled)
        }
    }
}

async fn main() {
    say!("in time:", wait_for(secs(0.06), spawn_cancellable(work(20))).await.unwrap().unwrap());
    if let Err(Elapsed) = wait_for(secs(0.02), spawn_cancellable(work(60))).await {
        say!("too late");
    }
    let task = spawn_cancellable(work(0));
    sleep(secs(0.02)).await;
    say!("done before:", wait_for(secs(0.02), task).await.unwrap().unwrap());
}

pub(crate) fn program() {
    run(main());
}
