//! A moment on the loop's clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment on the loop's clock. asyncio: the float that `loop.time()` returns.
///
/// It is a number of nanoseconds since the loop was built, negative for moments before.
/// `std::time::Instant` would not do, for nobody can make one for a clock of his own. Sums
/// saturate, 292 years away: `now + Duration::MAX` is a far deadline and not a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);

impl Instant {
    /// When the loop was built.
    pub const START: Instant = Instant(0);
    /// Later than every deadline.
    pub const FAR_FUTURE: Instant = Instant(i64::MAX);

    /// How long after `earlier` this is: zero if it is not after it at all.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The nanoseconds since the loop was built.
    pub(crate) fn nanos(self) -> i64 {
        self.0
    }

    /// The moment so many nanoseconds after the loop was built.
    pub(crate) fn from_nanos(nanos: i64) -> Self {
        Instant(nanos)
    }

    /// The whole milliseconds since the loop was built: zero for moments before. The wheel sorts by
    /// them.
    pub(crate) fn millis(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0) / 1_000_000
    }
}

/// A duration in nanoseconds, or the longest that fits.
fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(nanos(duration)))
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_sub(nanos(duration)))
    }
}

/// Seconds since the loop was built, to the millisecond.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs() / 1_000;
        let text = format!("{sign}{}.{:03}", micros / 1_000_000, micros / 1_000 % 1_000);
        f.pad_integral(true, "", &text)
    }
}
