//! The commands that the pages show: run as a reader would type them, from the repository's root.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::pages::root;

/// No command that is shown takes longer than this.
const PATIENCE: Duration = Duration::from_mins(3);

/// What came of a command.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) success: bool,
}

/// Runs a line in a shell. What it leaves in the background is waited for.
pub(crate) fn run(line: &str) -> Ran {
    let mut command = Command::new("sh");
    // Cargo's own news ("Finished ...") are nothing that a program says.
    let line = line.replace("cargo run", "cargo run --quiet");
    command.args(["-c", &format!("{line}\nstatus=$?; wait; exit $status")]).current_dir(root());
    for (variable, _) in std::env::vars() {
        // What cargo and the runs of this test with other switches have set is not set in a reader's shell.
        let is_kept = variable == "CARGO_HOME" || variable == "CARGO_TARGET_DIR";
        let is_set = ["LOOP_", "CARGO_", "RUST_LOG"].iter().any(|prefix| variable.starts_with(prefix));
        if is_set && !is_kept {
            command.env_remove(variable);
        }
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let errors = thread::spawn(move || text(&mut stderr));
    let (sender, output) = mpsc::channel();
    thread::spawn(move || sender.send(text(&mut stdout)));
    let Ok(stdout) = output.recv_timeout(PATIENCE) else {
        let _ = child.kill();
        panic!("`{line}` does not end");
    };
    let success = child.wait().unwrap().success();
    Ran { stdout, stderr: errors.join().unwrap(), success }
}

fn text(from: &mut dyn Read) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a command is quick to run in a debug build: an example.
pub(crate) fn is_quick(line: &str) -> bool {
    line.contains("cargo run --example")
}

/// An output without what was measured: each number becomes `N`, and so does its unit; and what happens in the same
/// millisecond may be told in either order.
pub(crate) fn form(output: &str) -> String {
    let mut form = String::new();
    for line in output.lines() {
        let mut previous = ' ';
        for letter in line.chars() {
            let letter = if letter.is_ascii_digit() { 'N' } else { letter };
            let goes_on = previous == 'N' && (letter == 'N' || letter == '.');
            if !goes_on {
                form.push(letter);
                previous = letter;
            }
        }
        form = form.replace("N ms", "N s").replace("N us", "N s").replace("N µs", "N s");
        form.push('\n');
    }
    let mut lines: Vec<_> = Vec::new();
    for line in form.lines() {
        lines.push(line.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    lines.sort();
    lines.join("\n")
}
