//! The terminal stepper, as somebody sees it who sits before it: what goes in, and every byte that
//! comes out.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use std::{env, fs};

use executor::{ClockKind, EventLoop, Instant, call_at, call_later, sleep, spawn, spawn_named, stop};

mod support {
    pub(crate) mod sockets;
}

use support::sockets::socket_pair;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The built example: cargo puts it beside the folder of this test's own program.
fn cafe() -> Command {
    let test = env::current_exe().unwrap();
    let program: PathBuf = test.parent().unwrap().parent().unwrap().join("examples/cafe_async");
    assert!(program.exists(), "{} is missing: `cargo build --examples` makes it", program.display());
    let mut command = Command::new(program);
    command.env("LOOP_STEP", "1").env("LOOP_CLOCK", "virtual");
    command
}

/// One of the programs below, in a process of its own, because a stepper has stdin for itself.
fn program(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_program_to_step_through", "--nocapture"]).env("STEPPER_TEST", name);
    command
}

/// Types `input` and looks at what comes.
fn typed(mut command: Command, input: &str) -> Output {
    for variable in ["LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_DEBUG", "RUST_LOG"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // All of it fits into the pipe. A program that has quit reads no more of it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn shown(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stderr).unwrap()
}

/// What [`program`] runs: nothing in a plain run of the tests.
#[test]
fn a_program_to_step_through() {
    let Ok(name) = env::var("STEPPER_TEST") else { return };
    let event_loop = EventLoop::builder().clock(ClockKind::Virtual).step(true).build().unwrap();
    match name.as_str() {
        "sockets" => event_loop.block_on(sockets()),
        "crowd" => event_loop.block_on(crowd()),
        "overdue" => {
            event_loop.call_soon(|| {
                call_at(Instant::START - ms(5), stop);
            });
            event_loop.run_forever();
        }
        _ => unreachable!(),
    }
}

async fn sockets() {
    let (one, other) = socket_pair();
    let reader = spawn_named("reader", async move {
        let mut buffer = [0; 8];
        one.read(&mut buffer).await.unwrap()
    });
    call_later(ms(2500), || ());
    sleep(ms(2)).await;
    other.write_all(b"hello").await.unwrap();
    assert_eq!(reader.await.unwrap(), 5);
}

async fn crowd() {
    let sleepers: Vec<_> = (1..=7).map(|number| spawn(sleep(ms(number)))).collect();
    for sleeper in sleepers {
        sleeper.await.unwrap();
    }
}

#[test]
fn the_cafe_turn_by_turn() {
    let output = typed(cafe(), "\n\n?\nt\n0\nx y\n2\n\n\n");
    let said = "Making coffee...\nReading a book...\nFinished reading the book!\nCoffee is ready!\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), said);
    let expected = "\
turn 1 at 0.000s
  ready    T1 main
  timers   none is armed
  sockets  nobody waits
  next     run T1 main
step> \n\
turn 2 at 0.000s
  ready    T2 coffee, T3 book
  timers   none is armed
  sockets  nobody waits
  next     run T2 coffee, T3 book
step> \n\
turn 3 at 0.000s
  ready    nothing
  timers   tm2 in 3.000s: T3 book, tm1 in 5.000s: T2 coffee
  sockets  nobody waits
  next     wait for tm2, 3.000s at most
step> \n  \
  Enter    run this turn
  a number run so many turns
  c        run on without stopping
  t        print the tree of the tasks
  q        quit the program
step> \n\
3 tasks at 0.000s, timers=2 sources=0
T1 main       waiting  T2         cafe_async.rs:36  for 0.000s
└─ T2 coffee  waiting  sleep tm1  cafe_async.rs:22  for 0.000s
T3 book       waiting  sleep tm2  cafe_async.rs:28  for 0.000s
step> \n  \"0\" is nothing to do here; ? says what is
step> \n  \"x y\" is nothing to do here; ? says what is
step> \n\
turn 5 at 5.000s
  ready    T1 main
  timers   none is armed
  sockets  nobody waits
  next     run T1 main
step> \n\
turn 6 at 5.000s
  ready    nothing
  timers   none is armed
  sockets  nobody waits
  next     do not wait, and end: the loop is to stop
step> \n";
    assert_eq!(shown(&output), expected);
}

#[test]
fn c_goes_on_for_good_and_so_does_the_end_of_the_input() {
    for (input, last) in [("\nc\n", "step> \n"), ("\n", "step> \n(end of the input: on without stopping)\n")]
    {
        let output = typed(cafe(), input);
        let text = shown(&output);
        assert!(text.ends_with(last), "{text}");
        assert_eq!(text.matches("turn ").count(), 2, "{text}");
        assert!(output.stdout.ends_with(b"Coffee is ready!\n"));
    }
}

#[test]
fn q_quits() {
    let output = typed(cafe(), "\n\nq\n\n");
    assert!(shown(&output).ends_with("step> \n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Making coffee...\nReading a book...\n");
}

#[test]
fn whoever_quits_has_a_recording_of_all_that_has_happened() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("quit.jsonl");
    let mut cafe = cafe();
    cafe.env("LOOP_RECORD", &file);
    typed(cafe, "\n\nq\n");
    let text = fs::read_to_string(file).unwrap();
    let told: Vec<&str> = text.lines().rev().take(2).collect();
    assert!(
        told[0].contains(r#""event":"loop_end""#) && told[1].contains(r#""event":"turn_end""#),
        "{told:?}"
    );
}

#[test]
fn a_byte_that_is_no_letter_is_nothing_to_do() {
    let mut cafe = cafe();
    cafe.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = cafe.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"\xff\nq\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(shown(&output).contains("is nothing to do here; ? says what is\nstep> "), "{}", shown(&output));
}

#[test]
fn sockets_callbacks_and_whom_they_wake() {
    let output = typed(program("sockets"), "\n\n\n\n");
    let text = shown(&output);
    let turns: Vec<&str> = text.split("step> \n").collect();
    let third = "\
turn 3 at 0.000s
  ready    nothing
  timers   tm2 in 0.002s: T1 main, tm1 in 2.500s: a callback
  sockets  io1:R: T2 reader
  next     wait for tm2, 0.002s at most
";
    assert_eq!(turns[2], third, "{text}");
    let fourth = "\
turn 4 at 0.002s
  ready    nothing
  timers   tm1 in 2.498s: a callback
  sockets  io1:R: T2 reader
  next     wait for tm1, 2.498s at most
";
    assert_eq!(turns[3], fourth, "{text}");
}

#[test]
fn long_lists_are_cut() {
    let output = typed(program("crowd"), "\n\n");
    let text = shown(&output);
    let queue = "  ready    T2, T3, T4, T5, T6, and 2 more\n";
    assert!(text.contains(queue), "{text}");
    let timers = "  timers   tm1 in 0.001s: T2, tm2 in 0.002s: T3, tm3 in 0.003s: T4, tm4 in 0.004s: T5, \
                  tm5 in 0.005s: T6, and 2 more\n";
    assert!(text.contains(timers), "{text}");
}

#[test]
fn callbacks_are_ready_and_what_is_overdue_is_due_now() {
    let output = typed(program("overdue"), "\n\n\n");
    let text = shown(&output);
    assert!(text.contains("  ready    a callback\n"), "{text}");
    assert!(text.contains("  timers   tm1 in 0.000s: a callback\n"), "{text}");
}
