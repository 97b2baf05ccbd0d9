//! A call that holds the thread holds everybody: an `async` before the function makes no difference.
//!
//! Watch for: a heart that is to beat every 20 ms, beside three handlers that need a quarter of a second. While the first has the thread,
//! there is no beat: nothing interrupts it. The second waits at an `.await`, and the third has another thread do the blocking.
//!
//! ```text
//! $ cargo run --example 12_a_blocking_call_and_its_cure
//! thread::sleep          : the heart stands still
//! sleep().await          : the heart beats on
//! to_thread(sleep).await : the heart beats on
//! ```

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use executor::{BuildError, inspect, run, sleep, spawn_named, to_thread};

const QUERY: Duration = Duration::from_millis(250);

/// Python: `time.sleep(0.25)`, a call of `requests`, a long computation.
#[expect(clippy::unused_async, reason = "this is the mistake, and the compiler's helper knows it")]
async fn blocks() {
    thread::sleep(QUERY);
}

/// Python: `await asyncio.sleep(0.25)`, or a driver that knows asyncio.
async fn awaits() {
    sleep(QUERY).await;
}

/// Python: `await asyncio.to_thread(time.sleep, 0.25)`
async fn has_it_done() {
    to_thread(|| thread::sleep(QUERY)).await.expect("sleeping does not panic");
}

async fn beat(beats: Rc<Cell<u32>>) {
    loop {
        sleep(Duration::from_millis(20)).await;
        beats.set(beats.get() + 1);
    }
}

async fn watch(name: &str, beats: &Cell<u32>, handler: impl Future<Output = ()>) {
    let before = beats.get();
    handler.await;
    // How many exactly depends on the machine; whether there were any does not.
    let beaten = if beats.get() > before { "beats on" } else { "stands still" };
    println!("{name}: the heart {beaten}");
}

async fn serve() {
    let beats = Rc::new(Cell::new(0));
    let heart = spawn_named("heart", beat(Rc::clone(&beats)));
    watch("thread::sleep          ", &beats, blocks()).await;
    watch("sleep().await          ", &beats, awaits()).await;
    watch("to_thread(sleep).await ", &beats, has_it_done()).await;
    heart.abort();
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(serve())
}
