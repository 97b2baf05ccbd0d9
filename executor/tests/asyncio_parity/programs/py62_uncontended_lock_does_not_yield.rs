//! async with on a free lock (or put on a queue with room) never gives the loop a turn.
use crate::ticks::{run, say};
use executor::sync::{Event, Lock, Queue, Semaphore};
use executor::{call_soon, yield_now};

async fn main() {
    let (lock, sem, queue, event) = (Lock::new(()), Semaphore::new(1), Queue::new(0), Event::new());
    event.set();
    call_soon(|| say!("callback waiting since before"));
    {
        let _guard = lock.acquire().await;
        say!("took and releases a free lock");
    }
    {
        let _permit = sem.acquire().await;
        say!("took and releases a free semaphore");
    }
    queue.put("item").await.unwrap();
    say!("put; got", queue.get().await.unwrap());
    event.wait().await;
    say!("event.wait() ->", event.is_set());
    yield_now().await;
    say!("main is back");
}

pub(crate) fn program() {
    run(main());
}
