//! A timeout is never cut short: not by rounding, not by size, not by a signal.

use std::fs;
use std::io::Write;
use std::process::{self, Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use reactor::{BackendKind, Reactor, Until};
use signal_hook::consts::SIGUSR1;

use crate::support::{Bench, read_by_contract, within_patience};

pub(crate) fn no_wait_is_shorter_than_asked(kind: BackendKind) {
    let reactor: Reactor<()> = Reactor::new(kind).unwrap();
    let mut fired = Vec::new();
    for asked in [1, 999, 300_000, 999_999, 1_000_001, 1_300_000, 2_000_000].map(Duration::from_nanos) {
        for _ in 0..100 {
            let begun = Instant::now();
            reactor.wait(Until::after(asked), &mut fired).unwrap();
            let took = begun.elapsed();
            assert!(took >= asked, "asked for {asked:?}, got {took:?}");
        }
    }
    assert!(fired.is_empty());
}

pub(crate) fn a_look_does_not_wait(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        for _ in 0..1000 {
            reactor.wait(Until::Now, &mut Vec::new()).unwrap();
        }
    });
}

/// Timeouts that overflow something: the clock, 32 bits of milliseconds, the kernel's signed ones.
pub(crate) fn far_timeouts_wait(kind: BackendKind) {
    let far = [
        Duration::MAX,
        Duration::from_secs(u64::MAX / 2),
        Duration::from_millis(1 << 31),
        Duration::from_millis(1 << 32),
        Duration::from_millis((1 << 32) + 1),
    ];
    for timeout in far {
        within_patience(move || {
            let reactor: Reactor<()> = Reactor::new(kind).unwrap();
            let notifier = reactor.notifier();
            let told = Arc::new(AtomicBool::new(false));
            let other = thread::spawn({
                let told = Arc::clone(&told);
                move || {
                    // A timeout that wrapped round to a little has ended by then. No verdict hangs
                    // on how long it is.
                    thread::sleep(Duration::from_millis(20));
                    told.store(true, Ordering::SeqCst);
                    notifier.notify().unwrap();
                }
            });
            reactor.wait(Until::after(timeout), &mut Vec::new()).unwrap();
            assert!(told.load(Ordering::SeqCst), "{timeout:?} ended by itself");
            other.join().unwrap();
        });
    }
}

/// Something of a wait that was ended before its time may be left in the kernel: it must not end another.
pub(crate) fn a_wait_that_was_ended_does_not_cut_the_next_one_short(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let notifier = reactor.notifier();
        let (short, long) = (Duration::from_millis(10), Duration::from_millis(40));
        for _ in 0..3 {
            notifier.notify().unwrap();
            reactor.wait(Until::after(short), &mut Vec::new()).unwrap();
            let begun = Instant::now();
            reactor.wait(Until::after(long), &mut Vec::new()).unwrap();
            assert!(begun.elapsed() >= long, "it ended after {:?}", begun.elapsed());
        }
        // And one without a limit.
        notifier.notify().unwrap();
        reactor.wait(Until::after(short), &mut Vec::new()).unwrap();
        let told = Arc::new(AtomicBool::new(false));
        let other = thread::spawn({
            let told = Arc::clone(&told);
            move || {
                thread::sleep(long);
                told.store(true, Ordering::SeqCst);
                notifier.notify().unwrap();
            }
        });
        reactor.wait(Until::Forever, &mut Vec::new()).unwrap();
        assert!(told.load(Ordering::SeqCst), "it ended by itself");
        other.join().unwrap();
    });
}

/// A time that has come beside something else, or while one only looked, is over: the next wait has a time
/// of its own.
pub(crate) fn a_time_that_came_unnoticed_does_not_keep_the_next_from_coming(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let notifier = reactor.notifier();
        let (short, long) = (Duration::from_millis(5), Duration::from_millis(20));
        for look in [Until::Now, Until::Forever] {
            notifier.notify().unwrap();
            reactor.wait(Until::after(short), &mut Vec::new()).unwrap();
            thread::sleep(2 * short);
            // Its time has come by now, and nobody has heard of it.
            notifier.notify().unwrap();
            reactor.wait(look, &mut Vec::new()).unwrap();
            let begun = Instant::now();
            reactor.wait(Until::after(long), &mut Vec::new()).unwrap();
            assert!(begun.elapsed() >= long, "it ended after {:?}", begun.elapsed());
        }
    });
}

/// A shell that sends SIGUSR1 to the thread that made this, every few milliseconds, as long as this
/// lives.
struct Storm {
    shell: Child,
    felt: Arc<AtomicBool>,
}

impl Storm {
    fn begin() -> Self {
        let felt = Arc::new(AtomicBool::new(false));
        // Without a handler the signal would end the process; the registration stays, and harms
        // nobody.
        signal_hook::flag::register(SIGUSR1, Arc::clone(&felt)).unwrap();
        // A signal for a process goes to its main thread if it can, and tests run on others. Linux
        // takes a thread's number too, and prefers that thread.
        let thread = match fs::read_link("/proc/thread-self") {
            Ok(link) => link.file_name().unwrap().to_str().unwrap().to_owned(),
            Err(_) => process::id().to_string(),
        };
        let script = format!("while kill -USR1 {thread}; do sleep 0.001; done");
        let shell = Command::new("sh").args(["-c", &script]).spawn().unwrap();
        Storm { shell, felt }
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

pub(crate) fn signals_neither_fail_nor_end_a_wait(kind: BackendKind) {
    within_patience(move || {
        let reactor: Reactor<()> = Reactor::new(kind).unwrap();
        let storm = Storm::begin();
        let asked = Duration::from_millis(20);
        let mut in_the_storm = 0;
        while in_the_storm < 20 {
            storm.felt.store(false, Ordering::SeqCst);
            let begun = Instant::now();
            reactor.wait(Until::after(asked), &mut Vec::new()).unwrap();
            assert!(begun.elapsed() >= asked, "a signal ended the wait");
            if storm.felt.load(Ordering::SeqCst) {
                in_the_storm += 1;
            }
        }
    });
}

pub(crate) fn a_socket_is_heard_through_signals(kind: BackendKind) {
    within_patience(move || {
        let mut bench = Bench::new(kind);
        let (near, mut far) = bench.pair();
        let storm = Storm::begin();
        let peer = thread::spawn({
            let felt = Arc::clone(&storm.felt);
            move || {
                for _ in 0..20 {
                    // The bytes come after a signal did, and so after the wait for them was
                    // interrupted, or nearly so.
                    felt.store(false, Ordering::SeqCst);
                    while !felt.load(Ordering::SeqCst) {
                        thread::yield_now();
                    }
                    far.write_all(b"!").unwrap();
                }
            }
        });
        for _ in 0..20 {
            assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 1]).unwrap(), 1);
        }
        peer.join().unwrap();
    });
}
