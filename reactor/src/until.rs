//! Until when a wait may last.
//!
//! It is a moment and not a duration: so who wants to wait need not look at the clock before, and
//! nothing has to be reckoned anew when a signal has interrupted the wait. (asyncio hands its selector a
//! duration.)

use std::time::{Duration, Instant};

/// The longest wait that is asked for at once.
const LONGEST: Duration = Duration::from_hours(24);

/// Until when a [wait](crate::Reactor::wait) may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until<M = Instant> {
    /// Not at all: only look. asyncio: a timeout of 0.
    Now,
    /// This moment, by the clock of whoever says so: the [reactor](crate::Reactor)'s is the machine's.
    At(M),
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

    /// How long it is until then, as the operating system wants to know it: at most a day, since some
    /// systems refuse to wait for years.
    pub(crate) fn left(self) -> Option<Duration> {
        match self {
            Until::Now => Some(Duration::ZERO),
            Until::At(moment) => Some(moment.saturating_duration_since(Instant::now()).min(LONGEST)),
            Until::Forever => None,
        }
    }
}
