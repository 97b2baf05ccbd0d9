//! What any code may ask of the loop that runs on its thread.

use std::thread;
use std::time::Duration;

use crate::event_loop;
use crate::inspect::names::Spot;
use crate::settings::ClockKind;
use crate::time::instant::Instant;
use crate::time::sleep::Sleep;

/// Lets everything that is ready run before this task goes on. asyncio: `asyncio.sleep(0)`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn yield_now() -> Sleep {
    Sleep::new(event_loop::running("yield_now()"), None, Spot::here())
}

/// The time on the loop's clock. asyncio: `loop.time()`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "time")]
pub fn now() -> Instant {
    event_loop::look_at_running("now()", |state| state.now())
}

/// The number of the turn that is under way: 1 for the first.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn turn() -> u64 {
    event_loop::running("turn()").narrator().tick()
}

/// Lets the turn that is under way be the loop's last: what it still has to run is run. asyncio:
/// `loop.stop`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn stop() {
    event_loop::running("stop()").stopping.set(true);
}

/// Blocks the thread, and with it the loop and every task on it: the mistake that this project is
/// about. On the virtual clock the time passes at once. Python: `time.sleep`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn block(duration: Duration) {
    let state = event_loop::running("block()");
    match state.clock().kind() {
        ClockKind::Virtual => state.clock().advance(duration),
        ClockKind::Real | ClockKind::Stepping => thread::sleep(duration),
    }
}
