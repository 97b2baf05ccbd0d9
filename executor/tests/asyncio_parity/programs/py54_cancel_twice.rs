//! A second `cancel()` interrupts the clean-up of the first.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, When, cancellable, cancelling, sleep, spawn_cancellable, wait};

async fn child() -> Result<(), Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    say!("clean-up begins, cancelling() =", cancelling());
    let cleaned_up = cancellable(sleep(secs(0.5))).await;
    if cleaned_up.is_ok() {
        say!("(must not be printed)");
    }
    say!("clean-up broken off, cancelling() =", cancelling());
    slept.and(cleaned_up)
}

async fn main() {
    let task = spawn_cancellable(child());
    sleep(secs(0.02)).await;
    task.cancel();
    sleep(secs(0.02)).await;
    say!("main cancels again");
    task.cancel();
    let (done, _) = wait([task], When::AllCompleted).await;
    say!("cancelled:", done[0].is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
