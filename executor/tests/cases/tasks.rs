//! Tasks: what wakes them, what ends them, and in whose turn.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;

use executor::inspect::{Cause, Event, all_tasks};
use executor::{ClockKind, JoinError, call_soon, spawn, try_gather, yield_now};

use crate::count;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::transcript::{note, say, says};
use crate::support::watcher::Watcher;

/// Says so when it is dropped.
struct Witness(&'static str);

impl Drop for Witness {
    fn drop(&mut self) {
        say!("{} is dropped", self.0);
    }
}

#[test]
fn an_aborted_task_is_dropped_in_its_own_turn() {
    async fn main() {
        let task = spawn(async {
            let _witness = Witness("the task's variable");
            pending::<()>().await;
        });
        yield_now().await;
        call_soon(|| say!("before it in the queue"));
        say!("abort() -> {}", task.abort());
        say!("abort() again -> {}; over yet? {}", task.abort(), task.is_finished());
        call_soon(|| say!("behind it in the queue"));
        let error = task.await.unwrap_err();
        say!("main hears: {error}");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: abort() -> true
        tick 2: abort() again -> true; over yet? false
        tick 3: before it in the queue
        tick 3: the task's variable is dropped
        tick 3: behind it in the queue
        tick 4: main hears: the task was cancelled
        ",
    );
}

#[test]
fn an_abort_beats_a_wake_up_that_came_before_it() {
    async fn main() {
        let task = spawn(async {
            let _witness = Witness("the task's variable");
            yield_now().await;
            say!("the task goes on (must not be said)");
        });
        yield_now().await;
        // Its next step stands in the queue already.
        task.abort();
        say!("main: {}", task.await.unwrap_err());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: the task's variable is dropped
        tick 4: main: the task was cancelled
        ",
    );
}

#[test]
fn a_task_woken_while_it_runs_runs_again_in_the_next_turn_and_once() {
    async fn main() {
        let mut polls = 0;
        let task = spawn(poll_fn(move |cx| {
            polls += 1;
            say!("poll {polls}");
            if polls == 1 {
                for _ in 0..5 {
                    cx.waker().wake_by_ref();
                    let another = cx.waker().clone();
                    another.wake();
                }
            }
            if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
        }));
        for _ in 0..4 {
            yield_now().await;
        }
        say!("three turns later: over yet? {}", task.is_finished());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: poll 1
        tick 3: poll 2
        tick 5: three turns later: over yet? false
        ",
    );
}

/// A task that is pending until it has been polled `times` times, and the waker that it leaves.
fn polled(times: u32) -> (impl Future<Output = ()>, Rc<RefCell<Option<Waker>>>) {
    let waker = Rc::new(RefCell::new(None));
    let left = Rc::clone(&waker);
    let mut polls = 0;
    let task = poll_fn(move |cx| {
        polls += 1;
        say!("poll {polls}");
        *left.borrow_mut() = Some(cx.waker().clone());
        if polls == times { Poll::Ready(()) } else { Poll::Pending }
    });
    (task, waker)
}

#[test]
fn however_often_a_task_is_woken_it_takes_one_step() {
    async fn main() {
        let (task, waker) = polled(3);
        let task = spawn(task);
        yield_now().await;
        for _ in 0..3 {
            waker.borrow().as_ref().unwrap().wake_by_ref();
        }
        yield_now().await;
        yield_now().await;
        say!("one step, and then it waits again");
        waker.take().unwrap().wake();
        task.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: poll 1
        tick 3: poll 2
        tick 4: one step, and then it waits again
        tick 5: poll 3
        tick 6: main done
        ",
    );
}

#[test]
fn a_waker_of_a_task_that_is_over_wakes_nobody() {
    async fn main() {
        let (task, waker) = polled(1);
        spawn(task).await.unwrap();
        // This one takes the place of the first in the table of tasks.
        let (task, _waker) = polled(2);
        let successor = spawn(task);
        yield_now().await;
        waker.take().unwrap().wake();
        yield_now().await;
        say!("the successor is over: {}", successor.is_finished());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: poll 1
        tick 4: poll 1
        tick 5: the successor is over: false
        ",
    );
}

#[test]
fn a_panicking_task_is_returned_and_the_loop_goes_on() {
    async fn main() {
        let task = spawn(async {
            let _witness = Witness("the task's variable");
            yield_now().await;
            panic!("the milk is sour");
        });
        let other = spawn(async {
            for _ in 0..3 {
                yield_now().await;
            }
            say!("the other task is done");
        });
        let error: JoinError = task.await.unwrap_err();
        say!("main: {error}; {} {}", error.is_panic(), error.is_cancelled());
        other.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: the task's variable is dropped
        tick 4: main: the task panicked: the milk is sour; true false
        tick 5: the other task is done
        tick 6: main done
        ",
    );
}

#[test]
fn a_panic_in_a_destructor_of_an_aborted_task_does_not_stop_the_loop() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("the cup breaks");
        }
    }
    async fn main() {
        let task = spawn(async {
            let _bad = Bad;
            pending::<()>().await;
        });
        yield_now().await;
        task.abort();
        say!("main: {}", task.await.unwrap_err());
    }
    says(|event_loop| event_loop.block_on(main()), "tick 4: main: the task was cancelled");
}

#[test]
fn a_panic_in_a_destructor_of_a_result_that_comes_too_late_does_not_stop_the_loop() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("the cup breaks");
        }
    }
    async fn main() {
        let fails = spawn(async { Err("no milk") });
        let late = spawn(async {
            for _ in 0..5 {
                yield_now().await;
            }
            Ok(Bad)
        });
        let gathered = try_gather([fails, late]).await;
        note(gathered.err().unwrap().to_string());
        for _ in 0..5 {
            yield_now().await;
        }
        note(format!("tasks that are left: {}", all_tasks().len()));
    }
    says(
        |event_loop| {
            event_loop.block_on(main());
            event_loop.cancel_all_tasks();
        },
        "
        no milk
        tasks that are left: 1
        ",
    );
}

#[test]
fn a_task_whose_handle_is_dropped_goes_on() {
    async fn main() {
        drop(spawn(async {
            yield_now().await;
            say!("nobody waits for me");
        }));
        for _ in 0..3 {
            yield_now().await;
        }
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: nobody waits for me
        tick 4: main done
        ",
    );
}

#[test]
fn a_handle_can_be_awaited_in_parts() {
    async fn main() {
        let mut task = spawn(async {
            for _ in 0..3 {
                yield_now().await;
            }
            "result"
        });
        let first = spawn(async move {
            // Gives up after a look, and hands the handle back.
            let looked = poll_fn(|cx| {
                let mut join = std::pin::pin!((&mut task).into_future());
                Poll::Ready(join.as_mut().poll(cx).is_ready())
            })
            .await;
            say!("done at the first look? {looked}");
            task
        });
        let task = first.await.unwrap();
        say!("main: {}", task.await.unwrap());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: done at the first look? false
        tick 6: main: result
        ",
    );
}

/// A task that other threads wake a hundred times, each time before its poll is over or later, and
/// twice.
async fn woken_by_threads() {
    let mut polls = 0;
    poll_fn(move |cx| {
        polls += 1;
        if polls > 100 {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        thread::spawn(move || {
            waker.wake_by_ref();
            waker.wake();
        });
        Poll::Pending
    })
    .await;
}

#[test]
fn another_thread_wakes_a_task() {
    for kind in Kind::all() {
        within_patience(move || {
            let watcher = Watcher::new();
            let event_loop = kind.builder(ClockKind::Real).observer(watcher.clone()).build().unwrap();
            let task = event_loop.spawn(woken_by_threads());
            let id = task.id();
            event_loop.block_on(async { task.await.unwrap() });
            let by_thread = |event: &Event| matches!(event, Event::Woken { task, cause: Cause::Thread, .. } if *task == id);
            let by_anybody = |event: &Event| matches!(event, Event::Woken { task, .. } if *task == id);
            assert!(count(&watcher, by_thread) >= 100, "on {kind:?}");
            assert_eq!(count(&watcher, by_thread), count(&watcher, by_anybody), "on {kind:?}");
        });
    }
}

/// While a task holds the loop, another thread wakes two others again and again, of which one is over
/// already. The loop finds one note about each, and does nothing about the second.
#[test]
fn another_thread_wakes_again_and_again_while_the_loop_is_held() {
    for kind in Kind::all() {
        within_patience(move || {
            let watcher = Watcher::new();
            let event_loop = kind.builder(ClockKind::Real).observer(watcher.clone()).build().unwrap();
            let (lends, lent) = mpsc::channel();
            let waits = |lends: mpsc::Sender<Waker>| {
                poll_fn(move |cx| {
                    lends.send(cx.waker().clone()).unwrap();
                    Poll::<()>::Pending
                })
            };
            let stays = event_loop.spawn(waits(lends.clone()));
            let ends = event_loop.spawn(waits(lends));
            event_loop.block_on(async move {
                yield_now().await;
                ends.abort();
                yield_now().await;
                let wakers: Vec<Waker> = lent.try_iter().collect();
                let thread = thread::spawn(move || {
                    for _ in 0..1_000 {
                        wakers.iter().for_each(Waker::wake_by_ref);
                    }
                    wakers.len()
                });
                assert_eq!(thread.join().unwrap(), 2);
                yield_now().await;
                yield_now().await;
            });
            let by_thread = |event: &Event| matches!(event, Event::Woken { cause: Cause::Thread, .. });
            let of_the_one = |event: &Event| matches!(event, Event::Woken { task, cause: Cause::Thread, .. } if *task == stays.id());
            assert_eq!(count(&watcher, of_the_one), 1, "on {kind:?}");
            assert_eq!(count(&watcher, by_thread), 1, "on {kind:?}");
        });
    }
}
