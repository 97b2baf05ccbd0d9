//! A group's errors: the children's as they come, the body's last. The first failure has the owner look again.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, TaskGroup, cancellable, sleep, spawn, task_group, yield_now};

async fn cleans_up() -> Result<Result<(), &'static str>, Cancelled> {
    match cancellable(sleep(secs(1.0))).await {
        Ok(()) => Ok(Ok(())),
        Err(Cancelled) => Ok(Err("child")),
    }
}

#[expect(clippy::unused_async, reason = "it is a coroutine there")]
async fn fails() -> Result<(), &'static str> {
    Err("boom")
}

async fn third() {
    yield_now().await;
    say!("third");
}

#[expect(clippy::unused_async, reason = "it is a coroutine there")]
async fn makes_a_third() -> Result<(), &'static str> {
    spawn(third());
    Ok(())
}

async fn main() {
    let group = task_group(async |group: TaskGroup<&str>| {
        group.spawn_cancellable(cleans_up());
        yield_now().await;
        Err::<(), _>("body")
    });
    if let Err(failed) = group.await {
        say!(failed.into_errors());
    }
    let group = task_group(async |group: TaskGroup<&str>| {
        group.spawn(fails());
        group.spawn(makes_a_third());
        Ok(())
    });
    if let Err(failed) = group.await {
        say!(failed.into_errors());
    }
    yield_now().await;
}

pub(crate) fn program() {
    run(main());
}
