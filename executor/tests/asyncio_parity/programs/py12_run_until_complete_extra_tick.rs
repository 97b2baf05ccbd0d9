//! `run_until_complete`: the main task ends in tick n, the loop stops at the end of n+1.
use crate::ticks::{new_loop, note, say};
use executor::{call_soon, yield_now};

async fn main() -> &'static str {
    yield_now().await;
    call_soon(|| say!("callback registered by main's last step"));
    call_soon(|| drop(call_soon(|| say!("one tick too late for this run"))));
    say!("main returns");
    "result"
}

pub(crate) fn program() {
    let event_loop = new_loop();
    note!("got", event_loop.block_on(main()), "after", event_loop.turns(), "ticks");
    event_loop.block_on(async { yield_now().await });
    note!("second run done after", event_loop.turns(), "ticks");
}
