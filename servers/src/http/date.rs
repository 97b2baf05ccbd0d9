//! The `Date` header, made once a second.
//!
//! Every answer of a server with a clock carries the date (RFC 9110, section 6.6.1), to the second. A
//! busy server sends a hundred thousand answers in that second, and working out day, month and year costs
//! more than the rest of the head together; so the line is kept until the second changes.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second that the format can write: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A cache of one header line. One per server is enough.
#[derive(Debug, Default)]
pub struct DateLine {
    /// When the next second begins, by the driver's clock.
    until: Duration,
    line: String,
}

impl DateLine {
    /// An empty cache; the first call of [`DateLine::at`] fills it.
    pub fn new() -> DateLine {
        DateLine::default()
    }

    /// The header line, with its end: `Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n`.
    ///
    /// `time` is that of the clock that the driver tells to its connections; `calendar` tells the date,
    /// and is looked at once a second. If the calendar is set meanwhile, or the machine slept, that shows
    /// at the next look.
    ///
    /// The caller brings both, so that a test can bring any. A clock that is wrong must not stop the
    /// server: times before 1970 and after 9999, which the format cannot express, count as those ends.
    pub fn at(&mut self, time: Duration, calendar: impl FnOnce() -> SystemTime) -> &str {
        if time >= self.until {
            self.look(time, calendar());
        }
        &self.line
    }

    fn look(&mut self, time: Duration, now: SystemTime) {
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = since_epoch.as_secs().min(LAST_SECOND);
        let passed = Duration::from_nanos(since_epoch.subsec_nanos().into());
        self.until = time + Duration::from_secs(1).saturating_sub(passed);
        self.line.clear();
        let date = httpdate::HttpDate::from(UNIX_EPOCH + Duration::from_secs(second));
        // Writing to a String cannot fail.
        let _ = write!(self.line, "Date: {date}\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line at this moment, whatever it was before.
    fn at(date: &mut DateLine, moment: SystemTime) -> String {
        date.until = Duration::ZERO;
        date.at(Duration::ZERO, || moment).to_owned()
    }

    #[test]
    fn writes_the_date_of_the_rfc() {
        let date = &mut DateLine::new();
        let moment = UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(at(date, moment), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    }

    #[test]
    fn keeps_the_line_within_a_second_and_renews_it_after() {
        let mut date = DateLine::new();
        let moment = UNIX_EPOCH + Duration::from_millis(784_111_777_100);
        let [first, last, next] = [10_000, 10_899, 10_900].map(Duration::from_millis);
        date.at(first, || moment);
        assert_eq!(date.at(last, || panic!("it was looked at")), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
        let later = moment + Duration::from_millis(900);
        assert_eq!(date.at(next, || later), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
        // A clock that is set back is followed as well.
        assert_eq!(
            date.at(next + Duration::from_secs(1), || moment),
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        );
    }

    #[test]
    fn the_epoch_itself_is_a_date() {
        assert_eq!(at(&mut DateLine::new(), UNIX_EPOCH), "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    }

    #[test]
    fn clocks_that_are_wrong_do_not_panic() {
        let date = &mut DateLine::new();
        assert_eq!(at(date, UNIX_EPOCH - Duration::from_secs(5)), "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
        let far = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1_000_000);
        assert_eq!(at(date, far), "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n");
    }
}
