//! `to_thread`: the blocking call waits on another thread while the loop keeps ticking.
//!
//! It takes real time: five times as much as in Python, so that a busy machine changes nothing.
use crate::ticks::{note, run, secs};
use executor::{sleep, spawn, to_thread, yield_now};
use std::thread;

async fn ticker() {
    for i in 0..3 {
        sleep(secs(0.1)).await;
        note!("tick-tock", i);
    }
}

fn blocking() -> &'static str {
    thread::sleep(secs(0.45));
    "blocking result"
}

async fn main() {
    let t = spawn(ticker());
    note!("main got:", to_thread(blocking).await.unwrap());
    note!("ticker done:", t.is_finished());
    let t = spawn(ticker());
    yield_now().await;
    note!("the same call made on the loop's thread:", blocking());
    note!("ticker done:", t.is_finished());
    t.await.unwrap();
}

pub(crate) fn program() {
    run(main());
}
