//! A blocking call delays everything and loses nothing: all that is overdue comes in one tick.
//!
//! With direct wake-ups tasks and callbacks come in one line, by their deadlines; in asyncio all
//! callbacks come first, because a task goes on a tick later.
use crate::ticks::{ms, run, say, secs};
use executor::{block, call_later, sleep, spawn, yield_now};

async fn sleeper(millis: u64) {
    sleep(ms(millis)).await;
    say!("sleeper", millis);
}

async fn main() {
    for millis in [50, 30, 10] {
        spawn(sleeper(millis));
    }
    for millis in [40, 20] {
        call_later(ms(millis), move || say!("callback", millis));
    }
    yield_now().await;
    block(secs(0.08));
    say!("main blocked 80 ms");
    sleep(secs(0.02)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
