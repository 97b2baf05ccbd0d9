//! `to_thread`: the call blocks its own thread and nobody else.

use std::panic::panic_any;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use executor::inspect::{Cause, Event};
use executor::{
    ClockKind, EventLoop, Instant, JoinError, WakeMode, block, call_later, call_soon, now, sleep, spawn,
    timeout, to_thread, yield_now,
};

use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::patience::within_patience;
use crate::support::watcher::Watcher;

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn the_loop_goes_on_while_a_call_blocks() {
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
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let there = to_thread(|| thread::current().id()).await.unwrap();
            assert_ne!(there, thread::current().id());
        });
    });
}

#[test]
fn a_panic_is_handed_back_and_the_pool_lives_on() {
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
fn the_payload_of_a_panic_goes_to_the_caller() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let JoinError::Panicked(payload) = to_thread(|| panic_any(42_u32)).await.unwrap_err() else {
                panic!("it should have panicked");
            };
            assert_eq!(payload.downcast_ref(), Some(&42_u32));
        });
    });
}

#[test]
fn a_call_begins_though_nobody_waits_for_it_yet() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (begun, hears) = mpsc::channel();
            let call = to_thread(move || begun.send(()).unwrap());
            hears.recv().unwrap();
            call.await.unwrap();
        });
    });
}

/// Runs `work` on a loop of every kind whose pool has `threads` threads.
#[track_caller]
fn with_threads(threads: usize, work: fn(EventLoop)) {
    for kind in Kind::all() {
        println!("on {kind:?}");
        within_patience(move || work(kind.builder(ClockKind::Real).threads(threads).build().unwrap()));
    }
}

/// How many calls can meet: each waits until all of them are there.
async fn meet(calls: usize) {
    let all_are_there = Arc::new(Barrier::new(calls));
    let mut meeting = Vec::new();
    for _ in 0..calls {
        let all_are_there = Arc::clone(&all_are_there);
        meeting.push(to_thread(move || {
            all_are_there.wait();
        }));
    }
    for call in meeting {
        call.await.unwrap();
    }
}

#[test]
fn asyncios_number_of_threads_if_nobody_says() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            meet(32.min(thread::available_parallelism().unwrap().get() + 4)).await;
        });
    });
}

/// What somebody who wonders about the size of a pool can try: with three threads, three calls take
/// as long as one, and four take twice as long.
#[test]
fn one_call_more_than_there_are_threads_takes_twice_as_long() {
    with_threads(3, |event_loop| {
        event_loop.block_on(async {
            // They are all under way at once, or this would be for ever.
            meet(3).await;

            let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let began = now();
            let mut calls = Vec::new();
            for _ in 0..4 {
                let (under_way, most) = (Arc::clone(&under_way), Arc::clone(&most));
                calls.push(to_thread(move || {
                    most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(30 * MILLI);
                    under_way.fetch_sub(1, Ordering::SeqCst);
                }));
            }
            for call in calls {
                call.await.unwrap();
            }
            assert!(now().since(began) >= 60 * MILLI);
            assert!(most.load(Ordering::SeqCst) <= 3);
        });
    });
}

#[test]
fn the_line_is_first_come_first_served() {
    with_threads(1, |event_loop| {
        event_loop.block_on(async {
            let (says, said) = mpsc::channel();
            let mut calls = Vec::new();
            for number in 0..100 {
                let says = says.clone();
                calls.push(to_thread(move || says.send(number).unwrap()));
            }
            for call in calls {
                call.await.unwrap();
            }
            assert!(said.try_iter().eq(0..100));
        });
    });
}

#[test]
fn a_call_that_is_given_up_in_line_is_not_made() {
    with_threads(1, |event_loop| {
        event_loop.block_on(async {
            let (go, waits) = mpsc::channel::<()>();
            let first = to_thread(move || waits.recv().unwrap());
            let made = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&made);
            let second = to_thread(move || counter.fetch_add(1, Ordering::SeqCst));
            assert!(timeout(MILLI, second).await.is_err());
            assert_eq!(Arc::strong_count(&made), 1, "and what it would have used is dropped");
            go.send(()).unwrap();
            first.await.unwrap();
            // Behind it in the line.
            to_thread(|| ()).await.unwrap();
            assert_eq!(made.load(Ordering::SeqCst), 0);
        });
    });
}

#[test]
fn around_calls_that_are_given_up_the_line_stays_in_order() {
    with_threads(1, |event_loop| {
        event_loop.block_on(async {
            let (go, waits) = mpsc::channel::<()>();
            let first = to_thread(move || waits.recv().unwrap());
            let (say, said) = mpsc::channel();
            let mut calls = Vec::new();
            for number in 0..100 {
                let say = say.clone();
                let call = to_thread(move || say.send(number).unwrap());
                // Most of them, so that their places are given up as well.
                if number % 5 == 0 {
                    calls.push(call);
                }
            }
            go.send(()).unwrap();
            first.await.unwrap();
            for call in calls {
                call.await.unwrap();
            }
            assert!(said.try_iter().eq((0..100).step_by(5)));
        });
    });
}

/// A result that nobody wants is dropped on its thread, and may do anything there.
#[test]
fn the_destructor_of_a_result_panics_and_the_pool_lives_on() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a result that nobody wants");
        }
    }
    with_threads(1, |event_loop| {
        event_loop.block_on(async {
            let (begins, begun) = mpsc::channel();
            let (go, waits) = mpsc::channel::<()>();
            let call = to_thread(move || {
                begins.send(()).unwrap();
                waits.recv().unwrap();
                Bomb
            });
            begun.recv().unwrap();
            drop(call);
            go.send(()).unwrap();
            assert_eq!(to_thread(|| 5).await.unwrap(), 5);
        });
    });
}

#[test]
fn with_asyncios_wake_ups_the_waiter_runs_a_turn_later() {
    for kind in Kind::all() {
        within_patience(move || {
            let watcher = Watcher::new();
            let builder = kind.builder(ClockKind::Virtual).observer(Rc::clone(&watcher) as Rc<_>);
            builder.build().unwrap().block_on(async {
                let (go, waits) = mpsc::channel::<()>();
                // In the turn after this task has begun to wait.
                call_soon(move || go.send(()).unwrap());
                to_thread(move || waits.recv().unwrap()).await.unwrap();
            });
            let records = watcher.records();
            let from_thread =
                |event: &Event| matches!(event, Event::Woken { cause: Cause::Thread, already: false, .. });
            let woken = records.iter().position(|record| from_thread(&record.event)).unwrap();
            let mut later = records[woken..].iter();
            let polled = later.find(|record| matches!(record.event, Event::Polled { .. })).unwrap();
            let turns_later = match kind.wake {
                WakeMode::Direct => 0,
                WakeMode::Asyncio => 1,
            };
            assert_eq!(polled.tick, records[woken].tick + turns_later, "on {kind:?}");
        });
    }
}

#[test]
fn timers_do_not_overtake_a_call_on_the_virtual_clock() {
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
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            block(Duration::from_hours(10));
            assert_eq!(now(), Instant::START + Duration::from_hours(10));
        });
    });
}

/// A timer whose time has come is not put off by a call: only one that is still to come could overtake it.
#[test]
fn a_timer_that_is_overdue_does_not_wait_for_a_call_on_the_virtual_clock() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (tell, told) = mpsc::channel();
            let call = to_thread(move || told.recv());
            block(Duration::from_millis(1));
            call_later(Duration::ZERO, move || tell.send("now").unwrap());
            assert_eq!(call.await.unwrap(), Ok("now"));
        });
    });
}
