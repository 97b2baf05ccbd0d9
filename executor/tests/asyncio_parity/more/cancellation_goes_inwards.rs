//! Cancelling outer cancels what it waits for first: inner, then middle, then outer, a tick each.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, JoinError, JoinHandle, cancellable, sleep, spawn_cancellable, yield_now};
use std::cell::RefCell;
use std::rc::Rc;

type Task = Rc<RefCell<JoinHandle<()>>>; // a handle that two hold

async fn inner() -> Result<(), Cancelled> {
    let slept = cancellable(sleep(secs(1.0))).await;
    if let Err(Cancelled) = slept {
        say!("inner");
    }
    slept
}

async fn waits_for(name: &str, task: Task) -> Result<(), Cancelled> {
    let join = (&mut *task.borrow_mut()).into_future();
    if let Err(JoinError::Cancelled) = join.await {
        say!(name);
        return Err(Cancelled);
    }
    Ok(())
}

async fn main() {
    let i = Task::new(spawn_cancellable(inner()).into());
    let m = Task::new(spawn_cancellable(waits_for("middle", Rc::clone(&i))).into());
    let mut o = spawn_cancellable(waits_for("outer", Rc::clone(&m)));
    yield_now().await;
    yield_now().await;
    say!("main cancels outer");
    o.cancel();
    if let Err(JoinError::Cancelled) = (&mut o).await {
        let all = [i.borrow().is_cancelled(), m.borrow().is_cancelled(), o.is_cancelled()];
        say!("main; all cancelled:", all[0], all[1], all[2]);
    }
}

pub(crate) fn program() {
    run(main());
}
