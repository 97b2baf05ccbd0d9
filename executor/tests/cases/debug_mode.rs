//! What debug mode warns of: the exact lines, on the virtual clock.

use std::cell::RefCell;
use std::env;
use std::fmt;
use std::future::pending;
use std::panic;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use executor::inspect::{Event, init_logging, request_begins, request_ends};
use executor::{
    ClockKind, EventLoop, JoinHandle, When, block, call_soon, gather, gather_results, shield, sleep, spawn,
    spawn_fallible, spawn_named, task_group, wait, wait_for, yield_now,
};

use crate::ms;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::warnings::{keep_warnings, warnings};
use crate::support::watcher::Watcher;

/// What debug mode says of a program, on every kind of loop.
#[track_caller]
fn warns(program: fn(&EventLoop), lines: &[&str]) {
    keep_warnings();
    for kind in Kind::all() {
        let said = within_patience(move || {
            let builder = kind.builder(ClockKind::Virtual).debug(true).slow(ms(100));
            let event_loop = builder.build().unwrap();
            program(&event_loop);
            drop(event_loop);
            warnings()
        });
        assert_eq!(said, lines, "on {kind:?}");
    }
}

/// A line of the log as it is laid out: the text up to column 70, then the place.
fn line(text: &str, line: u32) -> String {
    format!("{text:<70} @debug_mode.rs:{line}")
}

#[test]
fn a_step_that_holds_the_loop_is_named_once() {
    const LINE: u32 = line!() + 5;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                let blocks = spawn_named("blocks", async {
                    yield_now().await;
                    drop([spawn(yield_now()), spawn(yield_now())]);
                    block(ms(1_000));
                    yield_now().await;
                    block(ms(99));
                });
                blocks.await.unwrap();
            });
        },
        &[&line(" 1.000 #3 W slow  T2 blocks  held the loop 1.0 s, 2 behind it", LINE)],
    );
}

#[test]
fn its_first_step_is_named_by_the_spawn() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                spawn(async { block(ms(100)) }).await.unwrap();
            });
        },
        &[&line(" 0.100 #2 W slow  T2         held the loop 100 ms, 1 behind it", LINE)],
    );
}

#[test]
fn a_callback_that_holds_the_loop() {
    warns(
        |event_loop| {
            event_loop.block_on(async {
                call_soon(|| block(ms(150)));
                call_soon(|| block(ms(99)));
                yield_now().await;
            });
        },
        &[" 0.150 #2 W slow  -          a callback held the loop 150 ms, 2 behind it"],
    );
}

/// Of three requests that one step answers, the one that took long; one that was begun in an earlier
/// step; none.
#[test]
fn the_request_that_was_served() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                let conn = spawn_named("conn5", async {
                    for (target, time) in [("/a", 0), ("/blocker?seconds=1", 1_001), ("/b", 90)] {
                        request_begins("GET", &target, "async", 1);
                        block(ms(time));
                        request_ends(200);
                    }
                    yield_now().await;
                    assert!(request_begins("GET", &"/c", "async", 1), "debug mode hears it");
                    yield_now().await;
                    block(ms(150));
                    request_ends(200);
                    yield_now().await;
                    block(ms(200));
                });
                conn.await.unwrap();
            });
        },
        &[
            &line(
                " 1.091 #2 W slow  T2 conn5   held the loop 1.1 s: GET /blocker?seconds=1, 0 behind it",
                LINE,
            ),
            &line(" 1.241 #4 W slow  T2 conn5   held the loop 150 ms: GET /c, 0 behind it", LINE + 8),
            &line(" 1.441 #5 W slow  T2 conn5   held the loop 200 ms, 1 behind it", LINE + 11),
        ],
    );
}

/// It is the client who says what it asks for, and it may say much.
#[test]
fn a_request_with_a_long_target() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                spawn(async {
                    request_begins("GET", &format!("/{}", "x".repeat(8_000)), "async", 1);
                    block(ms(150));
                })
                .await
                .unwrap();
            });
        },
        &[&line(
            &format!(
                " 0.150 #2 W slow  T2         held the loop 150 ms: GET /{}~, 1 behind it",
                "x".repeat(58)
            ),
            LINE,
        )],
    );
}

#[test]
fn no_debug_mode_no_warning() {
    keep_warnings();
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        assert!(!request_begins("GET", &"/", "async", 1), "outside of a loop nobody can");
        event_loop.block_on(async {
            assert!(!request_begins("GET", &"/", "async", 1), "nobody looks on");
            drop(spawn(async { panic!("on purpose") }));
            drop(spawn(pending::<()>()));
            yield_now().await;
            block(ms(1_000));
        });
        drop(event_loop);
        assert_eq!(warnings(), [""; 0], "on {kind:?}");
    }
}

#[test]
fn a_panic_that_nobody_took() {
    const DETACHED: u32 = line!() + 5;
    const HELD: u32 = line!() + 5;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                drop(spawn_named("detached", async { panic!("the milk is sour") }));
                let held = spawn(async { panic!("{} cups break", 2) });
                yield_now().await;
                assert_eq!(warnings().len(), 1, "the other has a handle");
                yield_now().await;
                drop(held);
                drop(spawn(async {}));
            });
        },
        &[&line(" 0.000 #3 W lost  T3         nobody heard that it panicked: 2 cups break", HELD)],
    );
    warns(
        |event_loop| {
            event_loop.block_on(async {
                drop(spawn_named("detached", async { panic!("the milk is sour") }));
                yield_now().await;
            });
        },
        &[&line(
            " 0.000 #2 W lost  T2 detached nobody heard that it panicked: the milk is sour",
            DETACHED + 14,
        )],
    );
}

#[derive(Debug)]
struct NoMilk;

/// An error that panics when somebody wants to read it.
struct Unreadable;

impl fmt::Debug for Unreadable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("on purpose")
    }
}

#[test]
fn an_error_that_nobody_took() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                drop(spawn_fallible(async { Err::<(), _>(NoMilk) }));
                drop(spawn_fallible(async { Err::<(), _>(Unreadable) }));
                drop(spawn_fallible(async { Ok::<_, NoMilk>(()) }));
                // A value like any other.
                drop(spawn(async { Err::<(), _>(NoMilk) }));
                let taken = spawn_fallible(async { Err::<(), _>(NoMilk) });
                assert!(taken.await.unwrap().is_err());
            });
        },
        &[
            &line(" 0.000 #2 W lost  T2         nobody heard that it failed: NoMilk", LINE),
            &line(
                " 0.000 #2 W lost  T3         nobody heard that it failed, with an error that cannot be written",
                LINE + 1,
            ),
        ],
    );
}

/// An error that looks at the task that returned it.
struct Curious(Rc<RefCell<Option<Own>>>);

type Own = JoinHandle<Result<(), Curious>>;

impl fmt::Debug for Curious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handle = self.0.borrow();
        let handle = handle.as_ref().unwrap();
        write!(f, "over: {}", handle.is_finished())
    }
}

/// The error is written before the task counts as over: so nobody finds it over and without its result.
#[test]
fn an_error_that_asks_for_its_own_task() {
    const LINE: u32 = line!() + 5;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                let handle = Rc::new(RefCell::new(None));
                let own = spawn_fallible({
                    let handle = Rc::clone(&handle);
                    async move { Err(Curious(handle)) }
                });
                *handle.borrow_mut() = Some(own);
                yield_now().await;
                drop(handle.take());
            });
        },
        &[&line(" 0.000 #2 W lost  T2         nobody heard that it failed: over: false", LINE)],
    );
}

#[test]
fn the_main_task_is_taken() {
    warns(
        |event_loop| {
            let main = || event_loop.block_on(async { panic!("on purpose") });
            assert!(panic::catch_unwind(panic::AssertUnwindSafe(main)).is_err());
        },
        &[],
    );
}

/// Whoever waits for a task takes its panic, in whatever way; and a handle that is asked has given
/// its answer.
#[test]
fn what_was_taken_is_not_lost() {
    warns(
        |event_loop| {
            event_loop.block_on(async {
                let panics = || spawn(async { panic!("on purpose") });
                assert!(panics().await.is_err());
                assert!(gather([panics(), panics()]).await.is_err());
                // The second fails when the gather has failed: asyncio, too, says nothing.
                let late = spawn(async {
                    yield_now().await;
                    panic!("on purpose")
                });
                let gathered = gather([panics(), late]).await;
                yield_now().await;
                yield_now().await;
                drop(gathered);
                assert!(gather_results([panics()]).await[0].is_err());
                assert!(shield(panics()).await.is_err());
                assert!(wait_for(Duration::from_secs(1), panics()).await.unwrap().is_err());
                let (mut done, _) = wait([panics()], When::AllCompleted).await;
                assert!(done[0].take().unwrap().is_err());
                let group = task_group(async |group| {
                    drop(group.spawn::<_, ()>(async { panic!("on purpose") }));
                    Ok::<_, NoMilk>(())
                });
                assert_eq!(group.await.unwrap_err().failures().len(), 1);
                let aborted = spawn(pending::<()>());
                yield_now().await;
                aborted.abort();
            });
        },
        &[],
    );
}

#[test]
fn what_a_wait_hands_back_is_lost_if_nobody_looks() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                let panics = spawn(async { panic!("on purpose") });
                drop(wait([panics], When::AllCompleted).await);
                warnings_say(LINE);
            });
        },
        &[],
    );
}

/// In asyncio's way the task that waits runs a turn later.
fn warnings_say(at: u32) {
    let said = warnings();
    let said: Vec<&str> = said.iter().map(|line| line.split_once(" W ").unwrap().1).collect();
    let expected = line("lost  T2         nobody heard that it panicked: on purpose", at);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(said.iter().map(|line| words(line)).collect::<Vec<_>>(), [words(&expected)]);
}

#[test]
fn a_result_is_reported_also_when_the_loop_has_stopped() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            let held = event_loop.block_on(async {
                let held = spawn(async { panic!("on purpose") });
                yield_now().await;
                held
            });
            assert_eq!(warnings(), [""; 0]);
            drop(held);
        },
        &[&line(" 0.000 #3 W lost  T2         nobody heard that it panicked: on purpose", LINE)],
    );
}

#[test]
fn it_is_an_event_like_any_other() {
    for kind in Kind::all() {
        let watcher = Watcher::new();
        let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
        event_loop.block_on(async {
            drop(spawn_named("milk", async { panic!("sour") }));
            yield_now().await;
        });
        let mut said = Vec::new();
        for record in watcher.records() {
            if let Event::Unclaimed { task, name, what, .. } = record.event {
                said.push(format!("{task} {name} {what}"));
            }
        }
        assert_eq!(said, ["T2 milk panicked: sour"], "on {kind:?}");
    }
}

#[test]
fn what_is_dropped_unfinished_is_named() {
    const LINE: u32 = line!() + 4;
    warns(
        |event_loop| {
            event_loop.block_on(async {
                drop(spawn_named("left", async { sleep(ms(10)).await }));
                drop(spawn_named("over", async {}));
                yield_now().await;
            });
        },
        &[&line(" 0.000 #3 W lost  T2 left    dropped unfinished await tm1", LINE)],
    );
}

/// What the processes started by [`stderr_of`] do: nothing in a plain run of the tests.
#[test]
fn program_in_a_process_of_its_own() {
    let Ok(what) = env::var("DEBUG_MODE_TEST") else { return };
    if what == "logs" {
        init_logging();
    }
    let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build().unwrap();
    event_loop.block_on(async {
        // A panic hook that says nothing leaves stderr to the loop.
        panic::set_hook(Box::new(|_| {}));
        drop(spawn(async { panic!("on purpose") }));
        yield_now().await;
        block(ms(200));
    });
}

/// The words that a program has on stderr, with these variables set.
fn stderr_of(what: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "cases::debug_mode::program_in_a_process_of_its_own", "--nocapture"]);
    command.env("DEBUG_MODE_TEST", what);
    for variable in ["LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_DEBUG", "LOOP_SLOW_MS", "RUST_LOG"] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut said = Vec::new();
    for line in String::from_utf8(output.stderr).unwrap().lines() {
        said.push(
            if line.contains("held the loop 200 ms") {
                "slow"
            } else if line.contains("nobody heard that it panicked") {
                "lost"
            } else {
                line
            }
            .to_owned(),
        );
    }
    said.join(" ")
}

#[test]
fn where_the_warnings_go() {
    let by_default = if cfg!(debug_assertions) { "lost slow" } else { "" };
    // With a logger and without, where nobody has said what is to be shown.
    for what in ["silent", "logs"] {
        assert_eq!(stderr_of(what, &[]), by_default);
        assert_eq!(stderr_of(what, &[("LOOP_DEBUG", "1")]), "lost slow");
        assert_eq!(stderr_of(what, &[("LOOP_DEBUG", "0")]), "");
        assert_eq!(stderr_of(what, &[("LOOP_DEBUG", "1"), ("LOOP_SLOW_MS", "201")]), "lost");
        assert_eq!(stderr_of(what, &[("LOOP_DEBUG", "1"), ("RUST_LOG", "off")]), "");
    }
    assert_eq!(stderr_of("logs", &[("LOOP_DEBUG", "1"), ("RUST_LOG", "error")]), "");
    assert_eq!(stderr_of("logs", &[("LOOP_DEBUG", "1"), ("RUST_LOG", "loop::slow=warn")]), "slow");
    // The log lines tell of a lost result too, so debug mode leaves it to them.
    let warnings = stderr_of("logs", &[("LOOP_DEBUG", "1"), ("RUST_LOG", "warn")]);
    assert_eq!(warnings.matches("lost").count(), 1, "{warnings}");
    let warnings = stderr_of("logs", &[("LOOP_DEBUG", "0"), ("RUST_LOG", "warn")]);
    assert_eq!(warnings.matches("lost").count(), 1, "{warnings}");
}
