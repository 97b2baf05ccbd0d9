//! shield: who waits is cancelled, what it waits for goes on.
use crate::ticks::{run, say, secs};
use executor::{Cancelled, JoinError, JoinHandle, shield, sleep, spawn, spawn_cancellable};
use std::cell::RefCell;
use std::rc::Rc;

type Task = Rc<RefCell<JoinHandle<&'static str>>>; // a handle that two hold

async fn inner() -> &'static str {
    sleep(secs(0.04)).await;
    say!("inner finishes");
    "result"
}

async fn outer(task: Task) -> Result<(), Cancelled> {
    let shielded = shield(&mut *task.borrow_mut());
    if let Err(JoinError::Cancelled) = shielded.await {
        say!("outer was cancelled");
        return Err(Cancelled);
    }
    Ok(())
}

async fn main() {
    let i = Task::new(spawn(inner()).into());
    let mut o = spawn_cancellable(outer(Rc::clone(&i)));
    sleep(secs(0.02)).await;
    say!("main cancels outer");
    o.cancel();
    if let Err(JoinError::Cancelled) = (&mut o).await {
        say!("outer cancelled:", o.is_cancelled(), "inner cancelled:", i.borrow().is_cancelled());
    }
    let i = Rc::into_inner(i).unwrap().into_inner();
    say!("inner gave", i.await.unwrap());
}

pub(crate) fn program() {
    run(main());
}
