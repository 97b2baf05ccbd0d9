//! What may be asked of a loop from outside, whether or not it runs.

use std::fmt;

use super::EventLoop;
use crate::settings::ClockKind;

impl EventLoop {
    /// The clock it goes by.
    pub fn clock(&self) -> ClockKind {
        self.state.clock().kind()
    }

    /// The number of turns so far. What runs now runs in the turn of this number; 0 is before the
    /// first.
    pub fn turns(&self) -> u64 {
        self.state.narrator().tick()
    }
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLoop").field("turns", &self.turns()).finish_non_exhaustive()
    }
}
