//! A child fails while the body of its group still waits: the body is cancelled as well.
use crate::ticks::{ValueError, run, say, secs};
use executor::{Cancelled, TaskGroup, cancellable, sleep, task_group, yield_now};

async fn fails() -> Result<(), ValueError> {
    sleep(secs(0.02)).await;
    say!("child fails");
    Err(ValueError::new("child"))
}

async fn main() {
    let group = task_group(async |tg: TaskGroup<ValueError>| {
        tg.spawn(fails());
        if let Err(Cancelled) = cancellable(sleep(secs(1.0))).await {
            say!("the body is cancelled");
        }
        Ok(())
    });
    if let Err(group) = group.await {
        say!("main caught", group.into_errors().into_iter().map(|e| e.0).collect::<Vec<String>>());
    }
    yield_now().await;
    say!("main goes on");
}

pub(crate) fn program() {
    run(main());
}
