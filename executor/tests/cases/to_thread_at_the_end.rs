//! `to_thread` when the loop ends: no thread outlives it but one that is in the middle of a call.

use std::cell::RefCell;
use std::future::pending;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, Once, mpsc};
use std::thread;
use std::time::Duration;

use executor::{ClockKind, EventLoop, run, spawn, to_thread, yield_now};

use crate::support::kinds::Kind;
use crate::support::patience::within_patience;

/// Runs `work` with a loop of every kind, for it to end.
#[track_caller]
fn on_every_kind(threads: usize, work: fn(EventLoop)) {
    for kind in Kind::all() {
        println!("on {kind:?}");
        within_patience(move || work(kind.builder(ClockKind::Real).threads(threads).build().unwrap()));
    }
}

/// Counts threads that have ended: a thread drops what is its own when it ends, and whoever joins it
/// joins it after that.
struct CountsEnd(Arc<AtomicUsize>);

impl Drop for CountsEnd {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

thread_local! {
    static END: RefCell<Option<CountsEnd>> = const { RefCell::new(None) };
}

/// Has this thread counted when it ends.
fn count_the_end(ended: &Arc<AtomicUsize>) {
    END.set(Some(CountsEnd(Arc::clone(ended))));
}

/// What this thread has logged.
fn logged() -> Vec<String> {
    thread_local! {
        static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }
    struct Keeps;
    impl log::Log for Keeps {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.target() == "loop::task" && metadata.level() <= log::Level::Info
        }
        fn log(&self, record: &log::Record<'_>) {
            // A loop with log lines says much else.
            if record.args().to_string().contains("to_thread()") {
                LINES.with_borrow_mut(|lines| lines.push(format!("{}: {}", record.level(), record.args())));
            }
        }
        fn flush(&self) {}
    }
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Keeps).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
    LINES.take()
}

#[test]
fn idle_threads_end_with_their_loop() {
    on_every_kind(4, |event_loop| {
        logged();
        let ended = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&ended);
        event_loop.block_on(async move {
            let all_are_there = Arc::new(Barrier::new(4));
            let mut calls = Vec::new();
            for _ in 0..4 {
                let (ended, all_are_there) = (Arc::clone(&theirs), Arc::clone(&all_are_there));
                calls.push(to_thread(move || {
                    count_the_end(&ended);
                    all_are_there.wait();
                }));
            }
            for call in calls {
                call.await.unwrap();
            }
        });
        assert_eq!(ended.load(Ordering::SeqCst), 0);
        drop(event_loop);
        assert_eq!(ended.load(Ordering::SeqCst), 4);
        assert!(logged().is_empty(), "a call that is over is not reported");
    });
}

/// The loop has the result and ends, while the thread is still on its way back to the line.
#[test]
fn a_thread_that_has_just_finished_is_waited_for() {
    for kind in Kind::all() {
        for _ in 0..50 {
            within_patience(move || {
                logged();
                let event_loop = kind.builder(ClockKind::Real).threads(1).build().unwrap();
                let ended = Arc::new(AtomicUsize::new(0));
                let theirs = Arc::clone(&ended);
                event_loop.block_on(async move { to_thread(move || count_the_end(&theirs)).await.unwrap() });
                drop(event_loop);
                assert_eq!(ended.load(Ordering::SeqCst), 1, "on {kind:?}");
                assert!(logged().is_empty(), "on {kind:?}");
            });
        }
    }
}

#[test]
fn a_dropped_loop_leaves_a_call_under_way_behind_and_says_so() {
    on_every_kind(2, |event_loop| {
        logged();
        let (begins, begun) = mpsc::channel();
        let (go, waits) = mpsc::channel::<()>();
        let (ends, ended) = mpsc::channel();
        event_loop.block_on(async move {
            drop(spawn(to_thread(move || {
                begins.send(()).unwrap();
                waits.recv().unwrap();
                ends.send(()).unwrap();
            })));
            yield_now().await;
            begun.recv().unwrap();
        });
        // It would be for ever, if it waited.
        drop(event_loop);
        assert_eq!(logged(), ["WARN: the loop ends before 1 call(s) of to_thread(): they go on, for nobody"]);
        go.send(()).unwrap();
        ended.recv().unwrap();
    });
}

#[test]
fn the_thread_of_a_call_that_outlives_the_loop_ends_with_the_call() {
    on_every_kind(1, |event_loop| {
        let (begins, begun) = mpsc::channel();
        let (go, waits) = mpsc::channel::<()>();
        // Dropped when the thread ends.
        let (lives, thread_ends) = mpsc::channel::<()>();
        thread_local! {
            static LIVES: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
        }
        event_loop.block_on(async move {
            drop(spawn(to_thread(move || {
                LIVES.set(Some(lives));
                begins.send(()).unwrap();
                waits.recv().unwrap();
            })));
            yield_now().await;
            begun.recv().unwrap();
        });
        drop(event_loop);
        go.send(()).unwrap();
        assert!(thread_ends.recv().is_err());
    });
}

/// Begins a call that ends some time after the loop has stopped running, and gives a flag for it.
async fn begin_a_long_call() -> Arc<AtomicBool> {
    let (begins, begun) = mpsc::channel();
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    drop(spawn(to_thread(move || {
        begins.send(()).unwrap();
        thread::sleep(Duration::from_millis(50));
        over.store(true, Ordering::SeqCst);
    })));
    yield_now().await;
    begun.recv().unwrap();
    is_over
}

#[test]
fn closing_waits_for_a_call_under_way() {
    on_every_kind(2, |event_loop| {
        logged();
        let is_over = event_loop.block_on(begin_a_long_call());
        event_loop.close();
        assert!(is_over.load(Ordering::SeqCst));
        assert_eq!(logged(), ["INFO: the loop ends when 1 call(s) of to_thread() have ended"]);
    });
}

#[test]
fn the_short_way_waits_for_a_call_under_way() {
    within_patience(|| {
        let is_over = run(begin_a_long_call()).unwrap();
        assert!(is_over.load(Ordering::SeqCst));
    });
}

#[test]
fn the_short_way_waits_when_its_main_task_panics_too() {
    within_patience(|| {
        let is_over: Arc<Mutex<Option<Arc<AtomicBool>>>> = Arc::default();
        let theirs = Arc::clone(&is_over);
        let panicked = panic::catch_unwind(|| {
            run(async move {
                *theirs.lock().unwrap() = Some(begin_a_long_call().await);
                panic!("the milk is sour");
            })
        });
        assert!(panicked.is_err());
        assert!(is_over.lock().unwrap().take().unwrap().load(Ordering::SeqCst));
    });
}

/// As asyncio, whose `run` cancels the tasks before it waits for the threads.
#[test]
fn a_call_that_waits_for_something_of_a_task_does_not_hold_the_end_up() {
    on_every_kind(2, |event_loop| {
        event_loop.block_on(async {
            let (held, waits) = mpsc::channel::<()>();
            let (begins, begun) = mpsc::channel();
            drop(spawn(async move {
                let _held = held;
                pending::<()>().await;
            }));
            drop(spawn(to_thread(move || {
                begins.send(()).unwrap();
                waits.recv().unwrap_err();
            })));
            yield_now().await;
            begun.recv().unwrap();
        });
        event_loop.close();
    });
}

#[test]
fn whoever_waits_for_a_call_that_stood_in_line_learns_that_nobody_comes() {
    on_every_kind(1, |event_loop| {
        let (go, waits) = mpsc::channel::<()>();
        let (begins, begun) = mpsc::channel();
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let (first, second) = event_loop.block_on(async move {
            let first = to_thread(move || {
                begins.send(()).unwrap();
                waits.recv().unwrap();
                5
            });
            let second = to_thread(move || counter.fetch_add(1, Ordering::SeqCst));
            (first, second)
        });
        begun.recv().unwrap();
        let other = EventLoop::builder().build().unwrap();
        let waits = other.spawn(second);
        other.block_on(async { yield_now().await });
        drop(event_loop);
        assert_eq!(Arc::strong_count(&made), 1, "what it would have used is dropped");
        assert!(other.block_on(async { waits.await.unwrap() }).unwrap_err().is_cancelled());
        assert_eq!(made.load(Ordering::SeqCst), 0);
        // And the one that had begun ends for whoever waits for it.
        go.send(()).unwrap();
        assert_eq!(other.block_on(first).unwrap(), 5);
    });
}

#[test]
fn a_destructor_at_the_end_can_begin_no_call() {
    struct Begins(Arc<AtomicUsize>);
    impl Drop for Begins {
        fn drop(&mut self) {
            let counter = Arc::clone(&self.0);
            drop(spawn(to_thread(move || counter.fetch_add(1, Ordering::SeqCst))));
        }
    }
    on_every_kind(1, |event_loop| {
        let made = Arc::new(AtomicUsize::new(0));
        let begins = Begins(Arc::clone(&made));
        drop(event_loop.spawn(async move {
            let _begins = begins;
            pending::<()>().await;
        }));
        event_loop.block_on(async { yield_now().await });
        event_loop.close();
        assert_eq!(made.load(Ordering::SeqCst), 0);
        assert_eq!(Arc::strong_count(&made), 1);
    });
}
