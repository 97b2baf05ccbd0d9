//! The end of a loop: what is left is dropped in order, and told.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use executor::inspect::{Awaiting, Event};
use executor::{
    Cancelled, ClockKind, Deferred, EventLoop, JoinHandle, LoopHandle, When, as_completed, call_later,
    call_soon, cancellable, gather, shield, sleep, spawn, spawn_cancellable, spawn_named, timeout, turn,
    wait, yield_now,
};

use crate::count;
use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::patience::within_patience;
use crate::support::transcript::{note, say, says, says_by_wake, transcript};
use crate::support::watcher::Watcher;

/// Says so when it is dropped, for which it needs the loop; with `spawns`, spawns a task with a
/// witness of its own.
struct Witness {
    name: &'static str,
    spawns: Option<&'static str>,
}

impl Witness {
    fn new(name: &'static str) -> Self {
        Witness { name, spawns: None }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        match panic::catch_unwind(turn) {
            Ok(turn) => note(format!("tick {turn}: {} is dropped", self.name)),
            Err(_) => note(format!("{} is dropped outside of the loop", self.name)),
        }
        if let Some(name) = self.spawns {
            let witness = Witness::new(name);
            drop(spawn_named(name, async move {
                note("must not run");
                drop(witness);
            }));
        }
    }
}

async fn waits_for_ever(witness: Witness) {
    pending::<()>().await;
    drop(witness);
}

#[test]
fn tasks_that_are_left_go_on_in_the_next_run() {
    fn program(event_loop: &EventLoop) {
        event_loop.block_on(async {
            drop(spawn(async {
                sleep(Duration::from_secs(5)).await;
                say!("the task that was left");
            }));
            sleep(Duration::from_secs(1)).await;
            say!("the first main is done");
        });
        event_loop.block_on(async {
            sleep(Duration::from_secs(10)).await;
            say!("the second main is done");
        });
    }
    says_by_wake(
        program,
        "
        tick 3: the first main is done
        tick 6: the task that was left
        tick 7: the second main is done
        ",
        "
        tick 4: the first main is done
        tick 8: the task that was left
        tick 10: the second main is done
        ",
    );
}

#[test]
fn what_is_spawned_before_the_run_waits_for_it() {
    fn program(event_loop: &EventLoop) {
        let early = event_loop.spawn(async { say!("early task") });
        event_loop.call_soon(|| say!("early callback"));
        event_loop.block_on(async {
            say!("main");
            early.await.unwrap();
        });
        drop(event_loop.spawn(async { note("must not run") }));
    }
    says(
        program,
        "
        tick 1: early task
        tick 1: early callback
        tick 1: main
        ",
    );
}

#[test]
fn tasks_left_at_the_end_are_dropped_in_the_order_of_their_spawning() {
    fn ended(event_loop: &EventLoop) {
        event_loop.block_on(async {
            // The first one's place in the table goes to the last.
            let first = spawn(async {});
            for name in ["A", "B", "C"] {
                drop(spawn(waits_for_ever(Witness::new(name))));
            }
            first.await.unwrap();
            drop(spawn(waits_for_ever(Witness::new("D"))));
            yield_now().await;
            // It would take its first step in a turn that does not come.
            call_soon(|| drop(spawn(waits_for_ever(Witness::new("never polled")))));
        });
        note("the run is over");
    }
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        ended(&event_loop);
        assert_eq!(transcript(), ["the run is over"]);
        drop(event_loop);
        let expected = [
            "tick 5: A is dropped",
            "tick 5: B is dropped",
            "tick 5: C is dropped",
            "tick 5: D is dropped",
            "tick 5: never polled is dropped",
        ];
        assert_eq!(transcript(), expected, "on {kind:?}");
    }
}

#[test]
fn tasks_left_at_the_end_are_told_with_what_they_waited_for() {
    for kind in Kind::all() {
        let watcher = Watcher::new();
        let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
        event_loop.block_on(async {
            let sleeper = spawn_named("sleeper", async { sleep(Duration::from_secs(10)).await });
            drop(spawn_named("joiner", async { sleeper.await.is_ok() }));
            drop(spawn(waits_for_ever(Witness::new("the nameless one"))));
            yield_now().await;
        });
        drop(event_loop);
        let mut told = Vec::new();
        for record in watcher.records() {
            if let Event::Abandoned { task, name, spawned, awaiting, place } = record.event {
                assert!(spawned.file().ends_with("endings.rs"));
                assert_eq!(place.is_some(), awaiting != Awaiting::Unknown);
                told.push(format!("{task} {name}: {awaiting}"));
            }
        }
        assert_eq!(told, ["T2 sleeper: tm1", "T3 joiner: T2", "T4 : ?"], "on {kind:?}");
    }
}

#[test]
fn whoever_joins_a_task_that_is_left_learns_that_it_was_cancelled() {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let left: JoinHandle<()> = event_loop.block_on(async { spawn(waits_for_ever(Witness::new("left"))) });
        assert!(!left.is_finished());
        drop(event_loop);
        assert!(left.is_finished());
        let another = kind.builder(ClockKind::Virtual).build().unwrap();
        assert!(another.block_on(async { left.await.unwrap_err() }).is_cancelled());
    }
}

#[test]
fn what_destructors_spawn_at_the_end_is_dropped_as_well() {
    for kind in Kind::all() {
        let watcher = Watcher::new();
        let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
        event_loop.block_on(async {
            drop(spawn(waits_for_ever(Witness { name: "A", spawns: Some("child of A") })));
            drop(spawn(waits_for_ever(Witness::new("B"))));
            yield_now().await;
        });
        drop(event_loop);
        let expected = ["tick 3: A is dropped", "tick 3: B is dropped", "tick 3: child of A is dropped"];
        assert_eq!(transcript(), expected, "on {kind:?}");
        assert_eq!(count(&watcher, |event| matches!(event, Event::Abandoned { .. })), 3);
    }
}

#[test]
fn what_destructors_of_callbacks_spawn_at_the_end_is_dropped_as_well() {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let in_timer = Witness { name: "timer", spawns: Some("child of the timer") };
        let in_callback = Witness { name: "callback", spawns: Some("child of the callback") };
        event_loop.block_on(async move {
            call_later(Duration::from_secs(10), move || drop(in_timer));
            call_soon(move || drop(call_soon(move || drop(in_callback))));
        });
        drop(event_loop);
        let mut said = transcript();
        said.sort();
        let expected = [
            "tick 2: callback is dropped",
            "tick 2: child of the callback is dropped",
            "tick 2: child of the timer is dropped",
            "tick 2: timer is dropped",
        ];
        assert_eq!(said, expected, "on {kind:?}");
    }
}

#[test]
fn a_callback_that_holds_its_own_handle_is_dropped_with_the_loop() {
    for kind in Kind::all() {
        let held = Rc::new(());
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let inside = Rc::clone(&held);
        event_loop.block_on(async move {
            let own = Rc::new(RefCell::new(None));
            let circle = Rc::clone(&own);
            *own.borrow_mut() = Some(call_later(Duration::from_secs(10), move || drop((circle, inside))));
        });
        drop(event_loop);
        assert_eq!(Rc::strong_count(&held), 1, "on {kind:?}");
    }
}

struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("the cup breaks");
    }
}

/// Whatever panics with the task that is spawned first, the loop's end goes on.
fn does_not_stop_the_others(spawn_it: fn()) {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        event_loop.block_on(async move {
            spawn_it();
            drop(spawn(waits_for_ever(Witness::new("B"))));
            yield_now().await;
        });
        drop(event_loop);
        assert_eq!(transcript(), ["tick 3: B is dropped"], "on {kind:?}");
    }
}

#[test]
fn a_panic_in_a_destructor_at_the_end_does_not_stop_the_others() {
    does_not_stop_the_others(|| {
        drop(spawn(async {
            let _bad = Bad;
            pending::<()>().await;
        }));
    });
}

/// Nobody but the task may hold what it waits for: then it goes with the task.
#[test]
fn a_panic_in_what_a_task_waited_for_does_not_stop_the_others() {
    does_not_stop_the_others(|| {
        drop(spawn(async {
            let cup = Deferred::<()>::new();
            let bad = Bad;
            cup.add_done_callback(move |_| drop(bad));
            let _ = cup.await;
        }));
    });
}

/// A task may begin with the waker of one that is over: with the waker, and with nothing else of it.
#[test]
fn a_task_has_nothing_of_one_that_was_aborted() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            for _ in 0..3 {
                let aborted = spawn(pending::<()>());
                aborted.abort();
                assert!(aborted.await.unwrap_err().is_cancelled());
                assert_eq!(spawn(async { "done" }).await.unwrap(), "done");
            }
        });
    });
}

#[test]
fn a_stop_from_a_handle_ends_a_run() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let stops: Rc<Cell<Option<LoopHandle>>> = Rc::new(Cell::new(Some(event_loop.handle())));
        let own = Rc::clone(&stops);
        drop(event_loop.spawn(async move {
            let _ = timeout(Duration::from_secs(3), pending::<()>()).await;
            own.take().unwrap().stop();
        }));
        event_loop.run_forever();
        assert!(stops.take().is_none());
    });
}

#[test]
fn what_is_left_may_clean_up_before_the_loop_is_closed() {
    async fn patient(witness: Witness) -> Result<(), Cancelled> {
        let woken = cancellable(sleep(Duration::from_hours(1))).await;
        say!("{} cleans up", witness.name);
        sleep(Duration::from_millis(20)).await;
        say!("{} has cleaned up", witness.name);
        woken
    }
    async fn main() {
        drop(spawn_cancellable(patient(Witness::new("patient"))));
        drop(spawn(waits_for_ever(Witness::new("plain"))));
        yield_now().await;
        drop(spawn(waits_for_ever(Witness::new("late"))));
        say!("main returns");
    }
    says_by_wake(
        |event_loop| {
            event_loop.block_on(main());
            event_loop.cancel_all_tasks();
            note("closed");
        },
        "
        tick 2: main returns
        tick 4: patient cleans up
        tick 4: plain is dropped
        tick 4: late is dropped
        tick 5: patient has cleaned up
        tick 5: patient is dropped
        closed
        ",
        "
        tick 2: main returns
        tick 4: patient cleans up
        tick 4: plain is dropped
        tick 4: late is dropped
        tick 6: patient has cleaned up
        tick 6: patient is dropped
        closed
        ",
    );
}

thread_local! {
    static LOOP_OF_THE_THREAD: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// It is dropped when the thread's own variables are, and among them are those by which a thread knows
/// its loop.
#[test]
fn a_loop_may_end_with_its_thread() {
    let thread = thread::spawn(|| {
        LOOP_OF_THE_THREAD.with(|place| {
            let event_loop = EventLoop::builder().build().unwrap();
            event_loop.spawn(async { sleep(Duration::from_hours(1)).await });
            event_loop.block_on(async { yield_now().await });
            *place.borrow_mut() = Some(event_loop);
        });
    });
    thread.join().unwrap();
}

/// Whoever waits on one loop for a task of another, in whatever way, learns that it is gone.
#[test]
fn those_who_wait_on_another_loop_hear_of_the_end() {
    for kind in Kind::all() {
        within_patience(move || {
            let [ends, goes_on] = [(); 2].map(|()| kind.builder(ClockKind::Virtual).build().unwrap());
            let mut waits = Vec::new();
            for way in ["join", "gather", "wait", "shield", "as_completed"] {
                let task = ends.spawn(pending::<()>());
                waits.push(goes_on.spawn(async move {
                    match way {
                        "join" => task.await.is_err(),
                        "gather" => gather([task]).await.is_err(),
                        "wait" => wait([task], When::AllCompleted).await.0.len() == 1,
                        "shield" => shield(task).await.is_err(),
                        _ => as_completed([task]).next().await.unwrap().is_err(),
                    }
                }));
            }
            goes_on.block_on(yield_twice());
            drop(ends);
            goes_on.block_on(async {
                for wait in waits {
                    assert!(wait.await.unwrap());
                }
            });
        });
    }
}

async fn yield_twice() {
    yield_now().await;
    yield_now().await;
}

#[test]
fn who_gathers_tasks_of_another_loop_cancels_nobody_here() {
    for kind in Kind::all() {
        within_patience(move || {
            let [theirs, ours] = [(); 2].map(|()| kind.builder(ClockKind::Virtual).build().unwrap());
            let bystander = ours.spawn(async {
                sleep(Duration::from_millis(10)).await;
                7
            });
            let stranger = theirs.spawn(pending::<()>());
            assert_eq!(bystander.id(), stranger.id());
            let gathers = ours.spawn(async move { gather([stranger]).await.is_ok() });
            ours.block_on(async move {
                yield_twice().await;
                gathers.cancel();
                assert_eq!(bystander.await.unwrap(), 7);
                assert!(gathers.await.unwrap_err().is_cancelled());
            });
        });
    }
}
