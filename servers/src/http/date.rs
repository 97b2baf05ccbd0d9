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
    pub fn at(&mut self, now: SystemTime) -> &str {
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = since_epoch.as_secs().min(LAST_SECOND);
        if second != self.second || self.text.is_empty() {
            self.second = second;
            self.text.clear();
            let date = httpdate::HttpDate::from(UNIX_EPOCH + Duration::from_secs(second));
            // Writing to a String cannot fail.
            let _ = write!(self.text, "{date}");
        }
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_date_of_the_rfc() {
        let mut date = DateText::new();
        let moment = UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(date.at(moment), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn keeps_the_text_within_a_second_and_renews_it_after() {
        let mut date = DateText::new();
        let moment = UNIX_EPOCH + Duration::from_millis(784_111_777_100);
        let first = date.at(moment).as_ptr();
        assert_eq!(date.at(moment + Duration::from_millis(800)).as_ptr(), first);
        assert_eq!(date.at(moment + Duration::from_millis(900)), "Sun, 06 Nov 1994 08:49:38 GMT");
        // A clock that is set back is followed as well.
        assert_eq!(date.at(moment), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn the_epoch_itself_is_a_date() {
        assert_eq!(DateText::new().at(UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn clocks_that_are_wrong_do_not_panic() {
        let mut date = DateText::new();
        assert_eq!(date.at(UNIX_EPOCH - Duration::from_secs(5)), "Thu, 01 Jan 1970 00:00:00 GMT");
        let far = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1_000_000);
        assert_eq!(date.at(far), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
