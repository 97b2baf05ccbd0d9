//! A call that blocks, in a task: the loop stands still, and everybody on it.
//!
//! Watch for: a heart that should beat every 100 ms. While the handler holds the thread it does not beat at all,
//! although it has nothing to do with the handler; then the beats that were missed come late.
//!
//! ```text
//! $ cargo run --example bug_blocking_call
//!    0 ms: handler asks the database
//!  350 ms: handler has its answer
//!  350 ms: beat 1, 250 ms late
//!  450 ms: beat 2, 250 ms late
//!  550 ms: beat 3, 250 ms late
//! ```
//!
//! The cure is a call that waits with `.await`. Where there is none, `to_thread` makes the blocking call somewhere
//! else (`12_a_blocking_call_and_its_cure`):
//!
//! ```text
//! $ cargo run --example bug_blocking_call -- cured
//!    0 ms: handler asks the database
//!  100 ms: beat 1, 0 ms late
//!  200 ms: beat 2, 0 ms late
//!  300 ms: beat 3, 0 ms late
//!  350 ms: handler has its answer
//! ```
//!
//! In the wild: everything is slow at the same time, health checks included, while the processor is idle (or
//! busy, if it is a computation that holds the loop). In Python: `time.sleep`, `requests`, a database driver
//! without `async` in an `async def`; `PYTHONASYNCIODEBUG=1` says "Executing ... took 0.350 seconds". In tokio:
//! `std::thread::sleep`, `std::fs`, a long computation; tokio-console shows a task whose poll takes long. This
//! project's loop says so too, in a debug build, on stderr: "handler held the loop 350 ms".

use std::env;
use std::time::Duration;

use executor::{BuildError, ClockKind, EventLoop, Instant, block, inspect, now, sleep, spawn_named};

fn millis_since(begin: Instant) -> u128 {
    now().since(begin).as_millis()
}

async fn handler(cured: bool) {
    let query = Duration::from_millis(350);
    println!("{:4} ms: handler asks the database", millis_since(Instant::START));
    if cured {
        sleep(query).await;
    } else {
        // Python: time.sleep(0.35). There is an `async` before this function, and it makes no difference.
        block(query);
    }
    println!("{:4} ms: handler has its answer", millis_since(Instant::START));
}

async fn heart() {
    let period = Duration::from_millis(100);
    let mut due = now();
    for beat in 1..=3 {
        due = due + period;
        sleep(period).await;
        println!("{:4} ms: beat {beat}, {} ms late", millis_since(Instant::START), millis_since(due));
    }
}

async fn serve(cured: bool) {
    // Python: await asyncio.gather(heart(), handler())
    let heart = spawn_named("heart", heart());
    let handler = spawn_named("handler", handler(cured));
    heart.await.expect("a heart does not panic");
    handler.await.expect("a handler does not panic");
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    let cured = env::args().any(|word| word == "cured");
    // On the virtual clock the times are exact, and pass at once.
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(serve(cured));
    Ok(())
}
