//! SIGINT and SIGTERM: in a program of its own, because a signal is raised in a whole process.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use executor::signals::{Signal, Signals};
use executor::{ClockKind, sleep, spawn, timeout, yield_now};
use rlimit::Resource;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::raise;

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
}

use support::loops::on_every_kind;

const HOUR: Duration = Duration::from_hours(1);

/// Whoever listens hears every signal: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static SIGNALS: Mutex<()> = Mutex::new(());
    SIGNALS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_signal_ends_a_wait_for_ever() {
    let _alone = alone();
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            for (number, signal) in [(SIGINT, Signal::Interrupt), (SIGTERM, Signal::Terminate)] {
                let raiser = thread::spawn(move || raise(number).unwrap());
                assert_eq!(signals.recv().await.unwrap(), signal);
                raiser.join().unwrap();
            }
        });
    });
}

#[test]
fn a_signal_that_nobody_waited_for_is_remembered() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            raise(SIGTERM).unwrap();
            sleep(HOUR).await;
            assert_eq!(signals.recv().await.unwrap(), Signal::Terminate);
            assert!(timeout(HOUR, signals.recv()).await.is_err(), "it was raised once");
        });
    });
}

#[test]
fn several_of_a_kind_are_one_and_two_kinds_are_two() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            for number in [SIGTERM, SIGINT, SIGTERM, SIGTERM, SIGINT] {
                raise(number).unwrap();
            }
            let (first, second) = (signals.recv().await.unwrap(), signals.recv().await.unwrap());
            assert_eq!((first, second), (Signal::Interrupt, Signal::Terminate));
            assert!(timeout(HOUR, signals.recv()).await.is_err(), "no more than one of each");
        });
    });
}

#[test]
fn a_wait_that_is_given_up_loses_no_signal() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            assert!(timeout(HOUR, signals.recv()).await.is_err());
            raise(SIGINT).unwrap();
            assert_eq!(signals.recv().await.unwrap(), Signal::Interrupt);
        });
    });
}

#[test]
fn a_signal_wakes_a_task_among_others() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            let waits = spawn(async move { signals.recv().await.unwrap() });
            yield_now().await;
            raise(SIGINT).unwrap();
            sleep(Duration::from_millis(1)).await;
            assert!(waits.is_finished(), "a signal comes before the next timer");
            assert_eq!(waits.await.unwrap(), Signal::Interrupt);
        });
    });
}

#[test]
fn everybody_who_listens_hears_it_as_long_as_they_live() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut one, mut other) = (Signals::new().unwrap(), Signals::new().unwrap());
            raise(SIGINT).unwrap();
            assert_eq!(one.recv().await.unwrap(), Signal::Interrupt);
            assert_eq!(other.recv().await.unwrap(), Signal::Interrupt);
            drop(one);
            raise(SIGTERM).unwrap();
            assert_eq!(other.recv().await.unwrap(), Signal::Terminate);
        });
    });
}

#[test]
fn what_is_dropped_gives_its_descriptors_back() {
    let _alone = alone();
    let (soft, hard) = Resource::NOFILE.get().unwrap();
    Resource::NOFILE.set(200, hard).unwrap();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            for _ in 0..100 {
                drop(Signals::new().unwrap());
            }
        });
    });
    Resource::NOFILE.set(soft, hard).unwrap();
}
