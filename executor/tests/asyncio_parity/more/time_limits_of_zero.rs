//! A limit of zero: timeout(0) ends what waits at all, wait(timeout=0) lets who is ready take a step.
use crate::ticks::{run, say, secs};
use executor::{Elapsed, When, spawn, timeout, wait, yield_now};

async fn child() {
    yield_now().await;
    say!("child ends");
}

async fn main() {
    timeout(secs(0.0), async { say!("no wait, and so no limit") }).await.unwrap();
    let limited = timeout(secs(0.0), async {
        yield_now().await;
        say!("slept");
    });
    if let Err(Elapsed) = limited.await {
        say!("TimeoutError");
    }
    let task = spawn(child());
    let (done, pending) = wait([task], When::AllCompleted).limit(secs(0.0)).await;
    say!("done:", done.len(), "pending:", pending.len());
}

pub(crate) fn program() {
    run(main());
}
