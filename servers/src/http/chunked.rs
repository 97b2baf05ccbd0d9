//! A body in chunks, for a sender that does not know the length beforehand (RFC 9112, section 7.1).
//!
//! ```text
//! 5\r\n            the size of a chunk, in hexadecimal
//! hello\r\n        so many bytes, and a line end
//! 6;name=value\r\n a size may have extensions; nobody uses them
//! , loop\r\n
//! 0\r\n            the last chunk has no bytes; behind it come trailers (see `body`)
//! ```
//!
//! Every byte between the data is checked by a small state machine, because each of these has been used
//! to smuggle a request past some server: `0 5`, `+5`, `0x5`, a size of 17 digits, a size ended by LF
//! alone, a chunk without its line end. (`httparse::parse_chunk_size` takes an empty size for 0, which is
//! why it is not used.)
//!
//! The data is put together in place: each chunk moves down in the buffer over the size line before it,
//! so that the route sees one slice and no second buffer is needed.

use super::error::Error;
use super::limits::Limits;
use super::query::hex_digit;

/// Sixteen digits fill 64 bits.
const MOST_DIGITS: u32 = 16;

/// What the next byte must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A digit of the size, or what ends the size.
    Size,
    /// Space after the size: allowed only in front of an extension.
    SpaceAfterSize,
    /// Anything up to the line end.
    Extension,
    /// The LF of the size line.
    SizeLineFeed,
    /// A byte of the body.
    Data,
    /// The CR after the chunk's bytes.
    DataReturn,
    /// The LF after the chunk's bytes.
    DataLineFeed,
    /// Nothing: the last size line is complete.
    Done,
}

/// Decodes one body. Both positions count from the first byte of the message.
#[derive(Debug)]
pub(super) struct ChunkDecoder {
    state: State,
    /// Digits of the size so far. None yet is not the same as zero: an empty size is no size.
    digits: u32,
    /// Bytes missing in this chunk; while its size is read, the size so far.
    remaining: u64,
    /// In all chunks so far.
    extension_bytes: usize,
    // body_start .. decoded_end .. raw_start .. end of what came
    //     the body so far     gap      to be decoded
    body_start: usize,
    decoded_end: usize,
    raw_start: usize,
}

impl ChunkDecoder {
    /// A decoder for chunks that begin at `body_start`.
    pub(super) fn new(body_start: usize) -> ChunkDecoder {
        ChunkDecoder {
            state: State::Size,
            digits: 0,
            remaining: 0,
            extension_bytes: 0,
            body_start,
            decoded_end: body_start,
            raw_start: body_start,
        }
    }

    /// Where the body that has been put together ends.
    pub(super) fn decoded_end(&self) -> usize {
        self.decoded_end
    }

    /// Where the bytes begin that have not been looked at.
    pub(super) fn raw_start(&self) -> usize {
        self.raw_start
    }

    /// Decodes what is there. True when the last chunk's size line is complete.
    pub(super) fn decode(&mut self, message: &mut [u8], limits: &Limits) -> Result<bool, Error> {
        while self.state != State::Done && self.raw_start < message.len() {
            if self.state == State::Data {
                self.take_data(message);
            } else {
                let byte = message[self.raw_start];
                self.raw_start += 1;
                self.state = self.state_after(byte, limits)?;
            }
        }
        Ok(self.state == State::Done)
    }

    /// Moves as much of the chunk as is there down to the end of the body.
    fn take_data(&mut self, message: &mut [u8]) {
        let available = message.len() - self.raw_start;
        let length = usize::try_from(self.remaining).map_or(available, |remaining| remaining.min(available));
        message.copy_within(self.raw_start..self.raw_start + length, self.decoded_end);
        self.raw_start += length;
        self.decoded_end += length;
        self.remaining -= length as u64;
        if self.remaining == 0 {
            self.state = State::DataReturn;
        }
    }

    /// Removes the gap that decoding has left between the body and what is still to be decoded.
    ///
    /// It is called while bytes are missing. Without it, a sender of one-byte chunks would make us hold
    /// six bytes for each byte of the body.
    pub(super) fn close_gap(&mut self, input: &mut Vec<u8>, message_start: usize) {
        input.drain(message_start + self.decoded_end..message_start + self.raw_start);
        self.raw_start = self.decoded_end;
    }

    /// The state machine: each row says which byte may come in which state. What has no row is malformed.
    fn state_after(&mut self, byte: u8, limits: &Limits) -> Result<State, Error> {
        match (self.state, byte) {
            (State::Size, b'\r') if self.digits > 0 => Ok(State::SizeLineFeed),
            (State::Size | State::SpaceAfterSize, b';') if self.digits > 0 => self.count_extension(limits),
            (State::Size | State::SpaceAfterSize, b' ' | b'\t') if self.digits > 0 => {
                self.count_extension(limits)?;
                Ok(State::SpaceAfterSize)
            }
            (State::Size, digit) => self.add_digit(digit),
            (State::Extension, b'\r') => Ok(State::SizeLineFeed),
            (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => self.count_extension(limits),
            (State::SizeLineFeed, b'\n') => self.begin_chunk(limits),
            (State::DataReturn, b'\r') => Ok(State::DataLineFeed),
            (State::DataLineFeed, b'\n') => {
                self.digits = 0;
                Ok(State::Size)
            }
            _ => Err(Error::Chunk),
        }
    }

    /// Sixteen digits cannot overflow, and no honest chunk has more, so it is digits that are counted.
    fn add_digit(&mut self, byte: u8) -> Result<State, Error> {
        let value = hex_digit(byte).ok_or(Error::Chunk)?;
        self.digits += 1;
        if self.digits > MOST_DIGITS {
            return Err(Error::Chunk);
        }
        self.remaining = self.remaining * 16 + u64::from(value);
        Ok(State::Size)
    }

    /// The limit holds for all chunks together: a little on each of a million chunks is a lot.
    fn count_extension(&mut self, limits: &Limits) -> Result<State, Error> {
        self.extension_bytes += 1;
        if self.extension_bytes > limits.max_chunk_extensions {
            return Err(Error::ChunkExtensions);
        }
        Ok(State::Extension)
    }

    /// The size is known: refuse a body that will be too large before its bytes come.
    fn begin_chunk(&self, limits: &Limits) -> Result<State, Error> {
        if self.remaining == 0 {
            return Ok(State::Done);
        }
        let room = limits.max_body.saturating_sub(self.decoded_end - self.body_start);
        if self.remaining > room as u64 {
            return Err(Error::BodyTooLarge);
        }
        Ok(State::Data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes `text`, `step` bytes at a time, closing the gap after each; gives body and rest.
    fn decode(text: &str, step: usize) -> Result<(String, String), Error> {
        let limits = Limits { max_body: 20, max_chunk_extensions: 10, ..Limits::default() };
        let mut decoder = ChunkDecoder::new(3);
        let mut buffer = b"??HEAD".to_vec();
        buffer.truncate(5);
        let mut done = false;
        for piece in text.as_bytes().chunks(step) {
            buffer.extend_from_slice(piece);
            if !done {
                done = decoder.decode(&mut buffer[2..], &limits)?;
            }
            if !done {
                decoder.close_gap(&mut buffer, 2);
            }
        }
        let body = buffer[5..2 + decoder.decoded_end()].to_vec();
        let rest = buffer[2 + decoder.raw_start()..].to_vec();
        assert_eq!(&buffer[..5], b"??HEA");
        let rest = if done { rest } else { b"incomplete".to_vec() };
        Ok((String::from_utf8(body).unwrap(), String::from_utf8(rest).unwrap()))
    }

    fn decode_in_all_ways(text: &str) -> Result<(String, String), Error> {
        let whole = decode(text, 1000);
        for step in 1..text.len().max(2) {
            assert_eq!(decode(text, step), whole, "{text:?} in steps of {step}");
        }
        whole
    }

    #[test]
    fn puts_chunks_together() {
        let text = "5\r\nhello\r\n00006;a=\"b\"\r\n, loop\r\n1 ;x\r\n!\r\n0\r\nrest";
        assert_eq!(decode_in_all_ways(text), Ok(("hello, loop!".to_string(), "rest".to_string())));
        assert_eq!(decode_in_all_ways("000\r\n"), Ok((String::new(), String::new())));
        assert_eq!(decode_in_all_ways("a\r\n0123456789\r\n"), Ok(("0123456789".into(), "incomplete".into())));
        assert_eq!(decode_in_all_ways("A\r\n01\r\n"), Ok(("01\r\n".into(), "incomplete".into())));
    }

    #[test]
    fn refuses_what_is_not_a_size() {
        for bad in [
            "\r\n",
            ";a\r\n",
            " 5\r\n",
            "5 \r\n",
            "0 5\r\n",
            "+5\r\n",
            "-5\r\n",
            "0x5\r\n",
            "g\r\n",
            "5\n",
            "5\r\r\n",
            "5\rx",
            "00000000000000005\r\n",
            "5;a\n",
            "5;a\0\r\n",
            "5;a\rb\r\n",
            "5;\u{7f}\r\n",
            "5,\r\n",
        ] {
            assert_eq!(decode_in_all_ways(bad), Err(Error::Chunk), "{bad:?}");
        }
    }

    #[test]
    fn refuses_a_chunk_without_its_line_end() {
        for bad in ["1\r\nab\r\n", "1\r\na\n", "1\r\na\rb", "1\r\na0\r\n"] {
            assert_eq!(decode_in_all_ways(bad), Err(Error::Chunk), "{bad:?}");
        }
    }

    #[test]
    fn refuses_what_is_too_large() {
        assert_eq!(decode_in_all_ways("15\r\n"), Err(Error::BodyTooLarge));
        assert_eq!(decode_in_all_ways("ffffffffffffffff\r\n"), Err(Error::BodyTooLarge));
        assert_eq!(decode_in_all_ways("a\r\n0123456789\r\nb\r\n"), Err(Error::BodyTooLarge));
        assert!(decode_in_all_ways("a\r\n0123456789\r\na\r\n0123456789\r\n0\r\n").is_ok());
    }

    #[test]
    fn refuses_too_many_extensions() {
        assert!(decode_in_all_ways("1;234567890\r\na\r\n0\r\n").is_ok());
        assert_eq!(decode_in_all_ways("1;2345678901\r\na\r\n0\r\n"), Err(Error::ChunkExtensions));
        assert_eq!(decode_in_all_ways("1;23456\r\na\r\n1;23456\r\na\r\n"), Err(Error::ChunkExtensions));
    }
}
