//! A computation beside a health check: nothing interrupts it, so where it runs decides who waits.
//!
//! Watch for: how many of the report's thirty pages were made on the loop's thread before the health check was
//! answered, and whether the report was done by then. In one go: all, though both were ready at the same time. With a
//! pause behind each page: one. On another thread: none.
//!
//! ```text
//! $ cargo run --example exp_computing
//! in one go           health check after 30 of 30 pages; the report is done
//! a page at a time    health check after 1 of 30 pages; the report goes on
//! on another thread   health check after 0 of 30 pages; the report goes on
//! ```
//!
//! Python: the pause is `await asyncio.sleep(0)`. A thread hardly helps there, since threads that compute take turns at
//! the GIL: it has to be another process (`loop.run_in_executor` with a `ProcessPoolExecutor`).

use std::cell::Cell;
use std::rc::Rc;

use executor::{BuildError, inspect, run, spawn, to_thread, yield_now};

const PAGES: u32 = 30;

/// Something to compute: how many primes are there below `limit`?
fn primes_below(limit: u32) -> usize {
    (2..limit).filter(|number| (2..*number).all(|divisor| number % divisor != 0)).count()
}

fn page(number: u32) -> usize {
    primes_below(2_000 + number)
}

#[derive(Clone, Copy)]
enum Way {
    InOneGo,
    APageAtATime,
    OnAnotherThread,
}

async fn report(way: Way, done: Rc<Cell<u32>>) {
    if let Way::OnAnotherThread = way {
        to_thread(|| (0..PAGES).map(page).sum::<usize>()).await.expect("a report does not panic");
        return;
    }
    for number in 0..PAGES {
        page(number);
        done.set(done.get() + 1);
        if let Way::APageAtATime = way {
            yield_now().await;
        }
    }
}

async fn experiment(name: &str, way: Way) {
    let done = Rc::new(Cell::new(0));
    let report = spawn(report(way, Rc::clone(&done)));
    let health_check = spawn(async move { done.get() });
    let before = health_check.await.expect("nothing can happen to it");
    let report_is = if report.is_finished() { "is done" } else { "goes on" };
    println!("{name:18}  health check after {before} of {PAGES} pages; the report {report_is}");
    report.await.expect("a report does not panic");
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(async {
        experiment("in one go", Way::InOneGo).await;
        experiment("a page at a time", Way::APageAtATime).await;
        experiment("on another thread", Way::OnAnotherThread).await;
    })
}
