//! Until when a wait may last.
//!
//! It is a moment and not a duration: so nobody has to look at the clock before a wait, nor again for
//! what is left when a signal has interrupted it. (asyncio hands its selector a duration.)

use std::time::{Duration, Instant};

/// Until when a [wait](crate::Reactor::wait) may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Not at all: only look. asyncio: a timeout of 0.
    Now,
    /// This moment.
    At(Instant),
    /// As long as it takes. asyncio: a timeout of `None`.
    Forever,
}

impl Until {
    /// The moment that is so far away from now. What is farther than the clock can count never comes.
    pub fn after(timeout: Duration) -> Self {
        if timeout.is_zero() {
            return Until::Now;
        }
        Instant::now().checked_add(timeout).map_or(Until::Forever, Until::At)
    }

    /// How long it is until then, as the operating system wants to know it.
    pub(crate) fn left(self) -> Option<Duration> {
        match self {
            Until::Now => Some(Duration::ZERO),
            Until::At(moment) => Some(moment.saturating_duration_since(Instant::now())),
            Until::Forever => None,
        }
    }
}
