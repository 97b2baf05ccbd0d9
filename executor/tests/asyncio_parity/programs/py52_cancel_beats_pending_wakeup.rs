//! The result arrives, then `cancel()` comes in the same tick: the waiting task is cancelled.
use crate::ticks::{run, say};
use executor::{Cancelled, Deferred, JoinError, cancellable, spawn_cancellable, yield_now};

async fn waiter(fut: Deferred<&'static str>) -> Result<(), Cancelled> {
    match cancellable(&fut).await.flatten() {
        Ok(value) => say!("waiter got", value),
        Err(Cancelled) => {
            say!("waiter: CancelledError although the future is", fut.get().unwrap().unwrap());
            return Err(Cancelled);
        }
    }
    Ok(())
}

async fn main() {
    let fut = Deferred::new();
    let mut task = spawn_cancellable(waiter(fut.clone()));
    yield_now().await;
    fut.set("set").unwrap();
    say!("main set the result, now cancels:", task.cancel());
    if let Err(JoinError::Cancelled) = (&mut task).await {
        say!("main: cancelled:", task.is_cancelled());
    }
}

pub(crate) fn program() {
    run(main());
}
