//! Coffee takes 5, reading takes 3 (1 = 20 ms).  One after the other: 8.  Together: 5.
use crate::ticks::{note, run};
use executor::{JoinHandle, block, gather, now, sleep, spawn};
use std::time::Duration;

const UNIT: Duration = Duration::from_millis(20);

async fn make_coffee() {
    note!("coffee: water on");
    sleep(5 * UNIT).await;
    note!("coffee: ready");
}

async fn read_book() {
    note!("book: opened");
    sleep(3 * UNIT).await;
    note!("book: chapter read");
}

async fn watch_the_kettle() {
    note!("coffee: water on, and I stare at it");
    block(5 * UNIT);
    note!("coffee: ready");
}

async fn timed(title: &str, jobs: Vec<JoinHandle<()>>) {
    note!(title);
    let start = now();
    gather(jobs).await.unwrap();
    note!("took", now().since(start).as_nanos() / UNIT.as_nanos(), "units");
}

async fn main() {
    timed("-- coffee alone", vec![spawn(make_coffee())]).await;
    timed("-- both, cooperating", vec![spawn(make_coffee()), spawn(read_book())]).await;
    timed("-- both, but the coffee maker blocks", vec![spawn(watch_the_kettle()), spawn(read_book())]).await;
}

pub(crate) fn program() {
    run(main());
}
