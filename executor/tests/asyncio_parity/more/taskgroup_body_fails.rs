//! The body of a group fails: its children are cancelled, then the error comes.
use crate::ticks::{ValueError, run, say, secs};
use executor::{Cancelled, TaskGroup, cancellable, sleep, task_group, yield_now};

async fn child() -> Result<Result<(), ValueError>, Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        say!("child is cancelled");
    }
    slept.map(Ok)
}

async fn main() {
    let mut c = None;
    let group = task_group(async |tg: TaskGroup<ValueError>| {
        c = Some(tg.spawn_cancellable(child()));
        yield_now().await;
        say!("the body fails");
        Err::<(), _>(ValueError::new("body"))
    });
    if let Err(group) = group.await {
        let errors: Vec<String> = group.into_errors().into_iter().map(|e| e.0).collect();
        say!("main caught", errors, "child cancelled:", c.unwrap().is_cancelled());
    }
}

pub(crate) fn program() {
    run(main());
}
