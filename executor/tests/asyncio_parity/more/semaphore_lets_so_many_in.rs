//! Semaphore(2): two at a time, first come, first served.
use crate::ticks::{ms, run, say};
use executor::sync::Semaphore;
use executor::{gather, sleep};
use std::rc::Rc;

async fn worker(name: &str, sem: Rc<Semaphore>, millis: u64) {
    let _permit = sem.acquire().await;
    say!(name, "is in");
    sleep(ms(millis)).await;
    say!(name, "goes");
}

async fn main() {
    let sem = Rc::new(Semaphore::new(2));
    let jobs =
        [("A", 60), ("B", 20), ("C", 20), ("D", 60)].map(|(n, millis)| worker(n, Rc::clone(&sem), millis));
    gather(jobs).await.unwrap();
    say!("locked:", sem.is_locked());
}

pub(crate) fn program() {
    run(main());
}
