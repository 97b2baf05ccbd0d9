//! How many turns may run before the person at the terminal is asked.

use std::cell::Cell;

/// More turns than there will be.
pub(super) const FOR_GOOD: u64 = u64::MAX;

/// Whether somebody steps through the turns of a loop by hand, and how far they have said to go.
#[derive(Debug)]
pub(crate) struct Stepper {
    unasked: Cell<u64>,
}

impl Default for Stepper {
    /// A stepper that never asks.
    fn default() -> Self {
        Stepper { unasked: Cell::new(FOR_GOOD) }
    }
}

impl Stepper {
    /// From now on, the person is asked before every turn.
    pub(crate) fn begin(&self) {
        self.unasked.set(0);
    }

    /// Whether the person is asked before the next turn.
    pub(crate) fn asks(&self) -> bool {
        self.unasked.get() == 0
    }

    /// A turn is about to run. If nobody has said that it may, `ask` finds out how many may.
    pub(super) fn count(&self, ask: impl FnOnce() -> u64) {
        if self.asks() {
            self.unasked.set(ask());
        }
        if self.unasked.get() != FOR_GOOD {
            self.unasked.set(self.unasked.get() - 1);
        }
    }
}
