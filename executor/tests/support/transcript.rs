//! What a program says, and in which turn of the loop it says it.
//!
//! `say!("A runs")` notes `tick 3: A runs`. A test compares the whole transcript of a program with
//! the lines it must have, on every kind of loop under the virtual clock. That makes the order of
//! things exact, turns included, and nothing waits.

use std::cell::RefCell;

use executor::{ClockKind, EventLoop, WakeMode};

use super::kinds::Kind;
use super::patience::within_patience;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes a line with the number of the turn. The text is made first: an `.await` in it may take
/// turns.
macro_rules! say {
    ($($text:tt)*) => {{
        let text = format!($($text)*);
        $crate::support::transcript::note(format!("tick {}: {text}", executor::turn()))
    }};
}

pub(crate) use say;

/// Notes a line as it is: where no loop runs, or where the turn means nothing.
pub(crate) fn note(line: impl Into<String>) {
    LINES.with_borrow_mut(|lines| lines.push(line.into()));
}

/// All that has been said on this thread since the last call.
pub(crate) fn transcript() -> Vec<String> {
    LINES.take()
}

/// Demands that `program` says these lines on every kind of loop.
#[track_caller]
pub(crate) fn says(program: fn(&EventLoop), lines: &str) {
    says_by_wake(program, lines, lines);
}

/// Demands that `program` says these lines, with direct wake-ups and with asyncio's.
#[track_caller]
pub(crate) fn says_by_wake(program: fn(&EventLoop), direct: &str, asyncio: &str) {
    for kind in Kind::all() {
        let said = within_patience(move || {
            program(&kind.builder(ClockKind::Virtual).build().unwrap());
            transcript()
        });
        let expected = match kind.wake {
            WakeMode::Direct => direct,
            WakeMode::Asyncio => asyncio,
        };
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(said, expected, "on {kind:?}");
    }
}
