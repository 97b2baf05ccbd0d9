//! Everybody takes a turn with each probe, over and over.

use std::env;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde_json::Value;

use crate::figures::Figures;
use crate::probe::{How, Probe};
use crate::rows::Row;
use crate::runtimes::Runtime;

/// Measures these rows in so many rounds. `say` is told how far it is.
pub fn measure(rows: &[&'static Row], rounds: usize, how: How, say: &dyn Fn(&str)) -> Figures {
    let mut probes: Vec<Probe> = rows.iter().map(|row| row.probe).collect();
    probes.dedup();
    let mut figures = Figures::default();
    for round in 0..rounds {
        for probe in &probes {
            say(&format!("round {} of {rounds}: {}", round + 1, word(*probe)));
            for place in 0..Runtime::ALL.len() {
                // Nobody always comes first.
                let runtime = Runtime::ALL[(round + place) % Runtime::ALL.len()];
                let how = How { seed: how.seed + round as u64, ..how };
                match in_a_process(*probe, runtime, how) {
                    Some(found) => {
                        for row in rows {
                            if let Some(figure) = found[row.key].as_f64() {
                                figures.add(row.key, runtime, round, figure);
                            }
                        }
                    }
                    None => say(&format!("{} failed at {}", runtime.title(), word(*probe))),
                }
            }
        }
    }
    figures
}

fn word(probe: Probe) -> String {
    probe.to_possible_value().expect("no probe is left out").get_name().to_owned()
}

/// What the process says: an object of figures by the keys of their rows. Nothing if it fails.
fn in_a_process(probe: Probe, runtime: Runtime, how: How) -> Option<Value> {
    let this = env::current_exe().expect("a program has a path");
    let mut command = if probe == Probe::Memory {
        // An allocator that counts takes time, which what is timed is not to pay.
        let mut command = Command::new(this.with_file_name("memory"));
        command.arg(runtime.key());
        command
    } else {
        let mut command = Command::new(this);
        command.args(["figures", &word(probe), runtime.key()]);
        command.args(["--core", &how.core.to_string()]);
        command.args(["--sleeps", &how.sleeps.to_string(), "--seed", &how.seed.to_string()]);
        command
    };
    // Nothing from outside changes what is measured.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("LOOP_") || name.starts_with("RUST_LOG") {
            command.env_remove(&*name);
        }
    }
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap_or_else(|error| {
            panic!("{}: {error}; build all programs", command.get_program().display())
        });
    if !output.status.success() {
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).expect("it prints an object"))
}
