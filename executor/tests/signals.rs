//! Signals, awaited and as callbacks: in a program of its own, because a signal is raised in a whole process.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use executor::signals::{Signal, SignalHandler, Signals, add_signal_handler};
use executor::{ClockKind, Deferred, EventLoop, sleep, spawn, timeout, yield_now};
use rlimit::Resource;
use signal_hook::consts::{SIGINT, SIGPIPE, SIGTERM, SIGUSR1};
use signal_hook::flag;
use signal_hook::low_level::{raise, unregister};

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod sockets;
    pub(crate) mod transcript;
}

use support::kinds::Kind;
use support::loops::on_every_kind;
use support::patience::within_patience;
use support::sockets::socket_pair;
use support::transcript::{note, say, says, says_by_wake};

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
            for (number, signal) in [(SIGINT, Signal::SIGINT), (SIGTERM, Signal::SIGTERM)] {
                let raiser = thread::spawn(move || raise(number).unwrap());
                assert_eq!(signals.recv().await.unwrap(), signal);
                raiser.join().unwrap();
            }
        });
    });
}

#[test]
#[cfg_attr(target_vendor = "apple", ignore = "Apple's systems raise it, and a Rust program takes no notice")]
fn to_write_to_a_peer_that_is_gone_is_an_error_and_no_signal() {
    let _alone = alone();
    let raised = Arc::new(AtomicBool::new(false));
    let noted = flag::register(SIGPIPE, Arc::clone(&raised)).unwrap();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            drop(far);
            assert_eq!(near.try_write(b"coffee").unwrap_err().kind(), ErrorKind::BrokenPipe);
        });
    });
    unregister(noted);
    assert!(!raised.load(Ordering::SeqCst), "who writes would be ended by it, unless the signal is ignored");
}

#[test]
fn a_signal_that_nobody_waited_for_is_remembered() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut signals = Signals::new().unwrap();
            raise(SIGTERM).unwrap();
            sleep(HOUR).await;
            assert_eq!(signals.recv().await.unwrap(), Signal::SIGTERM);
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
            assert_eq!((first, second), (Signal::SIGINT, Signal::SIGTERM));
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
            assert_eq!(signals.recv().await.unwrap(), Signal::SIGINT);
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
            assert_eq!(waits.await.unwrap(), Signal::SIGINT);
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
            assert_eq!(one.recv().await.unwrap(), Signal::SIGINT);
            assert_eq!(other.recv().await.unwrap(), Signal::SIGINT);
            drop(one);
            raise(SIGTERM).unwrap();
            assert_eq!(other.recv().await.unwrap(), Signal::SIGTERM);
        });
    });
}

#[test]
fn any_signal_that_can_be_heard() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let all = [
                (Signal::SIGHUP, "SIGHUP"),
                (Signal::SIGINT, "SIGINT"),
                (Signal::SIGQUIT, "SIGQUIT"),
                (Signal::SIGTERM, "SIGTERM"),
                (Signal::SIGUSR1, "SIGUSR1"),
                (Signal::SIGUSR2, "SIGUSR2"),
                (Signal::SIGWINCH, "SIGWINCH"),
                (Signal::SIGCHLD, "SIGCHLD"),
                (Signal::SIGCONT, "SIGCONT"),
                (Signal::SIGTSTP, "SIGTSTP"),
                (Signal::SIGALRM, "SIGALRM"),
                (Signal::numbered(signal_hook::consts::SIGURG), "SIGURG"),
            ];
            let mut signals = Signals::of(all.map(|(signal, _)| signal)).unwrap();
            for (signal, name) in all {
                raise(signal.number()).unwrap();
                assert_eq!(signals.recv().await.unwrap(), signal);
                assert_eq!(signal.to_string(), name);
            }
        });
    });
}

#[test]
fn signals_that_are_waiting_come_in_the_order_of_the_list() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            // Named twice, it still is one.
            let mut signals = Signals::of([Signal::SIGUSR2, Signal::SIGUSR1, Signal::SIGUSR2]).unwrap();
            raise(SIGUSR1).unwrap();
            raise(Signal::SIGUSR2.number()).unwrap();
            assert_eq!(signals.recv().await.unwrap(), Signal::SIGUSR2);
            assert_eq!(signals.recv().await.unwrap(), Signal::SIGUSR1);
            assert!(timeout(HOUR, signals.recv()).await.is_err());
        });
    });
}

/// A signal only writes a byte; its handler runs later, as an ordinary callback of a turn.
#[test]
fn a_signal_handler_is_a_callback() {
    let _alone = alone();
    says_by_wake(
        |event_loop| {
            event_loop.block_on(async {
                let deferred = Deferred::new();
                let set = deferred.clone();
                let handler = add_signal_handler(Signal::SIGUSR1, move || {
                    say!("signal handler runs as a callback");
                    set.set(()).unwrap();
                });
                say!("main sends itself SIGUSR1");
                raise(SIGUSR1).unwrap();
                say!("main goes on; handled yet: {}", deferred.is_done());
                deferred.await.unwrap();
                say!("main resumes");
                say!("removed: {}", handler.unwrap().remove());
            });
        },
        "tick 1: main sends itself SIGUSR1
         tick 1: main goes on; handled yet: false
         tick 2: signal handler runs as a callback
         tick 3: main resumes
         tick 3: removed: true",
        "tick 1: main sends itself SIGUSR1
         tick 1: main goes on; handled yet: false
         tick 3: signal handler runs as a callback
         tick 4: main resumes
         tick 4: removed: true",
    );
}

/// A handler that counts, and its count.
fn counting() -> (SignalHandler, Rc<Cell<u32>>) {
    let count = Rc::new(Cell::new(0));
    let theirs = Rc::clone(&count);
    let handler = add_signal_handler(Signal::SIGUSR1, move || theirs.set(theirs.get() + 1)).unwrap();
    (handler, count)
}

#[test]
fn a_handler_is_called_once_for_each_signal() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (_handler, count) = counting();
            for round in 1..=3 {
                // More than are read at once.
                for _ in 0..100 {
                    raise(SIGUSR1).unwrap();
                }
                sleep(HOUR).await;
                assert_eq!(count.get(), 100 * round);
            }
        });
    });
}

#[test]
fn a_handler_ends_a_wait_for_ever() {
    let _alone = alone();
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.add_signal_handler(Signal::SIGUSR1, executor::stop).unwrap();
        let raiser = thread::spawn(|| raise(SIGUSR1).unwrap());
        event_loop.run_forever();
        raiser.join().unwrap();
    });
}

#[test]
fn a_removed_handler_is_not_called_any_more() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (handler, count) = counting();
            let (other, others) = counting();
            raise(SIGUSR1).unwrap();
            // Its signal has arrived, and it has not run yet.
            assert!(handler.remove());
            assert!(!handler.remove(), "it was there once");
            assert_eq!(Rc::strong_count(&count), 1, "what it held is dropped");
            raise(SIGUSR1).unwrap();
            sleep(HOUR).await;
            assert_eq!((count.get(), others.get()), (0, 2));
            assert!(other.remove());
        });
    });
}

#[test]
fn a_handler_may_remove_itself() {
    let _alone = alone();
    let program: fn(&EventLoop) = |event_loop| {
        event_loop.block_on(async {
            let own: Rc<RefCell<Option<SignalHandler>>> = Rc::default();
            let theirs = Rc::clone(&own);
            let handler = add_signal_handler(Signal::SIGUSR1, move || {
                note(format!("called, removed: {}", theirs.borrow().as_ref().unwrap().remove()));
            });
            own.replace(Some(handler.unwrap()));
            for _ in 0..3 {
                raise(SIGUSR1).unwrap();
            }
            sleep(HOUR).await;
            assert_eq!(Rc::strong_count(&own), 1, "it is dropped, though it held its own handle");
        });
    };
    says(program, "called, removed: true");
}

#[test]
fn a_handler_that_panics_is_called_again() {
    let _alone = alone();
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let count = Rc::new(Cell::new(0));
            let counter = Rc::clone(&count);
            let handler = add_signal_handler(Signal::SIGUSR1, move || {
                counter.set(counter.get() + 1);
                panic!("the milk is sour");
            });
            raise(SIGUSR1).unwrap();
            raise(SIGUSR1).unwrap();
            sleep(HOUR).await;
            assert_eq!(count.get(), 2);
            assert!(handler.unwrap().remove());
        });
    });
}

#[test]
fn a_handler_ends_with_its_loop() {
    let _alone = alone();
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
            let (held, own) = (Rc::new(()), Rc::new(RefCell::new(None)));
            let (theirs, circle) = (Rc::clone(&held), Rc::clone(&own));
            let handler = event_loop.add_signal_handler(Signal::SIGUSR1, move || {
                let (_theirs, _circle) = (&theirs, &circle);
            });
            // It holds its own handle, and so its loop.
            own.replace(Some(handler.unwrap()));
            event_loop.block_on(async { yield_now().await });
            drop(event_loop);
            assert_eq!(Rc::strong_count(&held), 1, "on {kind:?}");
            assert!(!own.borrow().as_ref().unwrap().remove(), "on {kind:?}");
        });
    }
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
                let handler = add_signal_handler(Signal::SIGUSR1, || ()).unwrap();
                // And the handle does not keep them.
                assert!(handler.remove());
                handlers_of_a_loop_that_ends();
            }
        });
    });
    Resource::NOFILE.set(soft, hard).unwrap();
}

/// Nobody removes them.
fn handlers_of_a_loop_that_ends() {
    let event_loop = EventLoop::builder().build().unwrap();
    drop(event_loop.add_signal_handler(Signal::SIGUSR1, || ()).unwrap());
}
