//! Cancelling the task that waits for a group cancels the children, and waits for them.
use crate::ticks::{ms, run, say, secs};
use executor::{
    Cancelled, GroupError, TaskGroup, When, cancellable, sleep, spawn_cancellable, task_group, wait,
};
use std::convert::Infallible;

async fn child(millis: u64) -> Result<Result<(), Infallible>, Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        sleep(ms(millis)).await;
        say!("child cleaned up in", millis, "ms");
    }
    slept.map(Ok)
}

async fn parent() -> Result<(), Cancelled> {
    let group = task_group(async |tg: TaskGroup<Infallible>| {
        tg.spawn_cancellable(child(20));
        tg.spawn_cancellable(child(40));
        Ok(())
    });
    if let Err(GroupError::Cancelled) = group.await {
        say!("parent is cancelled");
        return Err(Cancelled);
    }
    Ok(())
}

async fn main() {
    let p = spawn_cancellable(parent());
    sleep(secs(0.02)).await;
    say!("main cancels parent");
    p.cancel();
    let (p, _) = wait([p], When::AllCompleted).await;
    say!("cancelled:", p[0].is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
