//! `timeout()`: at the deadline the body is cancelled, and that becomes a `TimeoutError`.
//!
//! Here the body is dropped, which is the difference: it hears of it by its destructors, and its
//! task is not cancelled for a moment in between.
use crate::ticks::{run, say, secs};
use executor::{Deadline, Elapsed, cancelling, now, sleep};

struct SaysWhenDropped;

impl Drop for SaysWhenDropped {
    fn drop(&mut self) {
        say!("the body is cancelled");
    }
}

async fn main() {
    let limit = Deadline::after(secs(0.02));
    let limited = limit.enforce(async {
        let _guard = SaysWhenDropped;
        sleep(secs(1.0)).await;
    });
    if let Err(Elapsed) = limited.await {
        say!("timed out; expired:", limit.is_expired());
    }
    say!("cancelling():", cancelling());
    let limit = Deadline::at(None);
    let limited = limit.enforce(async {
        limit.reschedule(Some(now() + secs(0.04)));
        sleep(secs(0.02)).await;
        limit.reschedule(None);
        sleep(secs(0.04)).await;
    });
    limited.await.unwrap();
    say!("not limited any more; expired:", limit.is_expired());
}

pub(crate) fn program() {
    run(main());
}
