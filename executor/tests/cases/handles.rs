//! `LoopHandle` and `RemoteTask`: the loop as other threads see it.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use executor::{
    ClockKind, EventLoop, LoopHandle, RemoteTask, call_soon, handle, sleep, spawn, stop, to_thread, yield_now,
};

use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::patience::{PATIENCE, within_patience};

const THREADS: usize = 4;
/// Wake-ups of each thread on one loop: more than a million together, on all kinds of loop.
const TIMES: usize = 32_000;

/// Runs `work` on several threads at once while the loop runs, and the loop until all of them are
/// done.
fn besieged(event_loop: &EventLoop, work: impl Fn(&LoopHandle) + Send + Sync + 'static) {
    let work = Arc::new(work);
    let busy = Arc::new(AtomicUsize::new(THREADS));
    for _ in 0..THREADS {
        let (handle, work, busy) = (event_loop.handle(), Arc::clone(&work), Arc::clone(&busy));
        thread::spawn(move || {
            work(&handle);
            if busy.fetch_sub(1, Ordering::AcqRel) == 1 {
                handle.stop();
            }
        });
    }
    event_loop.run_forever();
}

#[test]
fn a_million_calls_and_none_lost() {
    on_every_kind(ClockKind::Real, |event_loop| {
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        besieged(event_loop, move |handle| {
            for _ in 0..TIMES {
                let counter = Arc::clone(&counter);
                handle.call_soon_threadsafe(move || {
                    counter.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(calls.load(Ordering::Relaxed), THREADS * TIMES);
    });
}

#[test]
fn a_million_wake_ups_and_none_lost() {
    on_every_kind(ClockKind::Real, |event_loop| {
        let (news, waker) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Waker::noop().clone())));
        let (seen, left) = (Arc::clone(&news), Arc::clone(&waker));
        let task = event_loop.spawn(poll_fn(move |cx| {
            left.lock().unwrap().clone_from(cx.waker());
            if seen.load(Ordering::Relaxed) == THREADS * TIMES { Poll::Ready(()) } else { Poll::Pending }
        }));
        for _ in 0..THREADS {
            let (news, waker) = (Arc::clone(&news), Arc::clone(&waker));
            thread::spawn(move || {
                for _ in 0..TIMES {
                    // Relaxed, because a wake-up promises that the poll after it sees what came
                    // before it.
                    news.fetch_add(1, Ordering::Relaxed);
                    let waker = waker.lock().unwrap().clone();
                    waker.wake();
                }
            });
        }
        // A wake-up that is lost is a loop that waits for ever.
        event_loop.block_on(async { task.await.unwrap() });
    });
}

/// Many of a million wake-ups find the task queued already. Here each has to make a step of its own:
/// a thread wakes its task again only when the task has answered.
#[test]
fn every_wake_up_is_a_step_of_its_own() {
    const ROUNDS: usize = 5_000;
    on_every_kind(ClockKind::Real, |event_loop| {
        let mut tasks = Vec::new();
        for _ in 0..THREADS {
            let (asked, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let (question, answer) = (Arc::clone(&asked), Arc::clone(&answered));
            let (lends, lent) = mpsc::channel::<Waker>();
            tasks.push(event_loop.spawn(async move {
                let mut steps = 0;
                poll_fn(|cx| {
                    steps += 1;
                    if steps == 1 {
                        lends.send(cx.waker().clone()).unwrap();
                    }
                    // Seen, because the wake-up says so.
                    let round = question.load(Ordering::Relaxed);
                    answer.store(round, Ordering::Release);
                    if round == ROUNDS { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                steps
            }));
            thread::spawn(move || {
                let waker = lent.recv().unwrap();
                for round in 1..=ROUNDS {
                    asked.store(round, Ordering::Relaxed);
                    waker.wake_by_ref();
                    while answered.load(Ordering::Acquire) < round {
                        thread::yield_now();
                    }
                }
            });
        }
        event_loop.block_on(async {
            for task in tasks {
                // The first step may see the first question, which then makes a step for nothing.
                let steps = task.await.unwrap();
                assert!((ROUNDS..=ROUNDS + 1).contains(&steps), "{steps} steps");
            }
        });
    });
}

#[test]
fn a_task_that_sleeps_in_between_is_woken_every_time() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (asks, questions) = mpsc::channel::<mpsc::Sender<()>>();
            let own = handle();
            thread::spawn(move || {
                // Each answer comes when the loop has nothing left to do and waits, or is just
                // about to.
                while let Ok(answer) = questions.recv() {
                    own.call_soon_threadsafe(move || answer.send(()).unwrap());
                }
            });
            for _ in 0..3_000 {
                let (answer, answered) = mpsc::channel();
                asks.send(answer).unwrap();
                while answered.try_recv().is_err() {
                    spawn(sleep(Duration::ZERO)).await.unwrap();
                }
            }
        });
    });
}

#[test]
fn the_calls_of_one_thread_keep_their_order() {
    on_every_kind(ClockKind::Real, |event_loop| {
        let handle = event_loop.handle();
        let order = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&order);
        thread::spawn(move || {
            for number in 0..1000 {
                let notes = Arc::clone(&notes);
                handle.call_soon_threadsafe(move || notes.lock().unwrap().push(number));
            }
            handle.stop();
        });
        event_loop.run_forever();
        assert!(order.lock().unwrap().iter().copied().eq(0..1000));
    });
}

#[test]
fn a_call_from_the_loops_own_thread_keeps_its_place_in_the_queue() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let order = Rc::new(Cell::new(0));
        let (first, third) = (Rc::clone(&order), Rc::clone(&order));
        event_loop.block_on(async move {
            call_soon(move || assert_eq!(first.replace(1), 0));
            let turn = executor::turn();
            handle().call_soon_threadsafe(move || assert_eq!(executor::turn(), turn + 1));
            call_soon(move || assert_eq!(third.replace(3), 1));
            yield_now().await;
        });
        assert_eq!(order.get(), 3);
    });
}

#[test]
fn tasks_of_other_threads() {
    on_every_kind(ClockKind::Real, |event_loop| {
        besieged(event_loop, |handle| {
            let mut tasks = Vec::new();
            for number in 0..200 {
                tasks.push(handle.spawn(async move || {
                    yield_now().await;
                    yield_now().await;
                    number
                }));
            }
            let sum: u32 = tasks.into_iter().map(|task| task.join().unwrap()).sum();
            assert_eq!(sum, 199 * 200 / 2);
            let panicked = handle.spawn(async || panic!("the milk is sour")).join().unwrap_err();
            assert_eq!(panicked.to_string(), "the task panicked: the milk is sour");
        });
    });
}

/// What another thread submits may use everything that a task of the loop may.
#[test]
fn another_thread_submits_and_waits() {
    async fn add(a: u32, b: u32) -> (u32, thread::ThreadId) {
        sleep(Duration::from_millis(10)).await;
        (a + b, thread::current().id())
    }
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let event_loop = handle();
            let other_thread = move || {
                let task = event_loop.spawn(|| add(2, 3));
                let sum = task.join_timeout(PATIENCE).unwrap();
                let task = event_loop.spawn(|| sleep(Duration::from_secs(30)));
                task.abort();
                (sum.unwrap(), task.join().unwrap_err().is_cancelled())
            };
            let ((sum, ran_on), cancelled) = to_thread(other_thread).await.unwrap();
            assert_eq!(ran_on, thread::current().id(), "adding on the loop's thread");
            assert_eq!(sum, 5);
            assert!(cancelled);
        });
    });
}

#[test]
fn joining_for_a_limited_time() {
    on_every_kind(ClockKind::Real, |event_loop| {
        besieged(event_loop, |handle| {
            let (begins, begun) = mpsc::channel();
            let task = handle.spawn(move || {
                poll_fn(move |cx| {
                    // It is over when nobody listens any more.
                    match begins.send(cx.waker().clone()) {
                        Ok(()) => Poll::Pending,
                        Err(_) => Poll::Ready(5),
                    }
                })
            });
            let task = task.join_timeout(Duration::from_millis(1)).unwrap_err();
            let waker = begun.recv().unwrap();
            assert!(!task.is_finished());
            drop(begun);
            waker.wake();
            assert_eq!(task.join_timeout(PATIENCE).unwrap().unwrap(), 5);
        });
    });
}

#[test]
fn a_remote_task_knows_when_it_is_over() {
    on_every_kind(ClockKind::Real, |event_loop| {
        besieged(event_loop, |handle| {
            let returns = handle.spawn(async || 5);
            let panics = handle.spawn(async || panic!("the milk is sour"));
            let is_aborted = handle.spawn(pending::<()>);
            is_aborted.abort();
            while !(returns.is_finished() && panics.is_finished() && is_aborted.is_finished()) {
                thread::yield_now();
            }
            let now = Duration::ZERO;
            assert_eq!(returns.join_timeout(now).unwrap().unwrap(), 5);
            assert!(panics.join_timeout(now).unwrap().unwrap_err().is_panic());
            assert!(is_aborted.join_timeout(now).unwrap().unwrap_err().is_cancelled());
        });
    });
}

/// With asyncio's wake-ups the news of a task's end takes a turn, and there may be none any more.
#[test]
fn the_result_of_a_task_that_ends_with_its_loop_is_not_lost() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Real).build().unwrap();
            let task = event_loop.handle().spawn(async || {
                stop();
                5
            });
            event_loop.run_forever();
            drop(event_loop);
            assert!(task.is_finished(), "on {kind:?}");
            assert_eq!(task.join().unwrap(), 5, "on {kind:?}");
        });
    }
}

#[test]
fn a_panic_of_the_closure_is_the_tasks() {
    fn no_future() -> std::future::Ready<u32> {
        panic!("there is no milk")
    }
    on_every_kind(ClockKind::Real, |event_loop| {
        besieged(event_loop, |handle| {
            let error = handle.spawn(no_future).join().unwrap_err();
            assert_eq!(error.to_string(), "the task panicked: there is no milk");
        });
    });
}

#[test]
fn aborting_a_task_from_another_thread() {
    on_every_kind(ClockKind::Real, |event_loop| {
        besieged(event_loop, |handle| {
            let (begins, begun) = mpsc::channel();
            let task = handle.spawn(async move || {
                begins.send(()).unwrap();
                pending::<()>().await;
            });
            begun.recv().unwrap();
            task.abort();
            assert!(task.join().unwrap_err().is_cancelled());
            // Too early: the loop has not made it yet, perhaps.
            let task = handle.spawn(pending::<()>);
            task.abort();
            assert!(task.join().unwrap_err().is_cancelled());
            // Too late.
            let task = handle.spawn(async || 5);
            let (done, is_done) = mpsc::channel();
            handle.call_soon_threadsafe(move || done.send(()).unwrap());
            is_done.recv().unwrap();
            task.abort();
            assert!(matches!(task.join(), Ok(5) | Err(_)));
        });
    });
}

/// The task travels to the loop's thread while the call that makes it still stands in the inbox.
#[test]
fn aborting_on_the_loops_thread_what_another_thread_has_spawned() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Real).build().unwrap();
            let (sends, task) = mpsc::channel::<RemoteTask<()>>();
            let (sends_back, aborted) = mpsc::channel::<RemoteTask<()>>();
            let other = event_loop.handle();
            let thread = thread::spawn(move || {
                sends.send(other.spawn(pending)).unwrap();
                let aborted = aborted.recv().unwrap();
                assert!(aborted.join().unwrap_err().is_cancelled(), "the abort was lost");
                other.stop();
            });
            event_loop.call_soon(move || {
                let task = task.recv().unwrap();
                task.abort();
                sends_back.send(task).unwrap();
            });
            event_loop.run_forever();
            thread.join().unwrap();
        });
    }
}

#[test]
fn a_task_whose_loop_is_dropped_was_cancelled() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Real).build().unwrap();
            let handle = event_loop.handle();
            let task = handle.spawn(pending::<()>);
            let joins = thread::spawn(move || task.join());
            handle.stop();
            event_loop.run_forever();
            drop(event_loop);
            assert!(joins.join().unwrap().unwrap_err().is_cancelled(), "on {kind:?}");
        });
    }
}

#[test]
fn a_task_that_its_loop_never_came_to_was_cancelled() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Real).build().unwrap();
            let task = event_loop.handle().spawn(pending::<()>);
            drop(event_loop);
            assert!(task.join().unwrap_err().is_cancelled(), "on {kind:?}");
        });
    }
}

#[test]
fn a_handle_of_a_loop_that_is_gone_does_nothing() {
    for kind in Kind::all() {
        within_patience(move || {
            let event_loop = kind.builder(ClockKind::Real).build().unwrap();
            let handle = event_loop.handle();
            event_loop.call_soon(stop);
            event_loop.run_forever();
            drop(event_loop);
            let held = Arc::new(());
            let inside = Arc::clone(&held);
            handle.call_soon_threadsafe(move || drop(inside));
            assert_eq!(Arc::strong_count(&held), 1, "nobody will ever call it: on {kind:?}");
            handle.stop();
            let task = handle.spawn(async || 5);
            task.abort();
            assert!(task.join().unwrap_err().is_cancelled(), "on {kind:?}");
        });
    }
}
