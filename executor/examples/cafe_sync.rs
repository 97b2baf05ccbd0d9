//! The cafe, synchronous: you stand at the counter until your coffee is made.
//!
//! Watch for: nothing happens for five seconds. There is no loop in this program and nothing that
//! could read a book meanwhile: `thread::sleep` holds the only thread there is. Compare `cafe_async`.
//!
//! ```text
//! $ cargo run --example cafe_sync
//! Ordering coffee...
//! Coffee is ready!
//! ```

use std::thread;
use std::time::Duration;

fn make_coffee() -> &'static str {
    thread::sleep(Duration::from_secs(5));
    "Coffee is ready!"
}

fn order_coffee() {
    println!("Ordering coffee...");
    let coffee = make_coffee();
    println!("{coffee}");
}

fn main() {
    order_coffee();
}
