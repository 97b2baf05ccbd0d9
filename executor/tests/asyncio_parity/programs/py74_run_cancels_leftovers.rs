//! asyncio.run: when main returns, tasks still running are cancelled and get to clean up.
use crate::ticks::{note, run, secs};
use executor::{Cancelled, JoinHandle, cancellable, sleep, spawn_cancellable};

async fn background(name: &str) -> Result<(), Cancelled> {
    if let Err(Cancelled) = cancellable(sleep(secs(10.0))).await {
        note!(name, "cancelled by run(), cleans up for 20 ms");
        sleep(secs(0.02)).await;
        note!(name, "cleaned up");
        return Err(Cancelled);
    }
    note!(name, "finished (must not be printed)");
    Ok(())
}

async fn main() -> JoinHandle<()> {
    let task = spawn_cancellable(background("background"));
    sleep(secs(0.02)).await;
    note!("main returns; background done:", task.is_finished());
    task
}

pub(crate) fn program() {
    let task = run(main());
    note!("run() returned; background cancelled:", task.is_cancelled());
}
