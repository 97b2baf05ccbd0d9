//! How other threads end the wait, and what an end without news must not break.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use reactor::{BackendKind, Direction, Notifier, Reactor, Until};

use crate::support::{Bench, PATIENCE, arm_reader, within_patience};

pub(crate) fn a_notify_before_the_wait_ends_it(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let mut fired = Vec::new();
        for _ in 0..100 {
            reactor.notifier().notify().unwrap();
            reactor.wait(Until::Forever, &mut fired).unwrap();
        }
        assert!(fired.is_empty());
    });
}

pub(crate) fn many_notifies_end_one_wait(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let mut fired = Vec::new();
        for _ in 0..20 {
            let notifier = reactor.notifier();
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        for _ in 0..100 {
                            notifier.notify().unwrap();
                        }
                    });
                }
            });
            reactor.wait(Until::Forever, &mut fired).unwrap();
            let begun = Instant::now();
            reactor.wait(Until::after(Duration::from_millis(5)), &mut fired).unwrap();
            assert!(begun.elapsed() >= Duration::from_millis(5), "the same news ended a second wait");
        }
    });
}

pub(crate) fn a_notify_ends_a_wait_for_ever(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let notifier = reactor.notifier();
        let (go, gone) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            for () in gone {
                notifier.notify().unwrap();
            }
        });
        // Many rounds, because the notify may fall before, into or between the steps of the wait.
        for _ in 0..2000 {
            go.send(()).unwrap();
            reactor.wait(Until::Forever, &mut Vec::new()).unwrap();
        }
        drop(go);
        other.join().unwrap();
    });
}

pub(crate) fn many_threads_at_once_lose_nothing(kind: BackendKind) {
    const THREADS: usize = 8;
    const EACH: usize = 5000;
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let news = Arc::new(AtomicUsize::new(0));
        let mut threads = Vec::new();
        for _ in 0..THREADS {
            let (news, notifier): (_, Notifier) = (Arc::clone(&news), reactor.notifier());
            threads.push(thread::spawn(move || {
                for _ in 0..EACH {
                    news.fetch_add(1, Ordering::SeqCst);
                    notifier.notify().unwrap();
                }
            }));
        }
        // Whoever leaves news and then notifies is heard: looking once after each wait is enough,
        // to the very last.
        while news.load(Ordering::SeqCst) < THREADS * EACH {
            reactor.wait(Until::Forever, &mut Vec::new()).unwrap();
        }
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

pub(crate) fn a_notify_hides_no_socket(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    for _ in 0..100 {
        arm_reader(&near, "reader");
        bench.reactor.notifier().notify().unwrap();
        far.write_all(b"!").unwrap();
        bench.reactor.notifier().notify().unwrap();
        bench.expect(&["reader"]);
        assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 1);
    }
}

pub(crate) fn a_notify_when_the_reactor_is_gone(kind: BackendKind) {
    let reactor: Reactor<()> = Reactor::new(kind).unwrap();
    let late = reactor.notifier();
    let later = late.clone();
    drop(reactor);
    // Whatever now has the old reactor's descriptors must not hear of it.
    let mut bench = Bench::new(kind);
    let (near, _far) = bench.pair();
    arm_reader(&near, "reader");
    bench.quiet();
    for _ in 0..100 {
        // It may say that nobody listens; it may not panic.
        let _ = late.notify();
    }
    thread::spawn(move || drop(later.notify())).join().unwrap();
    bench.quiet();
    let begun = Instant::now();
    bench.reactor.wait(Until::after(Duration::from_millis(5)), &mut Vec::new()).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(5), "another reactor's wait was ended");
}

/// Waits that end for no visible reason are allowed. A loop must cope, and so must the table.
pub(crate) fn spurious_ends_of_a_wait_lose_nothing(kind: BackendKind) {
    within_patience(move || {
        let bench = Bench::new(kind);
        let (near, mut far) = bench.pair();
        let (unheard, mut chatter) = bench.pair();
        arm_reader(&near, "reader");

        let nagging = Arc::new(AtomicBool::new(true));
        let nag = thread::spawn({
            let (notifier, nagging) = (bench.reactor.notifier(), Arc::clone(&nagging));
            move || {
                while nagging.load(Ordering::SeqCst) {
                    notifier.notify().unwrap();
                }
            }
        });
        let mut fired = Vec::new();
        let begun = Instant::now();
        for turn in 1.. {
            // Armed, then given up: to the kernel of a oneshot backend somebody still waits.
            arm_reader(&unheard, "nobody");
            unheard.disarm(Direction::Read);
            chatter.write_all(b"!").unwrap();
            bench.reactor.wait(Until::after(PATIENCE), &mut fired).unwrap();
            assert_eq!(unheard.get().read(&mut [0; 64]).unwrap(), 1);
            if turn < 200 {
                assert!(fired.is_empty());
            } else if turn == 200 {
                far.write_all(b"hello").unwrap();
            }
            // Without a deadline of its own this thread would outlive a failed test, and nag on.
            if !fired.is_empty() || begun.elapsed() > PATIENCE / 2 {
                break;
            }
        }
        nagging.store(false, Ordering::SeqCst);
        nag.join().unwrap();
        assert_eq!(fired.len(), 1, "lost among the noise");
        assert_eq!(fired[0].waiter, "reader");
    });
}
