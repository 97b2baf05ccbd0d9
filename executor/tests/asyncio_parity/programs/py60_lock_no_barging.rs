//! Release and take again at once: the releaser queues up behind the task already waiting.
use crate::ticks::{run, say};
use executor::sync::Lock;
use executor::{spawn, yield_now};
use std::rc::Rc;

async fn greedy(lock: Rc<Lock<()>>) {
    for i in 0..3 {
        let _guard = lock.acquire().await;
        say!("greedy has the lock, round", i);
        yield_now().await;
    }
}

async fn modest(lock: Rc<Lock<()>>) {
    say!("modest asks");
    let _guard = lock.acquire().await;
    say!("modest has the lock");
}

async fn main() {
    let lock = Rc::new(Lock::new(()));
    let g = spawn(greedy(Rc::clone(&lock)));
    let m = spawn(modest(Rc::clone(&lock)));
    g.await.unwrap();
    m.await.unwrap();
}

pub(crate) fn program() {
    run(main());
}
