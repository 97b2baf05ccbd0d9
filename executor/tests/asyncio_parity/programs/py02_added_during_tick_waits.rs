//! A callback added while a tick is running waits for the next tick (the `ntodo` rule).
use crate::ticks::{run, say, secs};
use executor::{call_soon, sleep};

async fn main() {
    fn a() {
        say!("A runs, schedules A2");
        call_soon(a2);
    }

    fn a2() {
        say!("A2 runs, schedules A3");
        call_soon(|| say!("A3 runs"));
    }

    call_soon(a);
    call_soon(|| say!("B runs"));
    say!("main registered A then B");
    sleep(secs(0.02)).await;
}

pub(crate) fn program() {
    run(main());
}
