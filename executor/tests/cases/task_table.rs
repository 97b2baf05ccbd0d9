//! `current_task` and `all_tasks`.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use executor::inspect::{Awaiting, TaskInfo, TaskState, all_tasks, armed_timers, current_task, sources};
use executor::net::TcpListener;
use executor::{
    ClockKind, Deferred, Instant, call_soon, gather, shield, sleep, spawn, spawn_named, timeout, yield_now,
};

use crate::ms;
use crate::support::loops::on_every_kind;

/// The task of this name.
fn named(name: &str) -> TaskInfo {
    let tasks = all_tasks();
    let found = tasks.iter().find(|task| task.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {tasks:?}")).clone()
}

fn names(tasks: &[TaskInfo]) -> Vec<&str> {
    tasks.iter().map(|task| task.name.as_str()).collect()
}

#[test]
fn all_that_are_not_over_in_the_order_of_spawning() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let first = spawn_named("first", async {});
            let second = spawn_named("second", sleep(ms(10)));
            assert_eq!(names(&all_tasks()), ["main", "first", "second"]);
            first.await.unwrap();
            // It takes the place of the first in the table, and not in the order.
            let third = spawn_named("third", pending::<()>());
            assert_eq!(names(&all_tasks()), ["main", "second", "third"]);
            third.abort();
            second.await.unwrap();
            assert_eq!(names(&all_tasks()), ["main"]);
        });
    });
}

#[test]
fn what_a_task_is_about_and_since_when() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            sleep(ms(5)).await;
            let line = line!() + 1;
            let sleeper = spawn_named("sleeper", async { sleep(ms(100)).await });
            let born = named("sleeper");
            assert_eq!((born.state, born.polls, born.awaiting), (TaskState::Ready, 0, None));
            assert_eq!((born.spawned.line(), born.place), (line, None));
            assert_eq!(born.since, Instant::START + ms(5));

            sleep(ms(20)).await;
            let waits = named("sleeper");
            assert_eq!((waits.state, waits.polls), (TaskState::Waiting, 1));
            assert!(matches!(waits.awaiting, Some(Awaiting::Timer(_))), "{waits:?}");
            assert_eq!(waits.place.unwrap().line(), line);
            assert_eq!(waits.since, Instant::START + ms(5), "since then, and not since it was looked at");

            let main = current_task().unwrap();
            assert_eq!((main.name.as_str(), main.state, main.awaiting), ("main", TaskState::Running, None));
            assert_eq!(main.polls, 3, "the step under way is one");
            assert_eq!(named("main"), main);

            // Woken, and not yet run.
            sleeper.cancel();
            assert_eq!(named("sleeper").state, TaskState::Ready);
            assert!(sleeper.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn nobody_is_polled_to_find_out() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let polls = Rc::new(RefCell::new(0));
            let counter = Rc::clone(&polls);
            drop(spawn(poll_fn(move |_| {
                *counter.borrow_mut() += 1;
                Poll::<()>::Pending
            })));
            yield_now().await;
            for _ in 0..10 {
                assert_eq!(all_tasks()[1].polls, 1);
            }
            assert_eq!(*polls.borrow(), 1);
        });
    });
}

#[test]
fn no_task_runs_in_a_callback() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            call_soon(|| {
                assert_eq!(current_task(), None);
                assert_eq!(names(&all_tasks()), ["main"]);
            });
            yield_now().await;
        });
    });
}

#[test]
fn who_waits_for_whom() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let milk = spawn_named("milk", sleep(ms(50)));
            let id = milk.id();
            let coffee = spawn_named("coffee", async move { milk.await.unwrap() });
            yield_now().await;
            assert_eq!(named("coffee").awaits, [id]);
            assert_eq!(named("milk").awaited_by, [coffee.id()]);
            assert_eq!(named("coffee").awaited_by, [], "its handle is held, and not awaited");
            let main = current_task().unwrap().id;
            let looks = spawn(async move { (named("coffee"), named("main")) });
            let gathered = gather([coffee]);
            // The main task is not among those that wait until its step is over.
            assert_eq!(named("coffee").awaited_by, []);
            let (at_join, _) = looks.await.unwrap();
            assert_eq!(at_join.awaited_by, [], "the main task had a gather, and joined something else");
            let looks = spawn(async move { (named("coffee"), named("main")) });
            gathered.await.unwrap();
            let (coffee, then_main) = looks.await.unwrap();
            assert_eq!(coffee.awaited_by, [main]);
            assert_eq!(then_main.awaiting, Some(Awaiting::Gather));
            assert_eq!(then_main.awaits, [coffee.id]);
        });
    });
}

#[test]
fn the_running_task_knows_who_waits_for_it() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let main = current_task().unwrap().id;
            let one = spawn(async { current_task().unwrap().awaited_by });
            let (other, more) = (spawn(async { current_task().unwrap().awaited_by }), spawn(async {}));
            let shielded = shield(one).await.unwrap();
            assert_eq!(shielded, [main]);
            assert_eq!(other.await.unwrap(), [], "the main task waited for another");
            more.await.unwrap();
        });
    });
}

#[test]
fn whoever_has_gone_on_waits_no_more() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let slow = spawn_named("slow", sleep(ms(100)));
            let mut gathered = gather([slow]);
            // It gives up after a while, and keeps the gather for later.
            assert!(timeout(ms(10), &mut gathered).await.is_err());
            let looks = spawn(async move {
                sleep(ms(1)).await;
                named("slow").awaited_by
            });
            sleep(ms(5)).await;
            assert_eq!(looks.await.unwrap(), []);
            gathered.await.unwrap();
        });
    });
}

#[test]
fn nothing_is_left_when_all_is_over() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let deferred = Deferred::<()>::new();
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            assert_eq!((armed_timers(), sources()), (0, 1));
            assert!(timeout(ms(10), listener.accept()).await.is_err());
            assert!(timeout(ms(10), deferred).await.is_err());
            let sleeper = spawn(sleep(ms(1000)));
            yield_now().await;
            assert_eq!((all_tasks().len(), armed_timers(), sources()), (2, 1, 1));
            sleeper.abort();
            assert!(sleeper.await.is_err());
            drop(listener);
            assert_eq!((all_tasks().len(), armed_timers(), sources()), (1, 0, 0));
        });
    });
}
