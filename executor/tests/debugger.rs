//! A debugger sees the loop: the session in `docs/debugging.md` is what gdb prints.
//!
//! The page is the expectation. `docs/debugging/session.gdb` has the commands of the session in their
//! order, and every block of the page that begins with `(gdb)` is the next piece of it. A change of
//! the loop that changes the session shows in the diff of the page:
//!
//! ```text
//! UPDATE_SESSION=1 cargo test --workspace --test debugger -- --ignored && git diff docs/debugging.md
//! ```
//!
//! Addresses and the like are no part of it (`normalised`).

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

const PROMPT: &str = "(gdb) ";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The built example: cargo puts it beside the folder of this test's own program.
fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: `cargo build --examples` makes it", program.display());
    program
}

/// What gdb and the program print, when gdb has the loop's commands and is told `arguments`.
fn gdb(arguments: &[&str], program_name: &str) -> String {
    let mut command = Command::new("rust-gdb");
    command.current_dir(root()).stdin(Stdio::null());
    for variable in ["LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_CLOCK", "LOOP_STEP", "RUST_LOG"] {
        command.env_remove(variable);
    }
    // A step that is held for five seconds is what debug mode warns of.
    command.env("LOOP_DEBUG", "0");
    command.args(["-q", "-nx", "-batch", "-x", "docs/debugging/loop.gdb"]).args(arguments);
    let output = command.arg(program(program_name)).output().expect("rust-gdb starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors: Vec<&str> = errors.lines().filter(|line| !line.contains("address space")).collect();
    assert_eq!(errors, [""; 0], "gdb complains: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// The line of the cafe in which `text` stands.
fn line_of(text: &str) -> usize {
    let source = fs::read_to_string(root().join("executor/examples/cafe_async.rs")).unwrap();
    source.lines().position(|line| line.contains(text)).unwrap() + 1
}

/// A command of the session, and what was printed until the next.
#[derive(Debug, PartialEq)]
struct Exchange {
    command: String,
    output: String,
}

/// The session as gdb prints it when it repeats its commands, each with a `+` before it; what runs
/// inside of a command has more of them.
fn exchanges(transcript: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in transcript.lines().filter(|line| !is_noise(line)) {
        if let Some(command) = line.strip_prefix('+') {
            exchanges.push(Exchange { command: command.to_owned(), output: String::new() });
        } else if let Some(exchange) = exchanges.last_mut() {
            exchange.output += normalised(line).trim_end();
            exchange.output += "\n";
        }
    }
    for exchange in &mut exchanges {
        let output = exchange.output.trim_matches('\n');
        exchange.output = if output.is_empty() { String::new() } else { places_in_order(output) };
    }
    exchanges
}

/// A breakpoint's places (`5.1`, `5.2`) sorted by what they are: gdb has them in the order in which the
/// compiler wrote them, and that differs from build to build.
fn places_in_order(output: &str) -> String {
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for line in output.lines() {
        let number =
            line.find(' ').filter(|&end| line[..end].parse::<f64>().is_ok() && line[..end].contains('.'));
        lines.push(line.split_at(number.unwrap_or(0)));
    }
    let mut sorted = String::new();
    for places in lines.chunk_by(|one, next| !one.0.is_empty() && !next.0.is_empty()) {
        let mut texts: Vec<&str> = places.iter().map(|place| place.1).collect();
        texts.sort_unstable();
        for ((number, _), text) in places.iter().zip(texts) {
            sorted += number;
            sorted += text;
            sorted += "\n";
        }
    }
    sorted
}

fn is_noise(line: &str) -> bool {
    line.starts_with("++") || line.contains("libthread_db") || line.starts_with("[New process")
}

/// The line without what differs from machine to machine: addresses and numbers of processes.
fn normalised(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("0x").or_else(|| rest.find("(process ").map(|at| at + 7)) {
        let number = &rest[at + 2..];
        let digits = number.chars().take_while(char::is_ascii_hexdigit).count();
        kept += &rest[..at + 2];
        kept += "...";
        rest = &number[digits..];
    }
    kept + rest
}

/// The page, cut into what stands between the session's blocks and, every other one, these.
fn parts(page: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    let mut lines = page.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if inside && line.starts_with("```") {
            inside = false;
            parts.push(String::new());
        }
        *parts.last_mut().unwrap() += line;
        if line.starts_with("```") && lines.peek().is_some_and(|next| next.starts_with(PROMPT)) {
            inside = true;
            parts.push(String::new());
        }
    }
    parts
}

/// The exchanges as a block of the page shows them.
fn block(exchanges: &[Exchange]) -> String {
    let mut block = String::new();
    for Exchange { command, output } in exchanges {
        block += PROMPT;
        block += command;
        block += "\n";
        block += output;
    }
    block
}

#[test]
#[ignore = "needs gdb"]
fn the_session_of_the_page_is_what_gdb_prints() {
    let path = root().join("docs/debugging.md");
    let page = fs::read_to_string(&path).unwrap();
    let transcript = gdb(&["-x", "docs/debugging/session.gdb"], "cafe_async");
    let all = exchanges(&transcript);
    let mut left = &all[..];
    let mut now = String::new();
    for (number, part) in parts(&page).iter().enumerate() {
        if number % 2 == 0 {
            now += part;
            continue;
        }
        let count = part.lines().filter(|line| line.starts_with(PROMPT)).count();
        assert!(count <= left.len(), "the page has commands that the session has not: {part}");
        let (these, others) = left.split_at(count);
        now += &block(these);
        left = others;
    }
    assert_eq!(left, [], "the session has commands that the page does not show");
    if env::var_os("UPDATE_SESSION").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    for (shown, printed) in page.lines().zip(now.lines()) {
        assert_eq!(shown, printed, "docs/debugging.md is not what gdb prints");
    }
    assert_eq!(page, now);
}

/// What the cafe prints when somebody stands for five seconds at the first line of the reader,
/// whose book takes three; the coffee has been ordered by then, and takes five.
fn cafe_with_a_stop(clock: &str) -> String {
    let line = format!("break cafe_async.rs:{}", line_of("println!(\"Reading a book"));
    let clock = format!("set environment LOOP_CLOCK {clock}");
    let stand = "python import time; time.sleep(5)";
    gdb(&["-ex", &clock, "-ex", &line, "-ex", "run", "-ex", stand, "-ex", "continue"], "cafe_async")
}

#[test]
#[ignore = "needs gdb"]
fn five_seconds_at_a_breakpoint_do_not_change_the_order_of_timers() {
    let book_first = |printed: &str| {
        let book = printed.find("Finished reading the book!").unwrap();
        let coffee = printed.find("Coffee is ready!").unwrap();
        book < coffee
    };
    assert!(book_first(&cafe_with_a_stop("stepping")));
    // What the stepping clock is there for: by the machine's clock the coffee waits by now.
    assert!(!book_first(&cafe_with_a_stop("real")));
}

#[test]
#[ignore = "needs gdb"]
fn the_heap_shows_its_timers_and_what_is_missing_is_said_in_a_sentence() {
    let before = gdb(&["-ex", "tasks", "-ex", "timers", "-ex", "ready", "-ex", "tick"], "cafe_async");
    assert_eq!(before.matches("the program does not run yet").count(), 4, "{before}");

    let at_main =
        ["-ex", "break cafe_sync::main", "-ex", "run", "-ex", "tasks", "-ex", "next", "-ex", "tick"];
    let without_loop = gdb(&at_main, "cafe_sync");
    assert_eq!(without_loop.matches("no loop runs here").count(), 2, "{without_loop}");

    let heap = [
        "-ex",
        "set environment LOOP_CLOCK virtual",
        "-ex",
        "set environment LOOP_TIMERS heap",
        "-ex",
        "break executor::event_loop::LoopState::wait",
        "-ex",
        "run",
        "-ex",
        "ignore 1 1",
        "-ex",
        "continue",
        "-ex",
        "timers",
        "-ex",
        "sockets",
    ];
    let heap = gdb(&heap, "cafe_async");
    let shown = "2 timers armed, next first\n  \
                 tm2   at 3.000 s, in 3.000 s    heap[0]    wakes T3 book\n  \
                 tm1   at 5.000 s, in 5.000 s    heap[1]    wakes T2 coffee\n\
                 0 sockets\n";
    assert!(heap.ends_with(shown), "{heap}");
}
