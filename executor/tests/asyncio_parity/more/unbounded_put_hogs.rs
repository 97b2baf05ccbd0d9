//! `put()` on a queue without limit never waits: the producer is through before anybody gets.
use crate::ticks::{run, say};
use executor::spawn;
use executor::sync::Queue;
use std::rc::Rc;

async fn producer(queue: Rc<Queue<u32>>) {
    for i in 0..3 {
        queue.put(i).await.unwrap();
        say!("put", i);
    }
}

async fn consumer(queue: Rc<Queue<u32>>) {
    for _ in 0..3 {
        say!("got", queue.get().await.unwrap());
    }
}

async fn main() {
    let queue = Rc::new(Queue::new(0));
    let c = spawn(consumer(Rc::clone(&queue)));
    let p = spawn(producer(Rc::clone(&queue)));
    c.await.unwrap();
    say!("main done; producer done:", p.is_finished());
}

pub(crate) fn program() {
    run(main());
}
