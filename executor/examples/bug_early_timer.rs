//! A deadline cut down to the kernel's whole milliseconds: the wait ends too early, or never.
//!
//! Watch for: one cast, two faults. `epoll_wait` takes a number of milliseconds, 32 bits wide, and a negative one
//! means "for ever". A wait of 1.4 ms becomes 1, so the loop is up before its timer is due: it asks for 0 ms again
//! and again until the time has come (a loop that took the end of the wait for the deadline would fire early).
//! And thirty days become a negative number.
//!
//! ```text
//! $ cargo run --example bug_early_timer
//! 0.0 ms: the timer is due in 1.4 ms: wait 1 ms
//! 1.0 ms: the timer is due in 0.4 ms: wait 0 ms
//! 1.1 ms: the timer is due in 0.3 ms: wait 0 ms
//! 1.2 ms: the timer is due in 0.2 ms: wait 0 ms
//! 1.3 ms: the timer is due in 0.1 ms: wait 0 ms
//! 1.4 ms: the timer fires, after 5 turns of which 4 had nothing to do
//! a timer in 30 days: wait -1702967296 ms: the kernel would wait for ever
//! ```
//!
//! The cure is to round up, and never to ask for more than a day (asyncio's `MAXIMUM_SELECT_TIMEOUT`, and ours):
//!
//! ```text
//! $ cargo run --example bug_early_timer -- cured
//! 0.0 ms: the timer is due in 1.4 ms: wait 2 ms
//! 2.0 ms: the timer fires, after 1 turn of which 0 had nothing to do
//! a timer in 30 days: wait 86400000 ms: after a day the loop looks again
//! ```
//!
//! In the wild: the processor is busy for the last fraction of a millisecond of every sleep, and tests that
//! compare clocks fail once in a thousand ("slept 0.0099 s, wanted 0.01"). In Python, see cpython#75720 and the
//! line `end_time = self.time() + self._clock_resolution` in `_run_once`, which lets a timer fire one tick of the
//! clock early on purpose. tokio's timers go by whole milliseconds, rounded up, so a sleep is late by up to one; this
//! project's loop keeps the exact deadline beside the wheel's slot.

use std::env;
use std::time::Duration;

/// What to ask the kernel for.
fn timeout(left: Duration, cured: bool) -> i32 {
    const LONGEST: Duration = Duration::from_hours(24);
    if cured {
        let millis = left.min(LONGEST).as_nanos().div_ceil(1_000_000);
        return i32::try_from(millis).expect("a day has 86,400,000 ms");
    }
    #[expect(clippy::cast_possible_truncation, reason = "this is the fault")]
    let millis = left.as_millis() as i32;
    millis
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A loop with one timer, on a clock that is counted by hand. A wait takes as long as was asked for, and to look
/// without waiting takes a tenth of a millisecond.
fn wait_for_timer(due: Duration, cured: bool) {
    let look = Duration::from_micros(100);
    let mut now = Duration::ZERO;
    let mut turns = 0;
    while now < due {
        let left = due.saturating_sub(now);
        let ask_for = timeout(left, cured);
        println!("{:.1} ms: the timer is due in {:.1} ms: wait {ask_for} ms", millis(now), millis(left));
        now += Duration::from_millis(u64::try_from(ask_for).expect("the deadline is near")).max(look);
        turns += 1;
    }
    let (turn, in_vain) = (if turns == 1 { "turn" } else { "turns" }, turns - 1);
    println!(
        "{:.1} ms: the timer fires, after {turns} {turn} of which {in_vain} had nothing to do",
        millis(now)
    );
}

fn main() {
    let cured = env::args().any(|word| word == "cured");
    wait_for_timer(Duration::from_micros(1400), cured);
    let ask_for = timeout(Duration::from_hours(30 * 24), cured);
    let outcome =
        if ask_for < 0 { "the kernel would wait for ever" } else { "after a day the loop looks again" };
    println!("a timer in 30 days: wait {ask_for} ms: {outcome}");
}
