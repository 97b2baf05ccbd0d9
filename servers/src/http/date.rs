//! The text of the `Date` header, made once a second.
//!
//! Every answer of a server with a clock carries the date (RFC 9110, section 6.6.1), to the second. A busy server sends
//! a hundred thousand answers in that second, and working out day, month and year costs more than the rest of
//! the head together; so the text is kept until the second changes.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second that the format can write: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A cache of one date text. One per server is enough.
#[derive(Debug, Default)]
pub struct DateText {
    /// When it last looked at the calendar, by the driver's clock.
    looked: Option<Duration>,
    second: u64,
    text: String,
}

impl DateText {
    /// An empty cache; the first call of [`DateText::at`] fills it.
    pub fn new() -> DateText {
        DateText::default()
    }

    /// The date at `now`, as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// The caller brings the time, so that a test can bring any. A clock that is wrong must not stop the server: times
    /// before 1970 and after 9999, which the format cannot express, count as those ends.
    ///
    /// Requests that came together are answered together: `time` is when, by the clock that the driver tells to its
    /// connections, and for one time the calendar is looked at once.
    pub fn at(&mut self, time: Duration, calendar: impl FnOnce() -> SystemTime) -> &str {
        if self.looked.replace(time) != Some(time) {
            self.look(calendar());
        }
        &self.text
    }

    fn look(&mut self, now: SystemTime) {
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = since_epoch.as_secs().min(LAST_SECOND);
        if second != self.second || self.text.is_empty() {
            self.second = second;
            self.text.clear();
            let date = httpdate::HttpDate::from(UNIX_EPOCH + Duration::from_secs(second));
            // Writing to a String cannot fail.
            let _ = write!(self.text, "{date}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text at this moment, which has come since the last one.
    fn at(date: &mut DateText, moment: SystemTime) -> String {
        date.looked = None;
        date.at(Duration::ZERO, || moment).to_owned()
    }

    #[test]
    fn writes_the_date_of_the_rfc() {
        let date = &mut DateText::new();
        let moment = UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(at(date, moment), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn keeps_the_text_within_a_second_and_renews_it_after() {
        let date = &mut DateText::new();
        let moment = UNIX_EPOCH + Duration::from_millis(784_111_777_100);
        at(date, moment);
        let first = date.text.as_ptr();
        at(date, moment + Duration::from_millis(800));
        assert_eq!(date.text.as_ptr(), first);
        assert_eq!(at(date, moment + Duration::from_millis(900)), "Sun, 06 Nov 1994 08:49:38 GMT");
        // A clock that is set back is followed as well.
        assert_eq!(at(date, moment), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn looks_at_the_calendar_once_for_each_moment() {
        let mut date = DateText::new();
        let (one, other) = (Duration::from_secs(1), Duration::from_secs(2));
        date.at(one, || UNIX_EPOCH);
        assert_eq!(date.at(one, || panic!("it was looked at")), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date.at(other, || UNIX_EPOCH + one), "Thu, 01 Jan 1970 00:00:01 GMT");
    }

    #[test]
    fn the_epoch_itself_is_a_date() {
        assert_eq!(at(&mut DateText::new(), UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn clocks_that_are_wrong_do_not_panic() {
        let date = &mut DateText::new();
        assert_eq!(at(date, UNIX_EPOCH - Duration::from_secs(5)), "Thu, 01 Jan 1970 00:00:00 GMT");
        let far = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1_000_000);
        assert_eq!(at(date, far), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
