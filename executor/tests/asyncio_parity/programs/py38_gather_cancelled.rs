//! Cancelling the task that awaits `gather()` cancels every child first.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, JoinError, cancellable, gather, sleep, spawn_cancellable};

async fn work(name: &str) -> Result<(), Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        say!(name, "was cancelled");
    }
    slept
}

async fn parent() -> Result<(), Cancelled> {
    let gathered = gather([spawn_cancellable(work("A")), spawn_cancellable(work("B"))]).await;
    if let Err(JoinError::Cancelled) = gathered {
        say!("parent was cancelled");
        return Err(Cancelled);
    }
    Ok(())
}

async fn main() {
    let mut p = spawn_cancellable(parent());
    sleep(secs(0.02)).await;
    say!("main cancels parent");
    p.cancel();
    if let Err(JoinError::Cancelled) = (&mut p).await {
        say!("main saw it; parent.cancelled() is", p.is_cancelled());
    }
}

pub(crate) fn program() {
    run(main());
}
