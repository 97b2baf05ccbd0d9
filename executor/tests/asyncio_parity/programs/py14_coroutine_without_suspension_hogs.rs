//! `async` alone shares nothing: awaits that never suspend keep every other task waiting.
use crate::ticks::{run, say};
use executor::{spawn, yield_now};

async fn not_really_async(i: u64) -> u64 {
    i * i
}

async fn hog() {
    let mut total = 0;
    for i in 0..1000 {
        total += not_really_async(i).await;
    }
    say!("hog finished", total);
}

async fn polite() {
    for i in 0..2 {
        say!("polite step", i);
        yield_now().await;
    }
}

async fn main() {
    let p = spawn(polite());
    let h = spawn(hog());
    h.await.unwrap();
    p.await.unwrap();
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
