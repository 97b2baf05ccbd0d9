//! "This event loop is already running": a task that calls `run` waits for itself.
//!
//! Watch for: the sentence. `run` gives back control when its future is done; called inside of a task it would hold
//! the loop that has to drive that future. So it refuses. In a task there is a loop already, and `.await` is all it
//! takes.
//!
//! ```text
//! $ cargo run --example exp_loop_inside_a_loop
//! run(coffee()): the task panicked: run() inside a running event loop: a loop cannot wait for itself; `.await` the future instead
//! coffee().await: coffee
//! ```
//!
//! Python: `asyncio.run()` or `loop.run_until_complete()` inside an `async def`, or in a notebook, which runs a loop
//! of its own. (What `nest_asyncio` does about it is to run turns of the loop inside of a task's step.) The panic itself
//! is on stderr.

use executor::{BuildError, inspect, run, spawn, yield_now};

async fn coffee() -> &'static str {
    yield_now().await;
    "coffee"
}

#[expect(clippy::unused_async, reason = "a task is a future, whether it waits or not")]
async fn guest_who_runs() -> &'static str {
    // Python: asyncio.run(coffee())
    run(coffee()).expect("a loop can be built")
}

async fn guest_who_awaits() -> &'static str {
    // Python: await coffee()
    coffee().await
}

async fn cafe() {
    match spawn(guest_who_runs()).await {
        Ok(drink) => println!("run(coffee()): {drink}"),
        Err(error) => println!("run(coffee()): {error}"),
    }
    println!("coffee().await: {}", guest_who_awaits().await);
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(cafe())
}
