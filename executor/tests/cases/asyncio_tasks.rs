//! asyncio's own answers: programs about tasks and callbacks with the lines that `CPython` 3.11
//! prints for them, turn for turn.
//!
//! Each is the translation of a Python program that subclasses `SelectorEventLoop` to count the
//! calls of `_run_once`. Where a task waits for nothing but its turn or another task, both ways to
//! wake give asyncio's turns.

use executor::{EventLoop, call_soon, spawn, stop, yield_now};

use crate::support::transcript::{note, say, says};

/// The `ntodo` rule: how many entries a turn runs is fixed before it runs the first.
#[test]
fn a_callback_added_during_a_turn_waits_for_the_next() {
    async fn main() {
        call_soon(|| {
            say!("A runs, schedules A2");
            call_soon(|| {
                say!("A2 runs, schedules A3");
                call_soon(|| say!("A3 runs"));
            });
        });
        call_soon(|| say!("B runs"));
        say!("main registered A then B");
        for _ in 0..3 {
            yield_now().await;
        }
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: main registered A then B
        tick 2: A runs, schedules A2
        tick 2: B runs
        tick 3: A2 runs, schedules A3
        tick 4: A3 runs
        ",
    );
}

/// `create_task` only schedules: the child's first line runs in the next turn.
#[test]
fn a_spawned_task_starts_in_the_next_turn() {
    async fn child(name: &str) {
        say!("child {name} starts");
    }
    async fn main() {
        let a = spawn(child("A"));
        let b = spawn(child("B"));
        say!("main created A and B; done yet? {} {}", a.is_finished(), b.is_finished());
        yield_now().await;
        say!("main is back; done yet? {} {}", a.is_finished(), b.is_finished());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: main created A and B; done yet? false false
        tick 2: child A starts
        tick 2: child B starts
        tick 2: main is back; done yet? true true
        ",
    );
}

/// Awaiting what is done already does not give the loop a turn.
#[test]
fn awaiting_a_finished_task_does_not_yield() {
    async fn main() {
        let task = spawn(async { "task result" });
        yield_now().await;
        call_soon(|| say!("callback (waiting since before the await)"));
        say!("await done task -> {}", task.await.unwrap());
        say!("sleep(0) now");
        yield_now().await;
        say!("main is back");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: await done task -> task result
        tick 2: sleep(0) now
        tick 3: callback (waiting since before the await)
        tick 3: main is back
        ",
    );
}

/// `sleep(0)` goes to the back of the queue: two tasks take strict turns, one step a turn.
#[test]
fn sleep_zero_is_a_round_robin() {
    async fn worker(name: &str) {
        for i in 0..3 {
            say!("{name} step {i}");
            yield_now().await;
        }
        say!("{name} returns");
    }
    async fn main() {
        let a = spawn(worker("A"));
        let b = spawn(worker("B"));
        a.await.unwrap();
        say!("main saw A finish");
        b.await.unwrap();
        say!("main saw B finish");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A step 0
        tick 2: B step 0
        tick 3: A step 1
        tick 3: B step 1
        tick 4: A step 2
        tick 4: B step 2
        tick 5: A returns
        tick 5: B returns
        tick 6: main saw A finish
        tick 6: main saw B finish
        ",
    );
}

/// `stop` lets the turn finish; what that turn added waits for the next run.
#[test]
fn stop_finishes_the_turn() {
    fn program(event_loop: &EventLoop) {
        event_loop.call_soon(|| {
            say!("first: stop(), and schedule `later`");
            call_soon(|| say!("later"));
            stop();
        });
        event_loop.call_soon(|| say!("second still runs in the same tick"));
        event_loop.run_forever();
        note("-: run_forever returned");
        event_loop.call_soon(stop);
        event_loop.run_forever();
        note("-: run_forever returned again");
    }
    says(
        program,
        "
        tick 1: first: stop(), and schedule `later`
        tick 1: second still runs in the same tick
        -: run_forever returned
        tick 2: later
        -: run_forever returned again
        ",
    );
}

/// The main task ends in turn n, the loop stops at the end of turn n + 1.
#[test]
fn the_loop_ends_one_turn_after_its_main_task() {
    async fn main() -> &'static str {
        yield_now().await;
        call_soon(|| say!("callback registered by main's last step"));
        call_soon(|| {
            call_soon(|| say!("one tick too late for this run"));
        });
        say!("main returns");
        "result"
    }
    fn program(event_loop: &EventLoop) {
        let result = event_loop.block_on(main());
        note(format!("-: got {result} after {} ticks", event_loop.turns()));
        event_loop.block_on(async { yield_now().await });
        note(format!("-: second run done after {} ticks", event_loop.turns()));
    }
    says(
        program,
        "
        tick 2: main returns
        tick 3: callback registered by main's last step
        -: got result after 3 ticks
        tick 4: one tick too late for this run
        -: second run done after 6 ticks
        ",
    );
}

/// `async` alone shares nothing: awaits that never suspend keep every other task waiting.
#[test]
fn awaits_that_never_suspend_hog_the_loop() {
    async fn not_really_async(i: u64) -> u64 {
        i * i
    }
    async fn hog() {
        let mut total = 0;
        for i in 0..1000 {
            total += not_really_async(i).await;
        }
        say!("hog finished {total}");
    }
    async fn polite() {
        for i in 0..2 {
            say!("polite step {i}");
            yield_now().await;
        }
    }
    async fn main() {
        let p = spawn(polite());
        let h = spawn(hog());
        h.await.unwrap();
        p.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: polite step 0
        tick 2: hog finished 332833500
        tick 3: polite step 1
        tick 5: main done
        ",
    );
}

/// A task cancelled before its first step never runs a line of its body.
#[test]
fn abort_before_the_first_step() {
    async fn child(_end: SaysWhenDropped) {
        say!("child body (must not be printed)");
    }
    async fn main() {
        let task = spawn(child(SaysWhenDropped));
        say!("main aborts; abort() returns {}; over yet? {}", task.abort(), task.is_finished());
        let error = task.await.unwrap_err();
        say!("main: {error}");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: main aborts; abort() returns true; over yet? false
        tick 2: what child was given is dropped
        tick 3: main: the task was cancelled
        ",
    );
}

struct SaysWhenDropped;

impl Drop for SaysWhenDropped {
    fn drop(&mut self) {
        say!("what child was given is dropped");
    }
}

/// Aborting a finished task changes nothing and says so.
#[test]
fn abort_after_the_end() {
    async fn main() {
        let task = spawn(async { "result" });
        yield_now().await;
        say!("done: {} abort() -> {}", task.is_finished(), task.abort());
        say!("result still there: {}", task.await.unwrap());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: done: true abort() -> false
        tick 2: result still there: result
        ",
    );
}

/// One queue for both: callbacks and steps of tasks run in the order in which they were scheduled.
#[test]
fn callbacks_and_tasks_share_one_queue() {
    async fn main() {
        let mut tasks = Vec::new();
        for i in 0..3 {
            tasks.push(spawn(async move { say!("task {i}") }));
            call_soon(move || say!("callback {i}"));
        }
        for task in tasks {
            task.await.unwrap();
        }
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: task 0
        tick 2: callback 0
        tick 2: task 1
        tick 2: callback 1
        tick 2: task 2
        tick 2: callback 2
        tick 3: main done
        ",
    );
}
