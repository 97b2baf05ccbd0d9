//! Another thread hands the loop a callback, and ends its wait: callbacks keep their order.
use crate::ticks::{note, run};
use executor::{Deferred, handle};
use std::cell::RefCell;
use std::thread::{self, ThreadId};

thread_local! {
    /// What a callback of another thread cannot bring along: it belongs to this one.
    static FUT: RefCell<Option<Deferred<&'static str>>> = const { RefCell::new(None) };
}

async fn main() {
    let event_loop = handle();
    let fut = Deferred::new();
    FUT.set(Some(fut.clone()));
    let main_thread = thread::current().id();

    fn on_the_loop(i: u32, main_thread: ThreadId) {
        note!("callback", i, "on the loop's thread:", thread::current().id() == main_thread);
        if i == 2 {
            FUT.take().unwrap().set("done").unwrap();
        }
    }

    let other_thread = move || {
        for i in 0..3 {
            event_loop.call_soon_threadsafe(move || on_the_loop(i, main_thread));
        }
    };

    let thread = thread::spawn(other_thread);
    note!("main waits for ever, but for the other thread");
    note!("main got", fut.await.unwrap());
    thread.join().unwrap();
}

pub(crate) fn program() {
    run(main());
}
