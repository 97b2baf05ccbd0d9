//! `PriorityQueue` gives the smallest first, `LifoQueue` the latest.
use crate::ticks::{run, say};
use executor::sync::{Queue, TryGetError, TryPutError};

async fn main() {
    for queue in [Queue::new(0), Queue::lifo(0), Queue::priority(0)] {
        for i in [2, 3, 1] {
            queue.put(i).await.unwrap();
        }
        let mut got = Vec::new();
        for _ in 0..3 {
            got.push(queue.get().await.unwrap());
        }
        say!(got);
    }
    let queue = Queue::new(1);
    queue.try_put(1).unwrap();
    if let Err(TryPutError::Full(2)) = queue.try_put(2) {
        say!("full:", queue.is_full());
    }
    queue.try_get().unwrap();
    if let Err(TryGetError::Empty) = queue.try_get() {
        say!("empty:", queue.is_empty());
    }
}

pub(crate) fn program() {
    run(main());
}
