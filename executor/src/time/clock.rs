//! What time is it? Three answers, one enum.
//!
//! The loop never asks the machine for the time except through [`Clock`], so exchanging the clock
//! exchanges time itself:
//!
//! * **real**: the machine's monotonic clock.
//! * **virtual**: time stands still while tasks run. When every task waits, it jumps to the next
//!   deadline. A program that sleeps ten seconds runs at once and prints the same every time: this is the
//!   clock of the tests.
//! * **stepping**: for debuggers. A person at a breakpoint stops the program but not the machine's clock,
//!   and all timers would be overdue at once; here the pause hardly counts, so timers keep their order
//!   while you step.
//!
//! asyncio has one clock, `loop.time()`, and its tests replace it in much the same way.

use std::cell::Cell;
use std::time::Duration;

use reactor::Until;

use super::instant::Instant;
use crate::settings::ClockKind;

/// The longest time that the stepping clock lets pass between two of its readings: more than a
/// callback should ever take, less than a person needs to press a key.
const LONGEST_STEP: Duration = Duration::from_millis(20);

/// The loop's clock.
pub(crate) struct Clock {
    kind: ClockKind,
    /// The machine's clock when the loop was built.
    built: std::time::Instant,
    /// Virtual and stepping: what this clock shows. The real one needs no memory.
    shown: Cell<Instant>,
    /// Stepping: the machine's clock at the last reading.
    last_read: Cell<std::time::Instant>,
}

impl Clock {
    pub(crate) fn new(kind: ClockKind) -> Self {
        let built = std::time::Instant::now();
        Clock { kind, built, shown: Cell::new(Instant::START), last_read: Cell::new(built) }
    }

    pub(crate) fn kind(&self) -> ClockKind {
        self.kind
    }

    /// The time. asyncio: `loop.time()`.
    pub(crate) fn now(&self) -> Instant {
        match self.kind {
            ClockKind::Real => Instant::START + self.built.elapsed(),
            ClockKind::Virtual => self.shown.get(),
            ClockKind::Stepping => self.count(LONGEST_STEP),
        }
    }

    /// How long the operating system is to be asked to wait, when the loop wants to wait `until` then.
    ///
    /// The virtual clock only looks at the sockets, unless nothing but them can end the wait. While
    /// the thread pool works (`busy_elsewhere`) it waits for the pool: a deadline may not overtake
    /// a job that takes real time.
    pub(crate) fn to_ask_for(&self, until: Until<Instant>, busy_elsewhere: bool) -> Until {
        // Stepping: what has passed so far was work, and no part of the wait.
        let begins = if self.kind == ClockKind::Stepping { self.now() } else { self.shown.get() };
        match (until, self.kind) {
            (Until::At(moment), ClockKind::Real) => Until::At(self.built + moment.since(Instant::START)),
            (Until::At(moment), ClockKind::Stepping) => Until::after(moment.since(begins)),
            (Until::At(moment), ClockKind::Virtual) if busy_elsewhere && moment > begins => Until::Forever,
            (Until::At(_), ClockKind::Virtual) | (Until::Now, _) => Until::Now,
            (Until::Forever, _) => Until::Forever,
        }
    }

    /// To be told after each wait that might last `until` then, and that the operating system was asked
    /// for as `asked`: `in_vain` if nothing came but the time.
    pub(crate) fn waited(&self, until: Until<Instant>, asked: Until, in_vain: bool) {
        match (self.kind, until) {
            // Not if the pool was waited for: that wait may end before a call does.
            (ClockKind::Virtual, Until::At(moment)) if in_vain && asked != Until::Forever => {
                self.shown.set(self.shown.get().max(moment));
            }
            // Standing at a breakpoint inside the wait counts for no more than what was asked.
            (ClockKind::Stepping, Until::At(moment)) => {
                self.count(moment.since(self.shown.get()));
            }
            (ClockKind::Stepping, Until::Forever) => {
                self.count(Duration::MAX);
            }
            _ => {}
        }
    }

    /// Lets virtual time pass at once: what a blocking call does to it. Other clocks go by
    /// themselves.
    pub(crate) fn advance(&self, duration: Duration) {
        if self.kind == ClockKind::Virtual {
            self.shown.set(self.shown.get() + duration);
        }
    }

    /// Stepping: counts the time since the last reading, but at most `most` of it.
    fn count(&self, most: Duration) -> Instant {
        let read = std::time::Instant::now();
        let passed = read.duration_since(self.last_read.replace(read));
        self.shown.set(self.shown.get() + passed.min(most));
        self.shown.get()
    }
}
