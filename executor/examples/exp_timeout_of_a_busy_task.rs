//! A time limit cannot stop a task that does not wait: it is the loop that would stop it, and the loop does not run.
//!
//! Watch for: the limit is 100 ms each time. Who waits with `.await` is given up after exactly that. Who holds the
//! thread for 300 ms has 300 ms, and if there is no `.await` behind it, the limit is not even noticed: the result is
//! there when the loop comes to look. With an `.await` behind it the limit is kept, 200 ms too late.
//!
//! ```text
//! $ cargo run --example exp_timeout_of_a_busy_task
//! waits            after 100 ms: given up
//! blocks           after 300 ms: done, in time it seems
//! blocks, waits    after 300 ms: given up
//! ```
//!
//! Python: `async with asyncio.timeout(0.1)` around `await asyncio.sleep(0.3)`, around `time.sleep(0.3)`, and around both.
//! The cure for a call that blocks is `to_thread`: the limit then ends the wait, though not the thread.

use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, Instant, block, inspect, now, sleep, timeout};

const LIMIT: Duration = Duration::from_millis(100);
const WORK: Duration = Duration::from_millis(300);

async fn with_limit(what: &str, work: impl Future<Output = ()>) {
    let began: Instant = now();
    let outcome = match timeout(LIMIT, work).await {
        Ok(()) => "done, in time it seems",
        Err(_) => "given up",
    };
    println!("{what:16} after {} ms: {outcome}", now().since(began).as_millis());
}

async fn experiment() {
    with_limit("waits", async { sleep(WORK).await }).await;
    with_limit("blocks", async { block(WORK) }).await;
    with_limit("blocks, waits", async {
        block(WORK);
        sleep(LIMIT).await;
    })
    .await;
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    // On the virtual clock the times are exact, and pass at once.
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(experiment());
    Ok(())
}
