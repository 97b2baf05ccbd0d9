//! A task ends in tick k; who awaits it goes on in tick k + 1, in the order of waiting.
use crate::ticks::{run, say};
use executor::{JoinHandle, spawn, yield_now};

async fn child() -> u32 {
    yield_now().await;
    say!("child returns");
    42
}

async fn middle(task: JoinHandle<u32>) -> u32 {
    say!("middle got", task.await.unwrap());
    43
}

async fn main() {
    let task = spawn(child());
    let m = spawn(middle(task));
    say!("main got", m.await.unwrap());
}

pub(crate) fn program() {
    run(main());
}
