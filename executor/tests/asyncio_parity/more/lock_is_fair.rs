//! A lock goes to who has waited longest, one tick after it is released.
use crate::ticks::{ms, run, say};
use executor::sync::Lock;
use executor::{gather, sleep};
use std::rc::Rc;

async fn worker(name: &str, lock: Rc<Lock<()>>, millis: u64) {
    say!(name, "asks; locked:", lock.is_locked());
    let _guard = lock.acquire().await;
    say!(name, "has it");
    sleep(ms(millis)).await;
    say!(name, "gives it back");
}

async fn main() {
    let lock = Rc::new(Lock::new(()));
    gather(["A", "B", "C"].map(|n| worker(n, Rc::clone(&lock), 20))).await.unwrap();
    say!("locked:", lock.is_locked());
}

pub(crate) fn program() {
    run(main());
}
