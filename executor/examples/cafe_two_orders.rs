//! The cafe, asynchronous, with two customers: both order, both sit down, and both coffees are made
//! at once.
//!
//! Watch for: the second order is taken before the first coffee is ready, and both are ready after
//! 5 s and not 10. There is one thread here, too: what waits is not the barista.
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example cafe_two_orders
//! Ordering coffee...
//! Ordering coffee...
//! Coffee is ready!
//! Coffee is ready!
//! ```
//!
//! Without `LOOP_CLOCK=virtual` it takes its five seconds. Compare `cafe_sync`.

use std::time::Duration;

use executor::{BuildError, inspect, run, sleep, spawn_named};

async fn make_coffee() -> &'static str {
    sleep(Duration::from_secs(5)).await;
    "Coffee is ready!"
}

async fn order_coffee() {
    println!("Ordering coffee...");
    let coffee = make_coffee().await;
    println!("{coffee}");
}

async fn both() {
    // Python: await asyncio.gather(order_coffee(), order_coffee())
    let first = spawn_named("first", order_coffee());
    let second = spawn_named("second", order_coffee());
    first.await.expect("the first customer stays calm");
    second.await.expect("the second customer stays calm");
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(both())
}
