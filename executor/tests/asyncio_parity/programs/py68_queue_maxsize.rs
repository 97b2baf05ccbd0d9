//! Queue(maxsize=2): a full queue makes `put()` wait; producer and consumer then alternate.
use crate::ticks::{run, say};
use executor::spawn;
use executor::sync::Queue;
use std::rc::Rc;

async fn producer(queue: Rc<Queue<u32>>) {
    for i in 0..5 {
        queue.put(i).await.unwrap();
        say!("put", i, "size", queue.len());
    }
    say!("producer done");
}

async fn consumer(queue: Rc<Queue<u32>>) {
    for _ in 0..5 {
        let item = queue.get().await.unwrap();
        say!("got", item, "size", queue.len());
    }
}

async fn main() {
    let queue = Rc::new(Queue::new(2));
    let p = spawn(producer(Rc::clone(&queue)));
    let c = spawn(consumer(Rc::clone(&queue)));
    p.await.unwrap();
    c.await.unwrap();
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
