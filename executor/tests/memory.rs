//! What is given up leaves nothing behind, however often that happens.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::future::pending;
use std::sync::mpsc;
use std::time::Duration;

use allocation_counter::measure;
use executor::{
    ClockKind, Elapsed, EventLoop, Instant, WakeMode, When, as_completed, gather, gather_results, shield,
    spawn, timeout_at, to_thread, wait, wait_for,
};

/// Waits for one long task again and again, and gives up each time.
async fn give_up(way: &str, times: usize) {
    let mut long = spawn(pending::<()>());
    for _ in 0..times {
        let long = &mut long;
        // The wait is asked once, and then its time is up.
        let limit = Instant::START;
        let given_up = match way {
            "join" => timeout_at(limit, long).await.err(),
            "gather" => timeout_at(limit, gather([long])).await.err(),
            "gather_results" => timeout_at(limit, gather_results([long])).await.err(),
            "wait" => timeout_at(limit, wait([long], When::AllCompleted)).await.err(),
            "wait_for" => timeout_at(limit, wait_for(Duration::from_secs(1), long)).await.err(),
            "as_completed" => timeout_at(limit, as_completed([long]).next()).await.err(),
            "shield" => timeout_at(limit, shield(long)).await.err(),
            _ => panic!("there is no such way"),
        };
        assert_eq!(given_up, Some(Elapsed), "{way}");
    }
    long.abort();
}

#[test]
fn waits_that_are_given_up() {
    for wake in [WakeMode::Direct, WakeMode::Asyncio] {
        let event_loop =
            EventLoop::builder().clock(ClockKind::Virtual).wake(wake).debug(false).build().unwrap();
        for way in ["join", "gather", "gather_results", "wait", "wait_for", "as_completed", "shield"] {
            let most = |times| measure(|| event_loop.block_on(give_up(way, times))).bytes_max;
            let (few, many) = (most(100), most(10_000));
            assert!(many < few + 10_000, "{way}: {few} bytes at most in 100 rounds, {many} in 10,000");
        }
    }
}

/// Gives up calls that stand in line behind one that takes its time.
async fn give_up_calls(times: usize) {
    let (go, waits) = mpsc::channel::<()>();
    let first = to_thread(move || waits.recv());
    for _ in 0..times {
        drop(to_thread(|| ()));
    }
    go.send(()).unwrap();
    first.await.unwrap().unwrap();
}

#[test]
fn calls_that_are_given_up_in_line() {
    let event_loop = EventLoop::builder().threads(1).debug(false).build().unwrap();
    let most = |times| measure(|| event_loop.block_on(give_up_calls(times))).bytes_max;
    let (few, many) = (most(100), most(10_000));
    assert!(many < few + 10_000, "{few} bytes at most with 100 calls, {many} with 10,000");
}
