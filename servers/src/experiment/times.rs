//! How long something took, for people.

use std::time::Duration;

/// In the unit that leaves few digits: `0.4 ms`, `23 ms`, `9.00 s`.
///
/// The experiment is about the difference between milliseconds and seconds, which is easier seen in
/// a unit than in leading zeros.
pub(super) fn took(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    // The bounds are where the rounded number would need a digit more.
    if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

/// A time that somebody chose: as short as it was written.
pub(super) fn chosen(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
