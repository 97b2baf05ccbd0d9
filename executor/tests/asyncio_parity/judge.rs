//! Compares what a twin prints with what Python printed.

use std::thread;

use executor::ClockKind;

use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::ticks::output_of;
use crate::twins::Twin;

impl Twin {
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
