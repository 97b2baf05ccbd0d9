//! Who waits longest at a queue gets the next item.
use crate::ticks::{run, say};
use executor::sync::Queue;
use executor::{spawn, yield_now};
use std::rc::Rc;

async fn getter(name: &str, queue: Rc<Queue<u32>>) {
    say!(name, "got", queue.get().await.unwrap());
}

async fn main() {
    let queue = Rc::new(Queue::new(0));
    let tasks = ["A", "B", "C"].map(|n| spawn(getter(n, Rc::clone(&queue))));
    yield_now().await;
    queue.try_put(1).unwrap();
    queue.try_put(2).unwrap();
    say!("main put two");
    yield_now().await;
    say!("main is back");
    queue.put(3).await.unwrap();
    say!("main put one more; size", queue.len());
    yield_now().await;
    say!("all got one:", tasks.iter().all(|t| t.is_finished()));
}

pub(crate) fn program() {
    run(main());
}
