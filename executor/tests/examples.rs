//! Every example prints what its header says it prints.
//!
//! The header of an example shows a command and its output, as `$ [VARIABLE=value] cargo run
//! --example NAME` in a `text` block. This runs that command's program, with those variables, and
//! compares.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command and the output that an example's header shows.
struct Shown {
    name: String,
    variables: Vec<(String, String)>,
    output: String,
}

#[test]
fn every_example_prints_what_its_header_shows() {
    let mut compared = 0;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = file.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        let shown = shown(&source).unwrap_or_else(|| panic!("{} shows no command", path.display()));
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(shown.name, name, "{} shows the command of another example", path.display());
        let mut command = Command::new(program(name));
        let switches = [
            "LOOP_BACKEND",
            "LOOP_TIMERS",
            "LOOP_WAKE",
            "LOOP_CLOCK",
            "LOOP_DEBUG",
            "LOOP_SLOW_MS",
            "LOOP_STEP",
            "LOOP_RECORD",
        ];
        for variable in switches.into_iter().chain(["RUST_LOG"]) {
            command.env_remove(variable);
        }
        let output = command.envs(shown.variables).output().unwrap();
        assert!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stdout), shown.output, "{name} prints something else");
        compared += 1;
    }
    assert!(compared >= 3, "only {compared} examples were found");
}

/// The first `text` block with a command in the header.
fn shown(source: &str) -> Option<Shown> {
    let mut lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start);
    let command = lines.find_map(|line| line.strip_prefix("$ "))?;
    let (variables, name) = command.split_once("cargo run --example ")?;
    let variables = variables.split_whitespace().map(|pair| {
        let (variable, value) = pair.split_once('=').expect("only variables stand before the command");
        (variable.to_owned(), value.to_owned())
    });
    let mut output = String::new();
    for line in lines.take_while(|line| !line.starts_with("```")) {
        output.push_str(line);
        output.push('\n');
    }
    Some(Shown { name: name.trim().to_owned(), variables: variables.collect(), output })
}

/// The built example: cargo puts it beside the folder of this test's own program.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: `cargo build --examples` makes it", program.display());
    program
}
