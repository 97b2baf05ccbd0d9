//! `join()` waits for `task_done()` of every item, not for an empty queue.
use crate::ticks::{ms, run, say, secs};
use executor::sync::Queue;
use executor::{When, sleep, spawn, wait};
use std::rc::Rc;

async fn worker(name: &str, queue: Rc<Queue<u64>>) {
    loop {
        let item = queue.get().await.unwrap();
        sleep(ms(item)).await;
        say!(name, "finished", item);
        queue.task_done();
    }
}

async fn main() {
    let queue = Rc::new(Queue::new(0));
    for millis in [20, 60, 70] {
        queue.try_put(millis).unwrap();
    }
    let workers = ["A", "B"].map(|n| spawn(worker(n, Rc::clone(&queue))));
    sleep(secs(0.04)).await;
    say!("queue empty:", queue.is_empty(), "- main joins");
    queue.join().await;
    say!("joined");
    for w in &workers {
        w.cancel();
    }
    let (workers, _) = wait(workers, When::AllCompleted).await;
    say!("workers cancelled:", workers.iter().map(|w| w.is_cancelled()).collect::<Vec<bool>>());
}

pub(crate) fn program() {
    run(main());
}
