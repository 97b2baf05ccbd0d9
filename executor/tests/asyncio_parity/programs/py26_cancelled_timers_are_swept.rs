//! Cancelled timers stay in the heap until they lead it, or until >100 timers, >half cancelled.
//!
//! Here a cancelled timer is gone at once, from the wheel and from the heap alike; that is cheaper
//! than to sweep, so the thresholds are not copied.
use crate::ticks::{run, say};
use executor::inspect::armed_timers;
use executor::{CallbackHandle, call_later, yield_now};
use std::time::Duration;

async fn main() {
    let call_later = |i: u64| call_later(Duration::from_secs(100 + i), || ());
    let far: Vec<CallbackHandle> = (0..10).map(call_later).collect();
    for h in &far[5..] {
        h.cancel();
    }
    yield_now().await;
    say!("10 timers, the last 5 cancelled -> heap holds", armed_timers());
    for h in &far[..5] {
        h.cancel();
    }
    yield_now().await;
    say!("the first 5 cancelled too -> heap holds", armed_timers());
    let many: Vec<CallbackHandle> = (0..200).map(call_later).collect();
    for h in &many[100..] {
        h.cancel();
    }
    yield_now().await;
    say!("200 timers, the last 100 cancelled -> heap holds", armed_timers());
    many[99].cancel();
    yield_now().await;
    say!("one more cancelled -> heap holds", armed_timers());
    for h in &many {
        h.cancel();
    }
}

pub(crate) fn program() {
    run(main());
}
