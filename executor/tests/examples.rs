//! Every example prints what its header says it prints.
//!
//! The header of an example shows commands and their outputs, as `$ [VARIABLE=value] cargo run
//! --example NAME [-- ARGUMENT]` in a `text` block. This runs each command's program, with those
//! variables and arguments, and compares.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

#[path = "support/shown.rs"]
mod shown;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use shown::{examples, shown};

#[test]
fn every_example_prints_what_its_header_shows() {
    let mut compared = 0;
    for (name, source) in examples() {
        let all = shown(&source);
        assert!(!all.is_empty(), "{name} shows no command");
        for shown in all {
            assert_eq!(shown.name, name, "{name} shows the command of another example");
            let began = Instant::now();
            let printed = shown.run();
            assert_eq!(printed, shown.output, "{name} {:?} prints something else", shown.arguments);
            // Nobody waits for a rung: it is run again and again while one thinks about it.
            assert!(!is_rung(&name) || began.elapsed() < Duration::from_secs(2), "{name} takes too long");
        }
        compared += 1;
    }
    assert!(compared >= 14, "only {compared} examples were found");
}

/// Whether an example belongs to the ladder.
fn is_rung(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_digit())
}

/// One rung is there for those who read Python only.
#[test]
#[ignore = "needs python3"]
fn the_whole_idea_is_the_same_in_python() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/07_the_whole_idea.py");
    let output = Command::new("python3").arg(source).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let in_rust = examples().into_iter().find(|(name, _)| name == "07_the_whole_idea").unwrap().1;
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown(&in_rust)[0].output);
}

/// The ladder is code that a learner types in: each rung fits on a screen or two.
#[test]
fn the_rungs_of_the_ladder_are_short() {
    let mut rungs = Vec::new();
    for (name, source) in examples() {
        if !is_rung(&name) {
            continue;
        }
        let lines = source.lines().skip_while(|line| line.is_empty() || line.starts_with("//!")).count();
        let most = if name == "07_the_whole_idea" { 150 } else { 80 };
        assert!(lines <= most, "{name} has {lines} lines");
        rungs.push(name[..2].parse::<usize>().unwrap());
    }
    rungs.sort_unstable();
    assert_eq!(rungs, (1..=12).collect::<Vec<_>>());
}
