//! The cafe, asynchronous: you order a coffee, get a buzzer, sit down and read a book.
//!
//! Watch for: the book is finished (3 s) before the coffee is ready (5 s), and the whole visit takes 5 s and not 8. There is one
//! thread. `make_coffee` gives it back at its `.await`, and `read_book` goes on with it.
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example cafe_async
//! Making coffee...
//! Reading a book...
//! Finished reading the book!
//! Coffee is ready!
//! ```
//!
//! Without `LOOP_CLOCK=virtual` it takes its five seconds. `RUST_LOG=loop=debug` shows how they are spent.

use std::time::Duration;

use executor::{BuildError, inspect, run, sleep, spawn_named};

async fn make_coffee() {
    println!("Making coffee...");
    sleep(Duration::from_secs(5)).await;
    println!("Coffee is ready!");
}

async fn read_book() {
    println!("Reading a book...");
    sleep(Duration::from_secs(3)).await;
    println!("Finished reading the book!");
}

async fn visit() {
    // Python: await asyncio.gather(make_coffee(), read_book())
    let coffee = spawn_named("coffee", make_coffee());
    let book = spawn_named("book", read_book());
    coffee.await.expect("the barista stays calm");
    book.await.expect("the reader stays calm");
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(visit())
}
