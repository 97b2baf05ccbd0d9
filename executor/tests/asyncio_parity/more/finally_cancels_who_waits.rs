//! A finally that cancels whoever waits for it: that is one more request, and everybody cleans up to the end.
use crate::ticks::{run, say, secs};
use executor::{
    AbortHandle, Cancelled, GroupError, TaskGroup, When, cancellable, sleep, spawn_cancellable, task_group,
    wait,
};
use std::{cell::RefCell, convert::Infallible, rc::Rc};

type Waiter = Rc<RefCell<Vec<AbortHandle>>>;

async fn child() -> Result<Result<(), Infallible>, Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        sleep(secs(0.02)).await;
        say!("child cleaned up");
    }
    slept.map(Ok)
}

struct Finally(Waiter);

impl Drop for Finally {
    fn drop(&mut self) {
        say!("finally");
        self.0.borrow()[0].cancel();
    }
}

async fn inner(waiter: Waiter) -> Result<Result<(), Infallible>, Cancelled> {
    let group = task_group(async |tg: TaskGroup<Infallible>| {
        tg.spawn_cancellable(child());
        let _finally = Finally(waiter);
        sleep(secs(1.0)).await;
        Ok(())
    });
    if let Err(GroupError::Cancelled) = group.await {
        say!("inner is cancelled");
        return Err(Cancelled);
    }
    Ok(Ok(()))
}

async fn outer(waiter: Waiter) -> Result<(), Cancelled> {
    let group = task_group(async |tg: TaskGroup<Infallible>| {
        tg.spawn_cancellable(inner(waiter));
        Ok(())
    });
    if let Err(GroupError::Cancelled) = group.await {
        say!("outer is cancelled");
        return Err(Cancelled);
    }
    Ok(())
}

async fn main() {
    let waiter = Waiter::default();
    let p = spawn_cancellable(outer(waiter.clone()));
    waiter.borrow_mut().push(p.abort_handle());
    sleep(secs(0.02)).await;
    say!("main cancels outer");
    p.cancel();
    let (p, _) = wait([p], When::AllCompleted).await;
    say!("cancelled:", p[0].is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
