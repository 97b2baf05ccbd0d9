//! Every way to wait for many, stopped at every turn and in every way to stop a task: whatever was
//! waited for comes to its end, and nothing is left behind.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use executor::inspect::Event;
use executor::{
    Cancelled, ClockKind, Deferred, JoinHandle, When, as_completed, cancellable, gather, gather_results,
    shield, sleep, spawn, spawn_cancellable, task_group, timeout_at, wait, wait_for, yield_now,
};

use crate::ms;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::watcher::Watcher;

/// More turns than any of the waits takes.
const TURNS: u64 = 16;

type Waiting = Pin<Box<dyn Future<Output = ()>>>;
/// One way to wait.
type Way = fn() -> Waiting;

/// A child that is over sooner or later, whatever happens to it.
async fn child(millis: u64) -> Result<u64, Cancelled> {
    let woken = cancellable(sleep(ms(millis))).await;
    yield_now().await;
    woken.map(|()| millis)
}

fn children() -> Vec<JoinHandle<u64>> {
    [10, 30, 20].map(|millis| spawn_cancellable(child(millis))).into()
}

/// Every way to wait.
fn ways() -> Vec<(&'static str, Way)> {
    vec![
        ("join", || Box::pin(async { drop(spawn(child(10)).await) })),
        ("gather", || Box::pin(async { drop(gather(children()).await) })),
        ("gather_results", || Box::pin(async { drop(gather_results(children()).await) })),
        ("wait", || {
            Box::pin(async {
                let (done, pending) = wait(children(), When::FirstCompleted).limit(ms(25)).await;
                assert_eq!((done.len(), pending.len()), (1, 2));
                drop(wait(pending, When::AllCompleted).limit(ms(5)).await);
            })
        }),
        ("as_completed", || {
            Box::pin(async {
                let mut results = as_completed(children());
                while let Some(result) = results.next().await {
                    drop(result);
                }
            })
        }),
        ("shield", || Box::pin(async { drop(shield(spawn(child(10))).await) })),
        ("wait_for", || {
            Box::pin(async {
                drop(wait_for(ms(10), spawn_cancellable(child(30))).await);
                drop(wait_for(ms(30), spawn_cancellable(child(10))).await);
            })
        }),
        ("task_group", || {
            Box::pin(async {
                let result = task_group::<_, _, (), &str>(async |group| {
                    for millis in [10, 30, 20] {
                        group.spawn_cancellable(async move { child(millis).await.map(Ok) });
                    }
                    let _ = cancellable(sleep(ms(15))).await;
                    Ok(())
                });
                drop(result.await);
            })
        }),
        ("failing task_group", || {
            Box::pin(async {
                let result = task_group::<_, _, (), &str>(async |group| {
                    group.spawn_cancellable(async { child(30).await.map(Ok) });
                    group.spawn_cancellable::<_, ()>(async { child(10).await.map(|_| Err("on purpose")) });
                    sleep(ms(20)).await;
                    Ok(())
                });
                drop(result.await);
            })
        }),
        ("deferred", || {
            Box::pin(async {
                let deferred = Deferred::new();
                let theirs = deferred.clone();
                executor::call_later(ms(10), move || {
                    let _ = theirs.set(());
                });
                let _ = deferred.await;
            })
        }),
        ("time limits", || {
            Box::pin(async {
                let limit = executor::Deadline::after(ms(10));
                let inner = limit.clone();
                let result = limit.enforce(async move {
                    sleep(ms(5)).await;
                    inner.reschedule(Some(executor::now() + ms(10)));
                    sleep(ms(30)).await;
                });
                let _ = result.await;
            })
        }),
    ]
}

/// Every way to stop a task that waits.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Abort,
    Cancel,
    CancelTwice,
    Drop,
}

/// Waits in one way, and is stopped in the turn `turn`.
async fn stopped(way: Way, stop: Stop, turn: u64) {
    let over = Rc::new(Cell::new(false));
    let noted = Rc::clone(&over);
    let give_up = Deferred::<()>::new();
    let asked = give_up.clone();
    let waiter = spawn(async move {
        let mut waiting = way();
        let mut asked = Box::pin(async move {
            let _ = asked.await;
        });
        // Dropping by hand, and not by a timer, so that the turn is exact.
        std::future::poll_fn(|cx| {
            if let Stop::Drop = stop
                && asked.as_mut().poll(cx).is_ready()
            {
                return std::task::Poll::Ready(());
            }
            waiting.as_mut().poll(cx)
        })
        .await;
        noted.set(true);
    });
    for _ in 0..turn {
        // Time must pass as well: a turn and a few milliseconds.
        sleep(ms(3)).await;
    }
    match stop {
        Stop::Abort => {
            waiter.abort();
        }
        Stop::Cancel => {
            waiter.cancel();
        }
        Stop::CancelTwice => {
            waiter.cancel();
            waiter.cancel();
        }
        Stop::Drop => {
            let _ = give_up.set(());
        }
    }
    let limit = executor::now() + ms(1_000);
    assert!(timeout_at(limit, waiter).await.is_ok(), "whoever is stopped comes to an end");
    assert!(over.get() || !matches!(stop, Stop::Drop));
    // Whatever was waited for has its time.
    sleep(ms(100)).await;
}

/// What an account must not show: tasks without an end, timers without one.
fn left_behind(watcher: &Watcher) -> (i64, i64) {
    let (mut tasks, mut timers) = (0, 0);
    for record in watcher.records() {
        match record.event {
            Event::Spawned { .. } => tasks += 1,
            Event::Ended { .. } => tasks -= 1,
            Event::Abandoned { task, .. } => panic!("{task} was left"),
            Event::TimerArmed { .. } => timers += 1,
            Event::TimerFired { .. } | Event::TimerCancelled { .. } => timers -= 1,
            _ => {}
        }
    }
    (tasks, timers)
}

#[test]
fn nothing_is_left_behind() {
    for (name, way) in ways() {
        for stop in [Stop::Abort, Stop::Cancel, Stop::CancelTwice, Stop::Drop] {
            for turn in 0..TURNS {
                for kind in Kind::all() {
                    let left = within_patience(move || {
                        let watcher = Watcher::new();
                        let event_loop =
                            kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
                        event_loop.block_on(stopped(way, stop, turn));
                        drop(event_loop);
                        left_behind(&watcher)
                    });
                    assert_eq!(left, (0, 0), "{name}, {stop:?} in step {turn}, on {kind:?}");
                }
            }
        }
    }
}
