//! `sleep`, `timeout` and `interval`: when they end, and what they leave behind.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use executor::inspect::Event;
use executor::{
    ClockKind, Elapsed, Instant, block, call_later, interval, now, sleep, sleep_until, spawn, timeout,
    timeout_at, yield_now,
};

use crate::count;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::transcript::{say, says, says_by_wake};
use crate::support::watcher::Watcher;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How many timers the program armed, how many fired, and how many were taken out before.
fn timers_of<F>(program: fn() -> F) -> Vec<(usize, usize, usize)>
where
    F: Future<Output = ()> + 'static,
{
    let count = move |kind: Kind| {
        let watcher = Watcher::new();
        kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap().block_on(program());
        (
            count(&watcher, |event| matches!(event, Event::TimerArmed { .. })),
            count(&watcher, |event| matches!(event, Event::TimerFired { .. })),
            count(&watcher, |event| matches!(event, Event::TimerCancelled { .. })),
        )
    };
    Kind::all().into_iter().map(|kind| within_patience(move || count(kind))).collect()
}

#[test]
fn the_time_of_a_sleep_counts_from_its_making() {
    async fn main() {
        let nap = sleep(ms(10));
        block(ms(4));
        nap.await;
        assert_eq!(now(), Instant::START + ms(10));
        let nap = sleep(ms(5));
        block(ms(20));
        nap.await;
        assert_eq!(now(), Instant::START + ms(30), "an overdue sleep ends without waiting");
        sleep_until(Instant::START).await;
        assert_eq!(now(), Instant::START + ms(30));
    }
    says(|event_loop| event_loop.block_on(main()), "");
}

#[test]
fn an_overdue_sleep_still_gives_the_loop_its_turn() {
    async fn main() {
        let nap = sleep(ms(5));
        block(ms(20));
        let _detached = spawn(async { say!("another task") });
        nap.await;
        say!("main is back");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: another task
        tick 2: main is back
        ",
        "
        tick 2: another task
        tick 3: main is back
        ",
    );
}

#[test]
fn a_sleep_of_zero_takes_one_turn_and_no_timer() {
    async fn main() {
        sleep(Duration::ZERO).await;
        yield_now().await;
        sleep(Duration::ZERO).await;
        say!("three turns later");
    }
    says(|event_loop| event_loop.block_on(main()), "tick 4: three turns later");
    assert!(timers_of(main).iter().all(|timers| *timers == (0, 0, 0)));
}

#[test]
fn dropping_a_sleep_takes_its_timer_out() {
    async fn main() {
        let task = spawn(async { sleep(ms(10)).await });
        yield_now().await;
        task.abort();
        // One that is never polled has no timer to take out.
        drop(sleep(ms(10)));
        sleep(ms(20)).await;
    }
    assert!(timers_of(main).iter().all(|timers| *timers == (2, 1, 1)), "{:?}", timers_of(main));
}

#[test]
fn a_time_limit_is_one_timer_however_often_its_task_steps() {
    async fn main() {
        // Each nap of the other half polls the limit as well.
        let result = timeout(ms(100), async {
            for _ in 0..5 {
                sleep(ms(10)).await;
            }
            "five naps"
        });
        assert_eq!(result.await, Ok("five naps"));
        let watched = now();
        sleep(ms(500)).await;
        assert_eq!(now(), watched + ms(500));
    }
    // Six sleeps fire, and the limit is taken out.
    assert!(timers_of(main).iter().all(|timers| *timers == (7, 6, 1)), "{:?}", timers_of(main));
}

#[test]
fn a_sleep_that_moves_to_another_task_wakes_that_one() {
    async fn main() {
        let mut nap = Box::pin(sleep(ms(10)));
        poll_fn(|cx| {
            assert!(nap.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        let other = spawn(async move {
            nap.await;
            now()
        });
        assert_eq!(other.await.unwrap(), Instant::START + ms(10));
    }
    assert!(timers_of(main).iter().all(|timers| *timers == (2, 1, 1)), "{:?}", timers_of(main));
}

#[test]
fn a_sleep_that_comes_back_to_its_first_task_wakes_that_one() {
    async fn main() {
        let nap = Rc::new(RefCell::new(Box::pin(sleep(ms(10)))));
        let poll = |cx: &mut Context<'_>| nap.borrow_mut().as_mut().poll(cx);
        poll_fn(|cx| {
            assert!(poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        let lent = Rc::clone(&nap);
        let other = spawn(poll_fn(move |cx| {
            assert!(lent.borrow_mut().as_mut().poll(cx).is_pending());
            Poll::Ready(())
        }));
        other.await.unwrap();
        poll_fn(poll).await;
        assert_eq!(now(), Instant::START + ms(10));
    }
    assert!(timers_of(main).iter().all(|timers| *timers == (3, 1, 2)), "{:?}", timers_of(main));
}

#[test]
fn in_the_turn_of_the_time_limit_the_result_wins_but_not_with_asyncios_wakeups() {
    async fn main() {
        let limit = now() + ms(10);
        let result = timeout_at(limit, async {
            sleep_until(limit).await;
            "result"
        });
        say!("{:?}", result.await);
        // Both are overdue when the loop comes round.
        let slow = timeout(ms(10), async {
            sleep(ms(15)).await;
            "slow result"
        });
        call_later(ms(5), || block(ms(50)));
        say!("{:?}", slow.await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 2: Ok("result")
        tick 4: Ok("slow result")
        "#,
        "
        tick 3: Err(Elapsed)
        tick 6: Err(Elapsed)
        ",
    );
}

#[test]
fn a_time_limit_that_is_reached() {
    async fn main() {
        say!("{:?} at {}", timeout(ms(10), pending::<()>()).await, now());
        say!("{:?} at {}", timeout(Duration::ZERO, pending::<()>()).await, now());
        say!("{:?} at {}", timeout(Duration::ZERO, async { "at once" }).await, now());
        let nested = timeout(ms(50), timeout(ms(20), pending::<()>()));
        say!("inner: {:?} at {}", nested.await, now());
        let nested = timeout(ms(20), timeout(ms(50), pending::<()>()));
        say!("outer: {:?} at {}", nested.await, now());
        assert_eq!(Elapsed.to_string(), "the time limit came before the result");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 2: Err(Elapsed) at 0.010
        tick 3: Err(Elapsed) at 0.010
        tick 3: Ok("at once") at 0.010
        tick 4: inner: Ok(Err(Elapsed)) at 0.030
        tick 5: outer: Err(Elapsed) at 0.050
        "#,
        r#"
        tick 3: Err(Elapsed) at 0.010
        tick 5: Err(Elapsed) at 0.010
        tick 5: Ok("at once") at 0.010
        tick 8: inner: Ok(Err(Elapsed)) at 0.030
        tick 10: outer: Err(Elapsed) at 0.050
        "#,
    );
}

#[test]
fn a_timeout_drops_what_it_waited_for() {
    async fn main() {
        let _ = timeout(ms(10), sleep(ms(1_000))).await;
        sleep(ms(5)).await;
    }
    for (armed, fired, cancelled) in timers_of(main) {
        assert_eq!(fired, 2, "the long sleep is not among them");
        assert_eq!(armed, fired + cancelled);
    }
}

#[test]
fn an_interval_keeps_its_grid() {
    async fn main() {
        let mut beats = interval(ms(10));
        for work in [0, 3, 9, 25, 0, 0] {
            let due = beats.tick().await;
            say!("beat {due} at {}, then {work} ms of work", now());
            block(ms(work));
        }
    }
    let lines = "
        tick 2: beat 0.010 at 0.010, then 0 ms of work
        tick 3: beat 0.020 at 0.020, then 3 ms of work
        tick 4: beat 0.030 at 0.030, then 9 ms of work
        tick 5: beat 0.040 at 0.040, then 25 ms of work
        tick 6: beat 0.050 at 0.065, then 0 ms of work
        tick 7: beat 0.070 at 0.070, then 0 ms of work
        ";
    let mut asyncio = String::new();
    for (turn, line) in (2..8).zip(lines.lines().filter(|line| !line.trim().is_empty())) {
        asyncio += &line.replace(&format!("tick {turn}:"), &format!("tick {}:", 2 * turn - 1));
        asyncio += "\n";
    }
    says_by_wake(|event_loop| event_loop.block_on(main()), lines, &asyncio);
}

#[test]
fn a_beat_that_nobody_waited_for_is_not_lost() {
    async fn main() {
        let mut beats = interval(ms(10));
        assert_eq!(timeout(ms(4), beats.tick()).await, Err(Elapsed));
        assert_eq!(beats.tick().await, Instant::START + ms(10));
    }
    says(|event_loop| event_loop.block_on(main()), "");
}

/// A beat that falls on the very moment at which one asks for the next has been missed.
#[test]
fn an_interval_leaves_out_a_beat_that_is_now() {
    async fn main() {
        let mut beats = interval(ms(10));
        block(ms(20));
        assert_eq!(beats.tick().await, Instant::START + ms(10));
        assert_eq!(beats.tick().await, Instant::START + ms(30));
    }
    says(|event_loop| event_loop.block_on(main()), "");
}

/// However many they are: nobody counts them one by one.
#[test]
fn an_interval_leaves_out_a_hundred_years_of_beats() {
    async fn main() {
        let century = Duration::from_hours(24 * 365 * 100);
        let mut beats = interval(Duration::from_nanos(3));
        sleep(century).await;
        assert_eq!(beats.tick().await, Instant::START + Duration::from_nanos(3));
        let next = beats.tick().await;
        assert!(next > Instant::START + century, "{next:?}");
        assert!(next <= Instant::START + century + Duration::from_nanos(3), "{next:?}");
        // And one that comes later than any time.
        let mut beats = interval(Duration::MAX);
        assert_eq!(timeout(century, beats.tick()).await, Err(Elapsed));
    }
    says(|event_loop| event_loop.block_on(main()), "");
}

#[test]
fn far_deadlines_neither_fire_nor_overflow() {
    async fn main() {
        let forever = spawn(async { sleep(Duration::MAX).await });
        let never = call_later(Duration::MAX, || say!("never (must not be said)"));
        let _ = timeout(Duration::from_hours(24 * 365 * 100), sleep_until(Instant::FAR_FUTURE)).await;
        assert_eq!(now(), Instant::START + Duration::from_hours(24 * 365 * 100), "a century later");
        assert!(forever.abort());
        never.cancel();
    }
    says(|event_loop| event_loop.block_on(main()), "");
}
