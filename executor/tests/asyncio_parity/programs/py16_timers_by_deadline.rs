//! Timers fire by deadline, not by registration.
use crate::ticks::{ms, run, say, secs};
use executor::{call_later, sleep};

async fn main() {
    for millis in [60, 20, 40] {
        call_later(ms(millis), move || say!(format!("timer {millis} ms")));
    }
    say!("registered 60, 20, 40");
    sleep(secs(0.08)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
