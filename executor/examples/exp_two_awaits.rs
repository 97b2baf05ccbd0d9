//! "I awaited two coroutines; why did they run one after the other?" Because the second was not there yet.
//!
//! Watch for: when the book is opened. `coffee().await` is a call that returns when the coffee is made; only then comes
//! the next line. To have both under way, both must be tasks before the first is waited for.
//!
//! ```text
//! $ cargo run --example exp_two_awaits
//! coffee().await, then book().await
//!    0 ms: the water is on
//!   50 ms: the coffee is ready
//!   50 ms: the book is opened
//!   80 ms: the chapter is read
//! spawn both, then wait for both
//!    0 ms: the water is on
//!    0 ms: the book is opened
//!   30 ms: the chapter is read
//!   50 ms: the coffee is ready
//! make both futures, spawn none, then wait for both
//!    0 ms: the water is on
//!   50 ms: the coffee is ready
//!   50 ms: the book is opened
//!   80 ms: the chapter is read
//! ```
//!
//! Python: `await coffee(); await book()` against `await asyncio.gather(coffee(), book())`. The third way is `c, b =
//! coffee(), book(); await c; await b`: to make a future starts nothing.

use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, Instant, gather, inspect, now, sleep};

fn say(began: Instant, what: &str) {
    println!("{:4} ms: {what}", now().since(began).as_millis());
}

async fn coffee(began: Instant) {
    say(began, "the water is on");
    sleep(Duration::from_millis(50)).await;
    say(began, "the coffee is ready");
}

async fn book(began: Instant) {
    say(began, "the book is opened");
    sleep(Duration::from_millis(30)).await;
    say(began, "the chapter is read");
}

async fn visits() {
    println!("coffee().await, then book().await");
    let began = now();
    coffee(began).await;
    book(began).await;

    println!("spawn both, then wait for both");
    let began = now();
    let (coffee_task, book_task) = (executor::spawn(coffee(began)), executor::spawn(book(began)));
    gather([coffee_task, book_task]).await.expect("nobody panics");

    println!("make both futures, spawn none, then wait for both");
    let began = now();
    let (coffee_future, book_future) = (coffee(began), book(began));
    coffee_future.await;
    book_future.await;
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    // On the virtual clock the times are exact, and pass at once.
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(visits());
    Ok(())
}
