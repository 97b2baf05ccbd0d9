//! Sleeps end by their deadlines, whoever began first; after a blocking call all at once, in order.
use crate::ticks::{ms, run, say, secs};
use executor::{block, sleep, spawn, yield_now};

async fn sleeper(name: &str, millis: u64) {
    sleep(ms(millis)).await;
    say!(name, "slept", millis, "ms");
}

async fn main() {
    for (name, millis) in [("A", 30), ("B", 10), ("C", 20)] {
        spawn(sleeper(name, millis));
    }
    yield_now().await;
    say!("main blocks");
    block(secs(0.05));
    sleep(secs(0.02)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
