//! Whoever makes things faster than others take them must be made to wait. A queue with a limit does it by itself.
//!
//! Watch for: how long the line gets. Orders come every 100 ms, and a coffee takes 300. Without a limit the line grows as long as
//! people come, and everybody in it waits longer than the one before. With a limit of three, `put` waits until there is room: the
//! slowness reaches the one who can do something about it.
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example 11_back_pressure
//! limit 0: at most 13 in line; the last order is taken after 2s
//! limit 3: at most  3 in line; the last order is taken after 4.9s
//! ```

use std::rc::Rc;
use std::time::Duration;

use executor::sync::Queue;
use executor::{BuildError, Instant, inspect, now, run, sleep, spawn_named};

const ORDERS: u32 = 20;

/// How long the line was at its longest, and when the last order was taken.
async fn take_orders(line: &Queue<u32>) -> (usize, Instant) {
    let mut longest = 0;
    for order in 1..=ORDERS {
        sleep(Duration::from_millis(100)).await;
        // Python: await queue.put(order)
        line.put(order).await.expect("the line is open");
        longest = longest.max(line.len());
    }
    (longest, now())
}

async fn make_coffees(line: Rc<Queue<u32>>) {
    for _ in 1..=ORDERS {
        line.get().await.expect("the line is open");
        sleep(Duration::from_millis(300)).await;
    }
}

/// One day with at most so many in line; 0 is no limit, as in asyncio.
async fn day(limit: usize) {
    let opened = now();
    let line = Rc::new(Queue::new(limit));
    let barista = spawn_named("barista", make_coffees(Rc::clone(&line)));
    let (longest, last_order) = take_orders(&line).await;
    barista.await.expect("the barista does not panic");
    println!(
        "limit {limit}: at most {longest:2} in line; the last order is taken after {:?}",
        last_order.since(opened)
    );
}

async fn two_days() {
    for limit in [0, 3] {
        day(limit).await;
    }
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(two_days())
}
