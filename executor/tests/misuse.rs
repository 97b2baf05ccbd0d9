//! What goes wrong in a program says what is wrong: every panic and every error of misuse, by its
//! text.
//!
//! A panic also points at the line that made the mistake, and not into the loop: `#[track_caller]`.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::cell::RefCell;
use std::env;
use std::future::pending;
use std::panic;
use std::process::Command;
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use executor::inspect::{Event, Observer, Record};
use executor::net::{TcpListener, TcpStream};
use executor::signals::{Signal, Signals, add_signal_handler};
use executor::{
    BackendKind, Builder, Choice, ClockKind, Deadline, EventLoop, Instant, JoinError, TimerKind, WakeMode,
    call_at, call_later, call_soon, handle, interval, now, run, sleep, sleep_until, spawn, spawn_named, stop,
    timeout, to_thread, turn, yield_now,
};

const SECOND: Duration = Duration::from_secs(1);

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The text of the panic that `mistake` must make. It must point at this file.
#[track_caller]
fn panic_of<T>(mistake: impl FnOnce() -> T) -> String {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let file = info.location().map_or("", panic::Location::file);
            let text = info.payload_as_str().unwrap_or_default();
            LAST_PANIC.set(Some(format!("{file}: {text}")));
            print(info);
        }));
    });
    LAST_PANIC.take();
    assert!(panic::catch_unwind(panic::AssertUnwindSafe(mistake)).is_err(), "it should have panicked");
    let last = LAST_PANIC.take().unwrap();
    let (file, text) = last.split_once(": ").unwrap();
    assert!(file.ends_with("misuse.rs"), "it points at {file}");
    text.to_owned()
}

fn event_loop() -> EventLoop {
    all_set().build().unwrap()
}

fn all_set() -> Builder {
    EventLoop::builder()
        .backend(BackendKind::Mio)
        .timers(TimerKind::Wheel)
        .wake(WakeMode::Direct)
        .clock(ClockKind::Virtual)
        .debug(false)
        .slow(SECOND)
        .step(false)
}

#[test]
fn what_needs_a_loop_says_so_and_what_it_is() {
    let expected = |what: &str| {
        format!("{what} needs a running event loop: call it inside a task, under run() or block_on()")
    };
    assert_eq!(panic_of(|| spawn(async {})), expected("spawn()"));
    assert_eq!(panic_of(|| spawn_named("name", async {})), expected("spawn_named()"));
    assert_eq!(panic_of(|| sleep(SECOND)), expected("sleep()"));
    assert_eq!(panic_of(|| sleep_until(Instant::START)), expected("sleep_until()"));
    assert_eq!(panic_of(|| interval(SECOND)), expected("interval()"));
    assert_eq!(panic_of(|| now()), expected("now()"));
    assert_eq!(panic_of(|| turn()), expected("turn()"));
    assert_eq!(panic_of(|| stop()), expected("stop()"));
    assert_eq!(panic_of(|| handle()), expected("handle()"));
    assert_eq!(panic_of(|| executor::block(SECOND)), expected("block()"));
    assert_eq!(panic_of(|| call_soon(|| ())), expected("call_soon()"));
    assert_eq!(panic_of(|| call_later(SECOND, || ())), expected("call_later()"));
    assert_eq!(panic_of(|| call_at(Instant::START, || ())), expected("call_at()"));
    assert_eq!(panic_of(|| to_thread(|| ())), expected("to_thread()"));
    assert_eq!(panic_of(|| yield_now()), expected("yield_now()"));
    assert_eq!(panic_of(|| Signals::new()), expected("Signals::new()"));
    assert_eq!(panic_of(|| Signals::of([Signal::SIGUSR1])), expected("Signals::of()"));
    assert_eq!(
        panic_of(|| add_signal_handler(Signal::SIGUSR1, || ()).is_ok()),
        expected("add_signal_handler()")
    );
}

#[test]
fn what_is_made_of_others_needs_a_loop_as_well() {
    let expected = "needs a running event loop: call it inside a task, under run() or block_on()";
    let address = "127.0.0.1:0".parse().unwrap();
    assert!(panic_of(|| timeout(SECOND, pending::<()>())).ends_with(expected));
    assert!(panic_of(|| TcpListener::bind(address)).ends_with(expected));
    let listener = std::net::TcpListener::bind(address).unwrap();
    let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert!(panic_of(|| TcpListener::from_std(listener)).ends_with(expected));
    assert!(panic_of(|| TcpStream::from_std(stream)).ends_with(expected));
}

#[test]
fn a_loop_inside_a_loop() {
    let outer = event_loop();
    outer.block_on(async {
        let inner = event_loop();
        let expected =
            "inside a running event loop: a loop cannot wait for itself; `.await` the future instead";
        assert_eq!(panic_of(|| inner.block_on(async {})), format!("block_on() {expected}"));
        assert_eq!(panic_of(|| inner.run_forever()), format!("run_forever() {expected}"));
        // The outer loop is none the worse for it.
        sleep(SECOND).await;
    });
    assert_eq!(outer.block_on(async { 5 }), 5);
}

#[test]
fn a_loop_inside_a_loop_with_the_short_way() {
    event_loop().block_on(async {
        assert!(panic_of(|| run(async {})).starts_with("run() inside a running event loop"));
    });
}

#[test]
fn a_pool_of_no_threads() {
    let expected = "Builder::threads(0): no call of to_thread() would ever be made";
    assert_eq!(panic_of(|| EventLoop::builder().threads(0)), expected);
}

#[test]
fn signals_that_nobody_can_hear() {
    event_loop().block_on(async {
        for (signal, name) in [(Signal::numbered(9), "SIGKILL"), (Signal::numbered(11), "SIGSEGV")] {
            let error = Signals::of([signal]).unwrap_err();
            assert_eq!(error.to_string(), format!("{name} cannot be listened for"));
            let error = add_signal_handler(signal, || ()).unwrap_err();
            assert_eq!(error.to_string(), format!("{name} cannot be listened for"));
        }
        assert!(Signals::of([Signal::numbered(1000)]).is_err(), "there is no such signal");
    });
}

#[test]
fn an_interval_of_zero() {
    event_loop().block_on(async {
        assert_eq!(panic_of(|| interval(Duration::ZERO)), "interval() needs a period greater than zero");
    });
}

/// asyncio: "Timeout has already been entered".
#[test]
fn a_deadline_for_two_things() {
    event_loop().block_on(async {
        let deadline = Deadline::after(SECOND);
        assert_eq!(deadline.enforce(async { 5 }).await, Ok(5));
        let expected = "Deadline::enforce(): it has limited something before; make another Deadline";
        assert_eq!(panic_of(|| deadline.clone().enforce(pending::<()>())), expected);
    });
}

#[test]
fn a_result_that_was_taken() {
    event_loop().block_on(async {
        let mut task = spawn(async { 5 });
        assert_eq!((&mut task).await.unwrap(), 5);
        assert!(task.is_finished());
        let JoinError::Panicked(panic) = spawn(async { task.await.is_ok() }).await.unwrap_err() else {
            panic!("it should have panicked");
        };
        let text =
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        assert_eq!(text, Some("the result of this task was taken by an earlier await"));
    });
}

#[test]
fn joining_a_remote_task_on_the_loops_own_thread() {
    event_loop().block_on(async {
        let expected = "on the loop's own thread would block the loop that it waits for";
        let task = handle().spawn(async || 5);
        assert_eq!(panic_of(|| task.join()), format!("RemoteTask::join() {expected}"));
        let task = handle().spawn(async || 5);
        let panicked = panic_of(|| task.join_timeout(SECOND));
        assert_eq!(panicked, format!("RemoteTask::join_timeout() {expected}"));
    });
}

#[test]
fn a_loop_that_is_stopped_before_its_main_task_is_done() {
    let event_loop = event_loop();
    drop(event_loop.spawn(async { stop() }));
    let expected = "block_on(): the loop was stopped before the main task was done";
    assert_eq!(panic_of(|| event_loop.block_on(sleep_a_second())), expected);
    // The thread is free for another loop, and for the same one again.
    assert_eq!(event_loop.block_on(async { 5 }), 5);
}

async fn sleep_a_second() {
    sleep(SECOND).await;
}

#[test]
fn a_main_task_that_panics() {
    let event_loop = event_loop();
    let panicked = panic_of(|| event_loop.block_on(async { panic!("the milk is sour") }));
    assert_eq!(panicked, "the milk is sour");
    assert_eq!(event_loop.block_on(async { 5 }), 5);
}

#[test]
fn unknown_words() {
    assert_eq!(
        BackendKind::named("epoll").unwrap_err().to_string(),
        r#""epoll" is not known; it can be mio, polling"#
    );
    assert_eq!(
        "list".parse::<TimerKind>().unwrap_err().to_string(),
        r#""list" is not known; it can be wheel, heap"#
    );
    assert_eq!(
        "Direct".parse::<WakeMode>().unwrap_err().to_string(),
        r#""Direct" is not known; it can be direct, asyncio"#
    );
    assert_eq!(
        "wall".parse::<ClockKind>().unwrap_err().to_string(),
        r#""wall" is not known; it can be real, virtual, stepping"#
    );
    for (word, choice) in ClockKind::CHOICES {
        assert_eq!(word.parse::<ClockKind>().unwrap(), *choice);
        assert_eq!(choice.name(), *word);
    }
}

/// Prints with what switches a loop runs.
struct PrintsSwitches;

impl Observer for PrintsSwitches {
    fn observe(&self, record: &Record) {
        if let Event::LoopBegin { backend, timers, wake, clock } = record.event {
            println!("switches: {backend} {timers} {wake} {clock}");
        }
    }
}

/// What the processes started by [`with_environment`] do: nothing in a plain run of the tests.
#[test]
fn in_a_process_of_its_own() {
    let Ok(what) = env::var("MISUSE_TEST") else { return };
    let builder = match what.as_str() {
        "environment" => EventLoop::builder(),
        "builder" => all_set(),
        _ => unreachable!(),
    };
    match builder.observer(Rc::new(PrintsSwitches)).build() {
        Ok(event_loop) => event_loop.block_on(async {}),
        Err(error) => println!("error: {error:?}"),
    }
}

/// The environment belongs to a whole process, and other tests run in this one.
fn with_environment(what: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "in_a_process_of_its_own", "--nocapture"]).env("MISUSE_TEST", what);
    for variable in [
        "LOOP_BACKEND",
        "LOOP_TIMERS",
        "LOOP_WAKE",
        "LOOP_CLOCK",
        "LOOP_DEBUG",
        "LOOP_SLOW_MS",
        "LOOP_STEP",
        "RUST_LOG",
    ] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = printed.lines().find(|line| line.starts_with("error:") || line.starts_with("switches:"));
    line.unwrap_or_else(|| panic!("nothing in {printed:?}")).to_owned()
}

#[test]
fn switches_of_the_environment() {
    assert_eq!(with_environment("environment", &[]), "switches: mio wheel direct real");
    let others = [
        ("LOOP_BACKEND", "polling"),
        ("LOOP_TIMERS", "heap"),
        ("LOOP_WAKE", "asyncio"),
        ("LOOP_CLOCK", "virtual"),
    ];
    assert_eq!(with_environment("environment", &others), "switches: polling heap asyncio virtual");
    assert_eq!(with_environment("environment", &[("LOOP_TIMERS", "")]), "switches: mio wheel direct real");
}

#[test]
fn who_steps_by_hand_has_a_clock_that_waits() {
    let by_hand = |clock| with_environment("environment", &[("LOOP_STEP", "1"), ("LOOP_CLOCK", clock)]);
    assert_eq!(by_hand(""), "switches: mio wheel direct stepping");
    assert_eq!(by_hand("stepping"), "switches: mio wheel direct stepping");
    assert_eq!(by_hand("virtual"), "switches: mio wheel direct virtual");
    let error = "error: stepping by hand (LOOP_STEP=1) needs a clock that waits for you: \
                 LOOP_CLOCK can be stepping, virtual, or left out, but not real";
    assert_eq!(by_hand("real"), error);
    let wrong = by_hand("sundial");
    assert!(wrong.contains("real, virtual, stepping"), "{wrong}");
    let real = EventLoop::builder().clock(ClockKind::Real).step(true).build();
    assert_eq!(format!("error: {}", real.unwrap_err()), error);
}

#[test]
fn unknown_words_of_the_environment() {
    let known = [
        ("LOOP_BACKEND", "mio, polling"),
        ("LOOP_TIMERS", "wheel, heap"),
        ("LOOP_WAKE", "direct, asyncio"),
        ("LOOP_CLOCK", "real, virtual, stepping"),
        ("LOOP_DEBUG", "0, 1"),
        ("LOOP_STEP", "0, 1"),
        ("LOOP_SLOW_MS", "a whole number of milliseconds"),
    ];
    for (variable, words) in known {
        let error = with_environment("environment", &[(variable, "nonsense")]);
        assert_eq!(error, format!(r#"error: {variable}="nonsense" is not known; it can be {words}"#));
    }
}

#[test]
fn the_builders_choice_wins_over_the_environment() {
    let others = [
        ("LOOP_BACKEND", "polling"),
        ("LOOP_TIMERS", "heap"),
        ("LOOP_WAKE", "nonsense"),
        ("LOOP_CLOCK", "stepping"),
        ("LOOP_DEBUG", "nonsense"),
        ("LOOP_SLOW_MS", "-1"),
        ("LOOP_STEP", "nonsense"),
    ];
    assert_eq!(with_environment("builder", &others), "switches: mio wheel direct virtual");
}
