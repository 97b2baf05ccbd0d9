//! `cancel()` only asks: the task hears in its next step, and who awaits it one tick later.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, JoinError, cancellable, sleep, spawn_cancellable, yield_now};

async fn child() -> Result<(), Cancelled> {
    say!("child sleeps");
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        say!("child hears of it");
    }
    say!("child's finally");
    slept
}

async fn main() {
    let mut task = spawn_cancellable(child());
    yield_now().await;
    say!("main cancels:", task.cancel(), "done:", task.is_finished());
    if let Err(JoinError::Cancelled) = (&mut task).await {
        say!("main sees it; cancelled:", task.is_cancelled(), "done:", task.is_finished());
    }
}

pub(crate) fn program() {
    run(main());
}
