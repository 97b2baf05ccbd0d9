//! Nested timeouts: only the one whose deadline passed turns into `TimeoutError`.
use crate::ticks::{run, say, secs};
use executor::{Elapsed, sleep, timeout};

async fn nested(outer: f64, inner: f64) {
    let limited = timeout(secs(outer), async {
        let limited = timeout(secs(inner), sleep(secs(1.0)));
        if let Err(Elapsed) = limited.await {
            say!("inner timed out");
        }
    });
    if let Err(Elapsed) = limited.await {
        say!("outer timed out");
    }
}

async fn main() {
    nested(0.06, 0.02).await;
    nested(0.02, 0.06).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
