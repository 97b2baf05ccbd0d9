//! A gather that has its result passes no cancellation on: whoever waits in it is told, the others go on.
use crate::ticks::{run, say, secs};
use executor::{AbortHandle, Cancelled, cancellable, gather, sleep, spawn, try_gather, yield_now};
use std::cell::RefCell;
use std::rc::Rc;

type Waiters = Rc<RefCell<Vec<AbortHandle>>>;

#[expect(clippy::unused_async, reason = "it is a coroutine there")]
async fn fails() -> Result<(), &'static str> {
    Err("boom")
}

async fn third(waiters: Waiters) -> Result<(), &'static str> {
    yield_now().await;
    waiters.borrow()[0].cancel();
    sleep(secs(0.02)).await;
    say!("third goes on");
    Ok(())
}

async fn gathers(waiters: Waiters) {
    let children = [spawn(fails()), spawn(third(waiters))];
    if let Err(Cancelled) = cancellable(try_gather(children)).await {
        say!("waiter is told, and not of the error");
    }
}

async fn nothing() {}

async fn canceller(waiters: Waiters) {
    waiters.borrow()[1].cancel();
    yield_now().await;
    say!("canceller goes on");
}

async fn gathers_what_is_over(waiters: Waiters) {
    let task = spawn(nothing());
    spawn(canceller(waiters));
    if let Err(Cancelled) = cancellable(gather([task])).await {
        say!("waiter is told, when the gather wakes it");
    }
}

async fn main() {
    let waiters = Waiters::default();
    let waiter = spawn(gathers(Rc::clone(&waiters)));
    waiters.borrow_mut().push(waiter.abort_handle());
    sleep(secs(0.04)).await;
    let waiter = spawn(gathers_what_is_over(Rc::clone(&waiters)));
    waiters.borrow_mut().push(waiter.abort_handle());
    sleep(secs(0.02)).await;
}

pub(crate) fn program() {
    run(main());
}
