//! What the header of an example shows: commands, and what they print.
//!
//! A command stands in a `text` block with its output under it, as `$ [VARIABLE=value ...] cargo run --example NAME
//! [-- ARGUMENT ...]`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command in an example's header, and the output under it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) name: String,
    variables: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) output: String,
}

impl Shown {
    /// Runs the command, and gives what it prints.
    pub(crate) fn run(&self) -> String {
        let mut command = Command::new(program(&self.name));
        for switch in [
            "LOOP_BACKEND",
            "LOOP_TIMERS",
            "LOOP_WAKE",
            "LOOP_CLOCK",
            "LOOP_DEBUG",
            "LOOP_SLOW_MS",
            "LOOP_STEP",
            "LOOP_RECORD",
            "RUST_LOG",
        ] {
            command.env_remove(switch);
        }
        let output = command.envs(self.variables.iter().cloned()).args(&self.arguments).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {:?} failed: {stderr}", self.name, self.arguments);
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The sources of all examples, with their names.
pub(crate) fn examples() -> Vec<(String, String)> {
    let mut examples = Vec::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        examples.push((name, fs::read_to_string(&path).unwrap()));
    }
    examples.sort();
    examples
}

/// Every command that the header of this source shows.
pub(crate) fn shown(source: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    let mut lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(without_margin);
    while let Some(line) = lines.next() {
        let Some((variables, command)) =
            line.strip_prefix("$ ").and_then(|command| command.split_once("cargo run --example "))
        else {
            continue;
        };
        let variables = variables.split_whitespace().map(|pair| {
            let (variable, value) = pair.split_once('=').expect("only variables stand before the command");
            (variable.to_owned(), value.to_owned())
        });
        let (name, arguments) = command.split_once(" -- ").unwrap_or((command, ""));
        let mut output = String::new();
        for line in lines.by_ref().take_while(|line| !line.starts_with("```")) {
            output.push_str(line);
            output.push('\n');
        }
        shown.push(Shown {
            name: name.trim().to_owned(),
            variables: variables.collect(),
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            output,
        });
    }
    shown
}

/// A comment's line without the one blank before it: an output may begin with more of them.
fn without_margin(line: &str) -> &str {
    line.strip_prefix(' ').unwrap_or(line)
}

/// The built example: cargo puts it beside the folder of this test's own program.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: `cargo build --examples` makes it", program.display());
    program
}
