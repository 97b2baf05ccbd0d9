//! Deadlines in the past are due at once, the most overdue first.
use crate::ticks::{run, say, secs};
use executor::{call_at, now, sleep};
use std::time::Duration;

async fn main() {
    let now = now();
    call_at(now - secs(0.1), || say!("0.1 s overdue"));
    call_at(now - secs(0.3), || say!("0.3 s overdue"));
    call_at(now - secs(0.2), || say!("0.2 s overdue (call_later with a negative delay)"));
    say!("registered; sleep(-1) is sleep(0)");
    sleep(Duration::ZERO).await; // no `Duration` is negative
    say!("main is back before the timers of its own tick");
    sleep(secs(0.02)).await;
}

pub(crate) fn program() {
    run(main());
}
