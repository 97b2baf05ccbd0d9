//! `wait(FIRST_COMPLETED)` returns at the first finisher and leaves the rest running.
use crate::ticks::{ms, run, say};
use executor::{When, sleep, spawn, wait};

async fn work(name: &'static str, millis: u64) -> &'static str {
    sleep(ms(millis)).await;
    say!(name, "finishes");
    name
}

async fn main() {
    let tasks = [("A", 60), ("B", 20), ("C", 40)].map(|(n, millis)| spawn(work(n, millis)));
    let mut pending = Vec::from(tasks);
    while !pending.is_empty() {
        let (done, still_pending) = wait(pending, When::FirstCompleted).await;
        pending = still_pending;
        let results: Vec<&str> = done.into_iter().map(|mut t| t.take().unwrap().unwrap()).collect();
        say!("main: done", results, "pending", pending.len());
    }
}

pub(crate) fn program() {
    run(main());
}
