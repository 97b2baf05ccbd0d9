//! Where does a block of lines end? Found without looking at any byte twice.
//!
//! A head may come in one read or in five hundred. A parser that begins anew with each read does work in
//! the square of the length, which a slow sender gets for free. So the lines are found first, by a
//! scanner that remembers how far it came; what they say is parsed once, when they are all there.
//!
//! The scanner also settles what ends a line: CR LF, together. RFC 9112 (section 2.2) *allows* a lone LF.
//! We do not take it, because of what happens between two servers of which one does.

use std::ops::Range;

use memchr::memchr;

/// What the scanner found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its CR LF.
    Complete(Range<usize>),
    /// The line goes on in bytes that have not come yet.
    Incomplete,
    /// The line has not ended where it had to.
    TooLong,
    /// The line ended with LF alone.
    BareLineFeed,
}

/// A position in a block of lines. The block is passed anew with each call, since its buffer may move as
/// it grows.
#[derive(Debug, Clone, Default)]
pub(super) struct LineScanner {
    line_start: usize,
    searched: usize,
}

impl LineScanner {
    /// A scanner for the block that begins at `start`.
    pub(super) fn starting_at(start: usize) -> LineScanner {
        LineScanner { line_start: start, searched: start }
    }

    /// The next line of `block`, which must end, CR LF included, before position `limit`.
    ///
    /// Nothing beyond `limit` is looked at. That makes the verdict the same however the bytes arrive: a
    /// line end that comes too late is never found, whether it is already in the buffer or not.
    pub(super) fn next_line(&mut self, block: &[u8], limit: usize) -> Line {
        let visible = &block[..block.len().min(limit)];
        let Some(offset) = memchr(b'\n', &visible[self.searched..]) else {
            self.searched = visible.len();
            return if block.len() < limit { Line::Incomplete } else { Line::TooLong };
        };
        let line_feed = self.searched + offset;
        if line_feed == self.line_start || visible[line_feed - 1] != b'\r' {
            return Line::BareLineFeed;
        }
        let line = self.line_start..line_feed - 1;
        self.line_start = line_feed + 1;
        self.searched = self.line_start;
        Line::Complete(line)
    }

    /// Where the next line begins: behind the last one that was found.
    pub(super) fn position(&self) -> usize {
        self.line_start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_where_it_stopped() {
        let mut scanner = LineScanner::default();
        assert_eq!(scanner.next_line(b"ab\r", 99), Line::Incomplete);
        assert_eq!(scanner.searched, 3, "what was searched is not searched again");
        assert_eq!(scanner.next_line(b"ab\r\n\r\n", 99), Line::Complete(0..2));
        assert_eq!(scanner.next_line(b"ab\r\n\r\n", 99), Line::Complete(4..4));
        assert_eq!(scanner.position(), 6);
    }

    #[test]
    fn wants_cr_before_lf() {
        assert_eq!(LineScanner::default().next_line(b"ab\n", 99), Line::BareLineFeed);
        assert_eq!(LineScanner::default().next_line(b"\n", 99), Line::BareLineFeed);
        // The CR must belong to the same line.
        assert_eq!(LineScanner::starting_at(1).next_line(b"\r\n", 99), Line::BareLineFeed);
    }

    #[test]
    fn the_limit_is_exact() {
        assert_eq!(LineScanner::default().next_line(b"ab\r\n", 4), Line::Complete(0..2));
        assert_eq!(LineScanner::default().next_line(b"abc\r\n", 4), Line::TooLong);
        assert_eq!(LineScanner::default().next_line(b"abc", 4), Line::Incomplete);
        assert_eq!(LineScanner::default().next_line(b"abcd", 4), Line::TooLong);
    }
}
