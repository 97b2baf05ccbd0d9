//! Compares what a twin prints with what Python printed.

use std::num::NonZero;
use std::sync::Mutex;
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
        compare(&twin, kind, 0, &printed, &twin.expected(kind.wake));
    }
}

/// The same for many programs, so many times on each kind of loop, with nothing around a run, so that it costs next to
/// nothing. One program is on one thread, for a signal is everybody's.
pub(crate) fn judge_again(twins: &[Twin], times: usize) {
    on_all_cores(twins.iter().filter(|twin| twin.clock != ClockKind::Real), |twin| {
        for kind in Kind::all() {
            let expected = twin.expected(kind.wake);
            for round in 0..times {
                compare(twin, kind, round, &output_of(twin.program, kind, twin.clock), &expected);
            }
        }
    });
}

/// Does the work for each of them, on as many threads as there are cores.
pub(crate) fn on_all_cores<T>(all: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let waiting = Mutex::new(all);
    let next = || waiting.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(one) = next() {
                    work(one);
                }
            });
        }
    });
}

fn compare(twin: &Twin, kind: Kind, round: usize, printed: &str, expected: &str) {
    assert!(
        printed == expected,
        "round {round} of {} on {kind:?} printed\n{printed}\nand should have printed\n{expected}",
        twin.name,
    );
}
