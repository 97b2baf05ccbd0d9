//! The deadline and the result come in the same tick: with asyncio, the deadline wins.
//!
//! With direct wake-ups the result does: it is there, so why throw it away?
use crate::ticks::{run, say, secs};
use executor::{Elapsed, block, call_soon, sleep, timeout};

async fn main() {
    let limited = timeout(secs(0.04), async {
        call_soon(|| block(secs(0.06)));
        sleep(secs(0.02)).await;
        say!("slept in time");
    });
    if let Err(Elapsed) = limited.await {
        say!("TimeoutError, although the sleep is over too");
    }
}

pub(crate) fn program() {
    run(main());
}
