//! `all_tasks()` lists what is not over; names help to tell tasks apart.
use crate::ticks::{ms, run, say};
use executor::inspect::{all_tasks, current_task};
use executor::{sleep, spawn_named};

async fn work(millis: u64) {
    sleep(ms(millis)).await;
    say!(current_task().unwrap().name, "ends");
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = all_tasks().into_iter().map(|t| t.name).collect();
    names.sort();
    names
}

async fn main() {
    let a = spawn_named("A", work(20));
    let b = spawn_named("B", work(40));
    say!(names());
    a.await.unwrap();
    say!(names());
    b.await.unwrap();
    say!(names());
}

pub(crate) fn program() {
    run(main());
}
