//! `to_thread`: the call blocks its own thread and nobody else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use executor::{ClockKind, Instant, block, now, sleep, spawn, timeout, to_thread, yield_now};

use crate::support::loops::on_every_kind;

const MILLI: Duration = Duration::from_millis(1);

/// The pool belongs to the whole process, and some of these tests fill it: one at a time.
fn pool() -> MutexGuard<'static, ()> {
    static POOL: Mutex<()> = Mutex::new(());
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_loop_goes_on_while_a_call_blocks() {
    let _alone = pool();
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (ticker_is_done, wait_for_ticker) = mpsc::channel();
            let call = spawn(to_thread(move || wait_for_ticker.recv().unwrap()));
            let ticker = spawn(async move {
                for _ in 0..5 {
                    sleep(MILLI).await;
                }
                // Nobody would get here if the call held the loop.
                ticker_is_done.send("blocking result").unwrap();
            });
            ticker.await.unwrap();
            assert_eq!(call.await.unwrap().unwrap(), "blocking result");
        });
    });
}

#[test]
fn the_call_runs_on_another_thread() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let there = to_thread(|| thread::current().id()).await.unwrap();
            assert_ne!(there, thread::current().id());
        });
    });
}

#[test]
fn a_panic_is_handed_back_and_the_pool_lives_on() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            for _ in 0..50 {
                let error = to_thread(|| panic!("the disk is full")).await.unwrap_err();
                assert_eq!(error.to_string(), "the task panicked: the disk is full");
            }
            assert_eq!(to_thread(|| 5).await.unwrap(), 5);
        });
    });
}

#[test]
fn a_call_begins_though_nobody_waits_for_it_yet() {
    let _alone = pool();
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (begun, hears) = mpsc::channel();
            let call = to_thread(move || begun.send(()).unwrap());
            hears.recv().unwrap();
            call.await.unwrap();
        });
    });
}

#[test]
fn calls_beyond_the_pools_threads_wait_in_line() {
    let _alone = pool();
    on_every_kind(ClockKind::Real, |event_loop| {
        // asyncio's own limit.
        let threads = 32.min(thread::available_parallelism().unwrap().get() + 4);
        event_loop.block_on(async move {
            let all_threads_are_busy = Arc::new(Barrier::new(threads + 1));
            let may_end = Arc::new(Barrier::new(threads + 1));
            let mut calls = Vec::new();
            for _ in 0..threads {
                let (busy, end) = (Arc::clone(&all_threads_are_busy), Arc::clone(&may_end));
                calls.push(to_thread(move || {
                    busy.wait();
                    end.wait();
                    0
                }));
            }
            // Fewer threads than that, and this would be for ever.
            all_threads_are_busy.wait();
            let begun = Arc::new(AtomicUsize::new(0));
            for _ in 0..3 {
                let begun = Arc::clone(&begun);
                calls.push(to_thread(move || begun.fetch_add(1, Ordering::Relaxed) + 1));
            }
            sleep(20 * MILLI).await;
            assert_eq!(begun.load(Ordering::Relaxed), 0, "every thread is busy");
            may_end.wait();
            let mut total = 0;
            for call in calls {
                total += call.await.unwrap();
            }
            assert_eq!(total, 1 + 2 + 3);
        });
    });
}

#[test]
fn timers_do_not_overtake_a_call_on_the_virtual_clock() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let call = spawn(async {
                to_thread(|| thread::sleep(30 * MILLI)).await.unwrap();
                now()
            });
            sleep(Duration::from_secs(10)).await;
            assert!(call.is_finished());
            assert_eq!(call.await.unwrap(), Instant::START, "the call took no virtual time");
            assert_eq!(now(), Instant::START + Duration::from_secs(10), "and nobody waits for it any more");
        });
    });
}

/// The end of one call rings the bell of the loop, and the loop may find the news before it hears
/// the bell. A bell that rings late must not be taken for the end of another call.
#[test]
fn timers_do_not_overtake_a_call_when_another_has_ended() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (end, ends) = mpsc::channel::<()>();
            let short = spawn(to_thread(move || ends.recv().unwrap()));
            let (go, waits) = mpsc::channel::<()>();
            let long = spawn(async move {
                to_thread(move || {
                    waits.recv().unwrap();
                    thread::sleep(30 * MILLI);
                })
                .await
                .unwrap();
                now()
            });
            yield_now().await;
            // Both are waited for, and one ends. The loop has work meanwhile, so it listens to no
            // bell.
            end.send(()).unwrap();
            while !short.is_finished() {
                yield_now().await;
            }
            go.send(()).unwrap();
            sleep(Duration::from_secs(10)).await;
            assert!(long.is_finished(), "a timer overtook it");
            assert_eq!(long.await.unwrap(), Instant::START);
        });
    });
}

#[test]
fn a_finished_call_that_nobody_has_asked_does_not_stop_virtual_time() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let call = to_thread(|| {
                // It ends when the loop waits for it.
                thread::sleep(30 * MILLI);
                5
            });
            sleep(Duration::from_secs(10)).await;
            assert_eq!(call.await.unwrap(), 5);
        });
    });
}

#[test]
fn a_call_that_is_given_up_runs_for_nobody() {
    let _alone = pool();
    on_every_kind(ClockKind::Real, |event_loop| {
        let (go, waits) = mpsc::channel::<()>();
        let (begins, begun) = mpsc::channel();
        let (ends, ended) = mpsc::channel();
        event_loop.block_on(async move {
            let call = to_thread(move || {
                begins.send(()).unwrap();
                waits.recv().unwrap();
                ends.send(()).unwrap();
            });
            begun.recv().unwrap();
            assert!(timeout(MILLI, call).await.is_err());
        });
        go.send(()).unwrap();
        ended.recv().unwrap();
        // The loop is none the worse for the late news.
        event_loop.block_on(async { sleep(MILLI).await });
    });
}

#[test]
fn blocking_the_loop_itself_on_the_virtual_clock_takes_no_time() {
    let _alone = pool();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            block(Duration::from_hours(10));
            assert_eq!(now(), Instant::START + Duration::from_hours(10));
        });
    });
}
