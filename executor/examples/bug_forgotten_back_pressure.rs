//! A producer that never has to wait for its consumer: what lies between them grows without end.
//!
//! Watch for: an order comes every 10 ms, and each takes the kitchen 50 ms. The queue has no limit, so nobody is ever
//! told to slow down. The line gets longer, and so does the time that an order spends in it, for as long as it goes on.
//!
//! ```text
//! $ cargo run --example bug_forgotten_back_pressure
//!  200 ms: 20 orders taken, 16 in line; the one on the stove has waited  120 ms
//!  400 ms: 40 orders taken, 32 in line; the one on the stove has waited  280 ms
//!  600 ms: 60 orders taken, 48 in line; the one on the stove has waited  440 ms
//!  800 ms: 80 orders taken, 64 in line; the one on the stove has waited  600 ms
//! ```
//!
//! The cure is a number: `Queue::new(4)` has four places, and `put(...).await` waits for one of them. The waiting
//! moves to whoever takes the orders, who can pass it on:
//!
//! ```text
//! $ cargo run --example bug_forgotten_back_pressure -- cured
//!  200 ms:  8 orders taken,  4 in line; the one on the stove has waited  120 ms
//!  400 ms: 12 orders taken,  4 in line; the one on the stove has waited  240 ms
//!  600 ms: 16 orders taken,  4 in line; the one on the stove has waited  240 ms
//!  800 ms: 20 orders taken,  4 in line; the one on the stove has waited  240 ms
//! ```
//!
//! In the wild: memory grows slowly until the machine is out of it, latency grows with it, and after a burst the
//! program is busy for long with what nobody waits for any more. In Python: `asyncio.Queue()` without `maxsize`,
//! `writer.write()` without `await writer.drain()`, a task for each message. In tokio: `unbounded_channel`, `spawn`
//! in a loop without a semaphore. To see it, export the length of every queue: one that only ever grows is this bug.

use std::cell::Cell;
use std::env;
use std::rc::Rc;
use std::time::Duration;

use executor::sync::Queue;
use executor::{BuildError, ClockKind, EventLoop, Instant, inspect, now, sleep, spawn_named};

async fn take_orders(line: Rc<Queue<Instant>>, taken: Rc<Cell<u32>>) {
    loop {
        sleep(Duration::from_millis(10)).await;
        // Python: await queue.put(...)
        line.put(now()).await.expect("the line is never closed");
        taken.set(taken.get() + 1);
    }
}

async fn cook(line: Rc<Queue<Instant>>, waited: Rc<Cell<Duration>>) {
    loop {
        let ordered = line.get().await.expect("the line is never closed");
        waited.set(now().since(ordered));
        sleep(Duration::from_millis(50)).await;
    }
}

async fn evening(cured: bool) {
    // 0 is no limit, as in asyncio.
    let line = Rc::new(Queue::new(if cured { 4 } else { 0 }));
    let taken = Rc::new(Cell::new(0));
    let waited = Rc::new(Cell::new(Duration::ZERO));
    let taking = spawn_named("waiter", take_orders(Rc::clone(&line), Rc::clone(&taken)));
    let cooking = spawn_named("cook", cook(Rc::clone(&line), Rc::clone(&waited)));
    sleep(Duration::from_millis(5)).await;
    for look in 1..=4 {
        sleep(Duration::from_millis(200)).await;
        let (taken, in_line, waited) = (taken.get(), line.len(), waited.get().as_millis());
        print!("{:4} ms: {taken:2} orders taken, {in_line:2} in line; ", look * 200);
        println!("the one on the stove has waited {waited:4} ms");
    }
    taking.abort();
    cooking.abort();
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    let cured = env::args().any(|word| word == "cured");
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(evening(cured));
    Ok(())
}
