//! `stop()` lets the current tick finish; what that tick added waits for the next run.
use crate::ticks::{new_loop, note, say};
use executor::{call_soon, stop};

pub(crate) fn program() {
    let event_loop = new_loop();

    fn first() {
        say!("first: stop(), and schedule `later`");
        call_soon(|| say!("later"));
        stop();
    }

    event_loop.call_soon(first);
    event_loop.call_soon(|| say!("second still runs in the same tick"));
    event_loop.run_forever();
    note!("run_forever returned");
    event_loop.call_soon(stop);
    event_loop.run_forever();
    note!("run_forever returned again");
}
