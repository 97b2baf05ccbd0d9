//! Who cancels itself runs on to its next await; what that waits for is cancelled first.
use crate::ticks::{run, say, secs};
use executor::{AbortHandle, Cancelled, cancellable, sleep, spawn, spawn_cancellable, yield_now};

async fn other() {
    say!("other was queued before the cancellation is told");
}

async fn alone() {
    AbortHandle::current().unwrap().cancel();
    spawn(other());
    if let Err(Cancelled) = cancellable(yield_now()).await {
        say!("alone is told");
    }
}

async fn child() -> Result<(), Cancelled> {
    if let Err(cancelled) = cancellable(sleep(secs(1.0))).await {
        say!("child is told");
        return Err(cancelled);
    }
    Ok(())
}

async fn parent() {
    let task = spawn_cancellable(child());
    yield_now().await;
    AbortHandle::current().unwrap().cancel();
    if task.await.is_err() {
        say!("parent is told");
    }
}

async fn main() {
    spawn(alone()).await.unwrap();
    spawn(parent()).await.unwrap();
    say!("main goes on");
}

pub(crate) fn program() {
    run(main());
}
