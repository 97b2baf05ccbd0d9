//! A time limit's timer is armed before those of what it limits.
use crate::ticks::{run, say, secs};
use executor::sync::Event;
use executor::{Elapsed, block, call_later, sleep, spawn, timeout, yield_now};
use std::rc::Rc;

async fn main() {
    let event = Rc::new(Event::new());
    let theirs = Rc::clone(&event);
    let waits = async move {
        theirs.wait().await;
        say!("the event's waiter runs");
    };
    let callback = move || {
        say!("callback");
        event.set();
    };
    spawn(waits);
    let limited = timeout(secs(0.04), async {
        call_later(secs(0.04), callback);
        call_later(secs(0.02), || block(secs(0.03)));
        sleep(secs(1.0)).await;
    });
    if let Err(Elapsed) = limited.await {
        say!("TimeoutError");
    }
    yield_now().await;
}

pub(crate) fn program() {
    run(main());
}
