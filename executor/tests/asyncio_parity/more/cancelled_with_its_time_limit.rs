//! Cancelled by somebody else in the tick of its own time limit: the task is cancelled, it is no `TimeoutError`.
use crate::ticks::{run, say, secs};
use executor::{
    Cancelled, Elapsed, When, block, call_later, cancellable, sleep, spawn_cancellable, timeout, wait,
};

async fn sleeps() -> Result<(), Cancelled> {
    if let Err(cancelled) = cancellable(sleep(secs(1.0))).await {
        sleep(secs(0.02)).await;
        say!("what was limited has cleaned up");
        return Err(cancelled);
    }
    Ok(())
}

async fn work() -> Result<(), Cancelled> {
    match timeout(secs(0.02), sleeps()).await {
        Err(Elapsed) => say!("TimeoutError"),
        Ok(Err(Cancelled)) => {
            say!("work is cancelled");
            return Err(Cancelled);
        }
        Ok(Ok(())) => {}
    }
    Ok(())
}

async fn main() {
    let task = spawn_cancellable(work());
    let handle = task.abort_handle();
    call_later(secs(0.01), || block(secs(0.03)));
    call_later(secs(0.03), move || {
        handle.cancel();
    });
    let (done, _) = wait([task], When::AllCompleted).await;
    say!("cancelled:", done[0].is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
