//! A cancelled task may await in its clean-up; it is done only when the clean-up is.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, JoinError, cancellable, sleep, spawn_cancellable, yield_now};

async fn child() -> Result<(), Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    say!("child cleans up for 20 ms");
    sleep(secs(0.02)).await;
    say!("child cleaned up");
    slept
}

async fn main() {
    let mut task = spawn_cancellable(child());
    sleep(secs(0.02)).await;
    say!("main cancels");
    task.cancel();
    yield_now().await;
    say!("one tick later: done:", task.is_finished());
    if let Err(JoinError::Cancelled) = (&mut task).await {
        say!("main: cancelled:", task.is_cancelled());
    }
}

pub(crate) fn program() {
    run(main());
}
