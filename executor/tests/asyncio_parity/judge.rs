//! Compares what a twin prints with what Python printed.

use std::fs;
use std::path::PathBuf;
use std::thread;

use executor::{ClockKind, WakeMode};

use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::ticks::output_of;

/// A program: its Python original is a file of this name, its Rust twin a module of this name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Twin {
    pub(crate) name: &'static str,
    /// Where its files are: `programs` or `more`.
    pub(crate) folder: &'static str,
    /// The real one for programs with threads, whose work takes real time; else the virtual one.
    pub(crate) clock: ClockKind,
    pub(crate) program: fn(),
}

impl Twin {
    /// The folder of the Python programs and their outputs.
    pub(crate) fn directory(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity").join(self.folder)
    }

    fn file(&self, extension: &str) -> Option<String> {
        fs::read_to_string(self.directory().join(format!("{}.{extension}", self.name))).ok()
    }

    /// What `CPython` prints, or what `ticks.py` predicts of a design with direct wake-ups. Where we
    /// deliberately do something else, that is written down beside it, in a file with `rust` in its
    /// name.
    fn expected(&self, wake: WakeMode) -> String {
        let extensions: &[&str] = match wake {
            WakeMode::Asyncio => &["rust.out", "out"],
            WakeMode::Direct => &["rust.waker.out", "waker.out", "rust.out", "out"],
        };
        extensions.iter().find_map(|extension| self.file(extension)).expect("every program has an output")
    }

    /// What Python prints: `ticks.py` as it is, or in its model of direct wake-ups. The few lines
    /// that changed since 3.11 have files of their own, by version.
    pub(crate) fn expected_of_python(&self, minor: u32, model: &str) -> String {
        let models: &[&str] = if model == "waker" { &["waker.out", "out"] } else { &["out"] };
        for extension in models {
            for minor in (12..=minor).rev() {
                if let Some(output) = self.file(&format!("3.{minor}.{extension}")) {
                    return output;
                }
            }
            if let Some(output) = self.file(extension) {
                return output;
            }
        }
        panic!("every program has an output");
    }
}

/// Demands that the twin prints on every kind of loop what it must.
pub(crate) fn judge(twin: Twin) {
    match twin.clock {
        // What takes real time takes it at the same time.
        ClockKind::Real => thread::scope(|scope| {
            for kind in Kind::all() {
                scope.spawn(move || judge_on(twin, &[kind]));
            }
        }),
        _ => judge_on(twin, &Kind::all()),
    }
}

fn judge_on(twin: Twin, kinds: &[Kind]) {
    for kind in kinds.iter().copied() {
        let printed = within_patience(move || output_of(twin.program, kind, twin.clock));
        let expected = twin.expected(kind.wake);
        assert!(
            printed == expected,
            "{} on {kind:?} printed\n{printed}\nand should have printed\n{expected}",
            twin.name,
        );
    }
}

/// The same for many programs, so many times on each kind of loop: on this thread, and with nothing around it, so that a
/// run costs next to nothing.
pub(crate) fn judge_again(twins: &[Twin], times: usize) {
    let kinds = Kind::all();
    for twin in twins {
        if twin.clock == ClockKind::Real {
            continue;
        }
        for kind in &kinds {
            let expected = twin.expected(kind.wake);
            for round in 0..times {
                let printed = output_of(twin.program, *kind, twin.clock);
                assert!(
                    printed == expected,
                    "round {round} of {} on {kind:?} printed\n{printed}\nand should have printed\n{expected}",
                    twin.name,
                );
            }
        }
    }
}
