//! A waiter that was woken and then cancelled passes its wake-up on to the next.
use crate::ticks::{run, say};
use executor::sync::Lock;
use executor::{Cancelled, cancellable, spawn_cancellable, yield_now};
use std::rc::Rc;

async fn waiter(name: &str, lock: Rc<Lock<()>>) -> Result<(), Cancelled> {
    match cancellable(lock.acquire()).await {
        Ok(_guard) => say!(name, "has the lock"),
        Err(Cancelled) => {
            say!(name, "was cancelled");
            return Err(Cancelled);
        }
    }
    Ok(())
}

async fn main() {
    let lock = Rc::new(Lock::new(()));
    let guard = lock.acquire().await;
    let a = spawn_cancellable(waiter("A", Rc::clone(&lock)));
    let b = spawn_cancellable(waiter("B", Rc::clone(&lock)));
    yield_now().await;
    drop(guard);
    a.cancel();
    say!("main released the lock and cancelled A");
    b.await.unwrap();
    say!("A cancelled:", a.is_cancelled(), "| locked:", lock.is_locked());
}

pub(crate) fn program() {
    run(main());
}
