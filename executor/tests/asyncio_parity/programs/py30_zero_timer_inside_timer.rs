//! A timer armed by a timer callback, even with delay 0, is never run in the same tick.
use crate::ticks::{run, say, secs};
use executor::{call_later, call_soon, sleep};
use std::time::Duration;

async fn main() {
    fn step(n: u32) {
        say!("timer callback", n);
        if n < 3 {
            call_later(Duration::ZERO, move || step(n + 1));
            call_soon(move || say!("  call_soon from timer callback", n));
        }
    }

    call_later(secs(0.02), || step(1));
    say!("main armed the first timer");
    sleep(secs(0.05)).await;
}

pub(crate) fn program() {
    run(main());
}
