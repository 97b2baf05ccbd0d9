//! A program of asyncio's and its twin on this loop: what each of them prints, side by side.
//!
//! Watch for: the number of the turn ("tick") in which a line was printed. The left column is what `CPython` printed;
//! the right one is printed now, by the same program in Rust. Without a name it lists the programs, of which there are
//! a hundred; with `rust` behind the name it shows the twin in place of the original.
//!
//! ```text
//! $ cargo run --example twin -- py04
//! """create_task only schedules: the child's first line runs in the next tick."""
//! import asyncio
//! from ticks import run, say
//!
//! async def child(name):
//!     say("child", name, "starts")
//!
//! async def main():
//!     a = asyncio.create_task(child("A"))
//!     b = asyncio.create_task(child("B"))
//!     say("main created A and B; done yet?", a.done(), b.done())
//!     await asyncio.sleep(0)
//!     say("main is back; done yet?", a.done(), b.done())
//!
//! run(main())
//!
//! That was executor/tests/asyncio_parity/programs/py04_create_task_starts_next_tick.py; its twin is py04_create_task_starts_next_tick.rs, beside it.
//! To run the original: PYTHONPATH=executor/tests/asyncio_parity/programs python3 executor/tests/asyncio_parity/programs/py04_create_task_starts_next_tick.py
//!
//!   CPython 3.11                                          here, LOOP_WAKE=asyncio
//!   tick 1: main created A and B; done yet? False False   tick 1: main created A and B; done yet? False False
//!   tick 2: child A starts                                tick 2: child A starts
//!   tick 2: child B starts                                tick 2: child B starts
//!   tick 2: main is back; done yet? True True             tick 2: main is back; done yet? True True
//!
//! Line by line the same, and each in the same turn.
//! ```
//!
//! `LOOP_WAKE=direct` shows what this project's loop does if it is not told to be exactly like asyncio: a task that slept
//! goes on a turn sooner.

#![allow(clippy::unwrap_used, reason = "these are the modules of a test")]
#![allow(clippy::unused_async, reason = "a program is a future, whether it waits or not")]
#![allow(
    clippy::items_after_statements,
    clippy::single_match_else,
    clippy::redundant_closure_for_method_calls,
    reason = "a twin keeps the order and the shape of its original"
)]

#[path = "../tests/support"]
#[allow(dead_code, reason = "the test needs more of it")]
mod support {
    pub(crate) mod kinds;
    pub(crate) mod sockets;
}
#[path = "../tests/asyncio_parity/ticks.rs"]
mod ticks;
#[path = "../tests/asyncio_parity/twins.rs"]
#[allow(dead_code, reason = "the test needs more of it")]
mod twins;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use executor::{BackendKind, Choice, TimerKind, WakeMode, inspect};

use support::kinds::Kind;
use twins::{TWINS, Twin};

/// Where they are.
const PROGRAMS: &str = "executor/tests/asyncio_parity";

/// The programs that are called so: by their whole name, by their number (`py04`, `p04`, `4`) or by a part of the name.
fn find(word: &str) -> Vec<Twin> {
    let number: Option<u32> = word.trim_start_matches(['p', 'y']).parse().ok();
    let mut found = Vec::new();
    for twin in TWINS {
        let its_number = twin.name.strip_prefix("py").and_then(|name| name.split('_').next()?.parse().ok());
        if twin.name == word || number.is_some() && its_number == number {
            return vec![*twin];
        }
        if twin.name.contains(word) {
            found.push(*twin);
        }
    }
    found
}

fn list(twins: &[Twin]) {
    let mut out = io::stdout().lock();
    for twin in twins {
        let source = twin.file("py").unwrap_or_default();
        let about = source.lines().next().unwrap_or_default().trim_matches('"');
        if writeln!(out, "{:40} {about}", twin.name).is_err() {
            // `| head` has seen enough.
            return;
        }
    }
}

fn show(twin: Twin, in_rust: bool) -> Result<(), Box<dyn Error>> {
    let wake = WakeMode::said_by_environment()?.unwrap_or(WakeMode::Asyncio);
    let kind =
        Kind { backend: BackendKind::from_environment()?, timers: TimerKind::from_environment()?, wake };

    let folder = format!("{PROGRAMS}/{}", twin.folder);
    let (shown, other) = if in_rust { ("rs", "py") } else { ("py", "rs") };
    println!("{}\n", twin.file(shown).ok_or("the program is gone")?.trim_end());
    println!("That was {folder}/{}.{shown}; its twin is {}.{other}, beside it.", twin.name, twin.name);
    println!("To run the original: PYTHONPATH={PROGRAMS}/programs python3 {folder}/{}.py\n", twin.name);

    let python = twin.file("out").ok_or("its output is gone")?;
    let ours = ticks::output_of(twin.program, kind, twin.clock);
    let ours_is_expected = ours == twin.expected(wake);
    let (python, ours): (Vec<&str>, Vec<&str>) = (python.lines().collect(), ours.lines().collect());
    let width = python.iter().map(|line| line.chars().count()).max().unwrap_or(0).max(18);
    println!("  {:width$}   here, LOOP_WAKE={}", "CPython 3.11", wake.name());
    let mut same = true;
    for line in 0..python.len().max(ours.len()) {
        let left = python.get(line).copied().unwrap_or_default();
        let right = ours.get(line).copied().unwrap_or_default();
        let mark = if left == right { ' ' } else { '*' };
        same &= left == right;
        println!("{mark} {left:width$}   {right}");
    }
    println!();
    if same && python.iter().any(|line| line.starts_with('-')) {
        println!("Line by line the same, and in the same turn where it is counted (-: it is not).");
    } else if same {
        println!("Line by line the same, and each in the same turn.");
    } else if ours_is_expected {
        println!("* Not the same, on purpose: executor/tests/asyncio_parity/README.md says why.");
    } else {
        println!(
            "* Not the same, and it should be: `cargo test -p executor --test asyncio_parity` will fail."
        );
    }
    Ok(())
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    inspect::init_logging();
    let words: Vec<String> = env::args().skip(1).collect();
    let Some(word) = words.first() else {
        list(TWINS);
        return Ok(ExitCode::SUCCESS);
    };
    match &find(word)[..] {
        [twin] => {
            show(*twin, words.get(1).is_some_and(|word| word == "rust"))?;
            return Ok(ExitCode::SUCCESS);
        }
        [] => eprintln!("No program is called {word}. Without a name, this lists them all."),
        several => {
            eprintln!("{} programs are called so. Say which:", several.len());
            list(several);
        }
    }
    Ok(ExitCode::FAILURE)
}
