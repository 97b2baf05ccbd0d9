//! Another thread submits coroutines and waits for their results; they run on the loop.
use crate::ticks::{note, paper, print_to, run, secs};
use executor::inspect::all_tasks;
use executor::{handle, sleep, to_thread};
use std::thread::{self, ThreadId};
use std::time::Duration;

async fn add(a: u32, b: u32, main_thread: ThreadId) -> u32 {
    sleep(secs(0.01)).await;
    note!("adding on the loop's thread:", thread::current().id() == main_thread);
    a + b
}

async fn main() {
    let (event_loop, paper, main_thread) = (handle(), paper(), thread::current().id());

    let other_thread = move || {
        print_to(paper);
        let future = event_loop.spawn(move || add(2, 3, main_thread));
        note!("other thread got", future.join_timeout(Duration::from_secs(5)).unwrap().unwrap());
        let future = event_loop.spawn(|| sleep(secs(30.0)));
        future.abort();
        note!("other thread cancelled the second one:", future.join().unwrap_err().is_cancelled());
    };

    to_thread(other_thread).await.unwrap();
    sleep(secs(0.01)).await;
    note!("tasks left besides main:", all_tasks().len() - 1);
}

pub(crate) fn program() {
    run(main());
}
