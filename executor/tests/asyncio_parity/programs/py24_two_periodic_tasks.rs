//! Two periodic tasks interleave by their own deadlines; each wake-up costs two ticks.
use crate::ticks::{ms, run, say};
use executor::{sleep, spawn};

async fn every(name: &str, millis: u64, times: u32) {
    for i in 0..times {
        sleep(ms(millis)).await;
        say!(name, "beat", i);
    }
}

async fn main() {
    let a = spawn(every("A (40 ms)", 40, 4));
    let b = spawn(every("B (100 ms)", 100, 1));
    a.await.unwrap();
    b.await.unwrap();
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
