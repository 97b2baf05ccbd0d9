//! Limits that move: `Patience`, with one timer behind all of them, and `timeout` from task to task.

use std::future::{pending, poll_fn, ready};
use std::task::Poll;
use std::time::Duration;

use executor::inspect::Event;
use executor::{
    ClockKind, Deadline, Elapsed, Instant, Patience, WakeMode, block, now, sleep, sleep_until, spawn,
    timeout, yield_now,
};

use crate::count;
use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::patience::within_patience;
use crate::support::watcher::Watcher;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Demands that `program` arms, fires and takes out so many timers, on every kind of loop.
#[track_caller]
fn timers(program: fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>, expected: (usize, usize, usize)) {
    for kind in Kind::all() {
        let found = within_patience(move || {
            let watcher = Watcher::new();
            kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap().block_on(program());
            (
                count(&watcher, |event| matches!(event, Event::TimerArmed { .. })),
                count(&watcher, |event| matches!(event, Event::TimerFired { .. })),
                count(&watcher, |event| matches!(event, Event::TimerCancelled { .. })),
            )
        });
        assert_eq!(found, expected, "on {kind:?}");
    }
}

#[test]
fn a_limit_that_only_moves_later_costs_one_timer() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                for _ in 0..1000 {
                    let limit = now() + Duration::from_mins(1);
                    assert_eq!(patience.wait_until(limit, yield_now()).await, Ok(()));
                    block(ms(1));
                }
            })
        },
        (1, 0, 1),
    );
}

#[test]
fn the_timer_that_comes_too_early_is_armed_once_for_the_limit_of_now() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                let early = now() + ms(10);
                assert_eq!(patience.wait_until(early, yield_now()).await, Ok(()));
                let limit = now() + ms(25);
                assert_eq!(patience.wait_until(limit, pending::<()>()).await, Err(Elapsed));
                assert_eq!(now(), Instant::START + ms(25));
            })
        },
        (2, 2, 0),
    );
}

#[test]
fn a_limit_that_moves_earlier_is_kept() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                let far = now() + Duration::from_hours(1);
                assert_eq!(patience.wait_until(far, yield_now()).await, Ok(()));
                let near = now() + ms(10);
                assert_eq!(patience.wait_until(near, pending::<()>()).await, Err(Elapsed));
                assert_eq!(now(), Instant::START + ms(10));
            })
        },
        (2, 1, 1),
    );
}

#[test]
fn what_is_there_needs_no_timer_and_neither_does_a_limit_that_has_passed() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                assert_eq!(patience.wait_until(Instant::FAR_FUTURE, ready("at once")).await, Ok("at once"));
                let passed = Instant::START;
                assert_eq!(patience.wait_until(passed, ready("asked first")).await, Ok("asked first"));
                assert_eq!(patience.wait_until(passed, pending::<()>()).await, Err(Elapsed));
            })
        },
        (0, 0, 0),
    );
}

#[test]
fn a_wait_that_was_given_up_leaves_no_limit_behind() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                drop(patience.wait_until(now() + ms(5), pending::<()>()));
                assert_eq!(patience.wait_until(now() + ms(10), yield_now()).await, Ok(()));
                // The timer fires meanwhile, which ends nothing.
                sleep(ms(50)).await;
                assert_eq!(now(), Instant::START + ms(50));
                assert_eq!(patience.wait_until(now() + ms(7), pending::<()>()).await, Err(Elapsed));
                assert_eq!(now(), Instant::START + ms(57));
            })
        },
        (3, 3, 0),
    );
}

#[test]
fn it_wakes_the_task_that_waits_now() {
    timers(
        || {
            Box::pin(async {
                let mut patience = Patience::new();
                assert_eq!(patience.wait_until(now() + ms(10), yield_now()).await, Ok(()));
                let other = spawn(async move {
                    assert_eq!(patience.wait_until(now() + ms(20), pending::<()>()).await, Err(Elapsed));
                    assert_eq!(now(), Instant::START + ms(20));
                });
                other.await.unwrap();
            })
        },
        (2, 1, 1),
    );
}

/// A limit that comes while its future moves to another task ends it there: also in asyncio's way, where
/// the deadline's entry in the ready queue may still know the first one's waker.
#[test]
fn a_limit_follows_its_future_to_another_task() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut limited = Box::pin(timeout(Duration::ZERO, pending::<()>()));
            poll_fn(|cx| Poll::Ready(limited.as_mut().poll(cx).is_ready())).await;
            assert_eq!(spawn(limited).await.unwrap(), Err(Elapsed));
        });
    });
}

/// The name in a timer that was armed is that of the task that waits now.
#[test]
fn a_limit_that_moved_says_whom_it_wakes() {
    for kind in Kind::all() {
        let watcher = Watcher::new();
        let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
        let last = event_loop.block_on(async {
            let mut limited = Box::pin(timeout(ms(5), pending::<()>()));
            poll_fn(|cx| Poll::Ready(limited.as_mut().poll(cx).is_ready())).await;
            let last = spawn(limited);
            let id = last.id();
            assert_eq!(last.await.unwrap(), Err(Elapsed));
            id
        });
        let woken = count(
            &watcher,
            |event| matches!(event, Event::TimerFired { woke: Some(task), .. } if *task == last),
        );
        assert_eq!(woken, 1, "on {kind:?}");
    }
}

/// With asyncio's wake-ups the deadline's entry has run by then: "Cannot change state of expiring Timeout".
/// With direct ones the task has yet to look whether its time is up.
#[test]
fn who_moves_a_limit_in_the_turn_in_which_it_is_due() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
            event_loop.block_on(async move {
                let began = now();
                let deadline = Deadline::at(None);
                let theirs = deadline.clone();
                let mover = spawn(async move {
                    sleep_until(began + ms(10)).await;
                    theirs.reschedule(Some(began + ms(60)));
                });
                yield_now().await;
                // Armed after the mover's timer, and due with it.
                deadline.reschedule(Some(began + ms(10)));
                let result = deadline.enforce(sleep(ms(30))).await;
                mover.await.unwrap();
                let expected = match kind.wake {
                    WakeMode::Asyncio => (Err(Elapsed), 10),
                    WakeMode::Direct => (Ok(()), 30),
                };
                assert_eq!((result, now().since(began).as_millis()), expected, "on {kind:?}");
                assert_eq!(deadline.is_expired(), result.is_err());
            });
        });
    }
}
