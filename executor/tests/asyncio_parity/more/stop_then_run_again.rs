//! Callbacks that the last tick of a run has added are the first of the next run.
use crate::ticks::{new_loop, note, say};
use executor::{call_soon, stop};

pub(crate) fn program() {
    let event_loop = new_loop();

    fn stopper() {
        stop();
        say!("stop() was called; twice makes no difference");
        stop();
        call_soon(|| say!("added after stop()"));
    }

    event_loop.call_soon(stopper);
    event_loop.call_soon(|| drop(call_soon(|| say!("added by another callback of the last tick"))));
    event_loop.run_forever();
    note!("stopped after", event_loop.turns(), "ticks");
    event_loop.handle().stop(); // the loop does not run, so this is said from outside
    event_loop.run_forever();
    note!("stopped after", event_loop.turns(), "ticks");
}
