//! A running task can cancel itself: it goes on to its next await, which then fails.
use crate::ticks::{run, say, secs};
use executor::{AbortHandle, Cancelled, JoinError, cancellable, sleep, spawn, spawn_cancellable};

async fn child() -> Result<(), Cancelled> {
    say!("child cancels itself:", AbortHandle::current().unwrap().cancel());
    say!("child still runs");
    match cancellable(sleep(secs(0.02))).await {
        Ok(()) => say!("(must not be printed)"),
        Err(Cancelled) => {
            say!("child's next await fails");
            return Err(Cancelled);
        }
    }
    Ok(())
}

async fn returns() -> &'static str {
    AbortHandle::current().unwrap().cancel();
    "result"
}

async fn main() {
    let mut task = spawn_cancellable(child());
    if let Err(JoinError::Cancelled) = (&mut task).await {
        say!("cancelled:", task.is_cancelled());
    }
    let mut task = spawn(returns());
    match (&mut task).await {
        Err(JoinError::Cancelled) => {
            say!("who cancels itself and returns is cancelled all the same:", task.is_cancelled());
        }
        result => say!("(must not be printed)", result.unwrap()),
    }
}

pub(crate) fn program() {
    run(main());
}
