//! The loop waits as long as nothing is due, and not at all if something is ready: ticks are few.
use crate::ticks::{Python, run, say, secs};
use executor::{Instant, call_later, now, sleep, yield_now};

async fn main() {
    let start = now();
    call_later(secs(0.04), || say!("timer"));
    sleep(secs(0.1)).await;
    say!("slept 0.1 s:", since(start));
    for _ in 0..3 {
        yield_now().await;
    }
    say!("three times sleep(0):", since(start));
    let far = call_later(secs(3600.0), || say!("(must not be printed)"));
    sleep(secs(0.2)).await;
    say!("an hour is not waited for:", since(start));
    far.cancel();
}

fn since(start: Instant) -> impl Python {
    format!("{:.1}", now().since(start).as_secs_f64())
}

pub(crate) fn program() {
    run(main());
}
