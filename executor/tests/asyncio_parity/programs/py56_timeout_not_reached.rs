//! `timeout()` that is not reached: no error, and its timer is gone.
use crate::ticks::{run, say, secs};
use executor::inspect::armed_timers;
use executor::{Deadline, sleep};

async fn main() {
    let t = Deadline::after(secs(0.06));
    let limited = t.enforce(async {
        sleep(secs(0.02)).await;
        say!("body done in time");
    });
    limited.await.unwrap();
    say!("expired:", t.is_expired(), "| live timers:", armed_timers());
    sleep(secs(0.06)).await;
    say!("nothing happened at the old deadline");
}

pub(crate) fn program() {
    run(main());
}
