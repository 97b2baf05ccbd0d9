//! The three clocks, by a watch that is none of them.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use executor::{ClockKind, EventLoop, Instant, call_later, now, sleep, spawn, to_thread, turn, yield_now};

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
}

use support::kinds::Kind;
use support::loops::on_every_kind;

type Watch = std::time::Instant;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Far more than any machine needs, and far less than for ever.
const ABSURD: Duration = Duration::from_secs(10);

#[test]
fn real_sleeps_end_never_early_and_not_absurdly_late() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            for micros in [1, 10, 100, 500, 999, 1_000, 1_001, 1_500, 2_300, 7_000, 20_000] {
                let duration = Duration::from_micros(micros);
                let (watch, began) = (Watch::now(), now());
                sleep(duration).await;
                assert!(now().since(began) >= duration, "{duration:?} by the loop's clock");
                let slept = watch.elapsed();
                assert!(slept >= duration, "a sleep of {duration:?} was over after {slept:?}");
                assert!(slept < ABSURD, "a sleep of {duration:?} took {slept:?}");
            }
        });
    });
}

#[test]
fn real_timers_fire_never_early_and_in_order() {
    on_every_kind(ClockKind::Real, |event_loop| {
        let fired = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&fired);
        event_loop.block_on(async move {
            let watch = Watch::now();
            for millis in [9, 3, 6, 1, 7] {
                let seen = Rc::clone(&seen);
                call_later(ms(millis), move || seen.borrow_mut().push((millis, watch.elapsed())));
            }
            sleep(ms(10)).await;
        });
        let order: Vec<u64> = fired.borrow().iter().map(|(millis, _)| *millis).collect();
        assert_eq!(order, [1, 3, 6, 7, 9]);
        assert!(fired.borrow().iter().all(|(millis, after)| *after >= ms(*millis)));
    });
}

#[test]
fn ten_virtual_seconds_pass_at_once() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let watch = Watch::now();
        event_loop.block_on(async {
            assert_eq!(now(), Instant::START);
            sleep(Duration::from_secs(10)).await;
            assert_eq!(now(), Instant::START + Duration::from_secs(10));
        });
        assert!(watch.elapsed() < Duration::from_secs(5), "it took {:?}", watch.elapsed());
    });
}

#[test]
fn virtual_time_stands_still_while_a_task_works() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            thread::sleep(ms(20));
            assert_eq!(now(), Instant::START);
        });
    });
}

/// What happened when, by the clock of the loop.
type Happened = Rc<RefCell<Vec<(&'static str, u64, Instant)>>>;

/// Timers before and after a callback that takes 200 ms: the time that a person stands on a
/// breakpoint in it.
fn timers_around_a_breakpoint(event_loop: &EventLoop) -> Vec<(&'static str, u64, Instant)> {
    let happened = Happened::default();
    let notes = Rc::clone(&happened);
    event_loop.block_on(async move {
        let note = move |name| {
            let notes = Rc::clone(&notes);
            move || notes.borrow_mut().push((name, turn(), now()))
        };
        for (millis, name) in [(150, "third"), (50, "first"), (100, "second")] {
            call_later(ms(millis), note(name));
        }
        call_later(ms(10), || {
            let before = now();
            thread::sleep(ms(200));
            let counted = now().since(before);
            assert!(counted <= ms(20), "{counted:?} were counted");
        });
        sleep(ms(200)).await;
    });
    Rc::try_unwrap(happened).unwrap().into_inner()
}

#[test]
fn stepping_hardly_counts_a_breakpoint() {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Stepping).build().unwrap();
        let happened = timers_around_a_breakpoint(&event_loop);
        let names: Vec<&str> = happened.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, ["first", "second", "third"], "on {kind:?}");
        for ((name, _, at), deadline) in happened.iter().zip([50, 100, 150]) {
            assert!(*at >= Instant::START + ms(deadline), "{name} at {at} on {kind:?}");
        }
        // The breakpoint made none of them overdue: each has its own turn, as if nobody had stopped
        // the program.
        assert!(happened.is_sorted_by(|(_, one, _), (_, next, _)| one < next), "on {kind:?}: {happened:?}");
    }
}

/// Whoever does not let the loop come to a wait works, and does not stand at a breakpoint.
#[test]
fn stepping_counts_the_work_of_a_loop_that_never_waits() {
    for kind in Kind::all() {
        // Nobody looks on (an observer would ask the clock in every turn): tests have it so.
        let event_loop = kind.builder(ClockKind::Stepping).build().unwrap();
        let turns = event_loop.block_on(async {
            let sleeper = spawn(sleep(ms(20)));
            let mut turns = 0;
            while !sleeper.is_finished() && turns < 500 {
                thread::sleep(ms(2));
                yield_now().await;
                turns += 1;
            }
            turns
        });
        assert!((2..=20).contains(&turns), "a sleep of 20 ms took {turns} turns of 2 ms on {kind:?}");
    }
}

/// Also where no timer limits the wait, and nobody asks for the time before it.
#[test]
fn stepping_hardly_counts_a_breakpoint_before_a_wait_without_a_limit() {
    on_every_kind(ClockKind::Stepping, |event_loop| {
        event_loop.block_on(async {
            let before = now();
            thread::sleep(ms(500));
            to_thread(|| ()).await.unwrap();
            let counted = now().since(before);
            assert!(counted < ms(400), "{counted:?} were counted");
        });
    });
}

#[test]
fn stepping_sleeps_end_never_early() {
    on_every_kind(ClockKind::Stepping, |event_loop| {
        event_loop.block_on(async {
            for millis in [1, 5, 30, 60] {
                let watch = Watch::now();
                sleep(ms(millis)).await;
                let slept = watch.elapsed();
                assert!(slept >= ms(millis), "a sleep of {millis} ms was over after {slept:?}");
                assert!(slept < ABSURD);
            }
        });
    });
}
