//! The body of a request: where it begins, and where the next request does.
//!
//! A body is always read whole, also when the route does not want it. Otherwise its bytes would be taken
//! for the next request.
//!
//! With a length there is nothing to do but wait until so many bytes are there: the route sees them where
//! they lie. With chunks the body is put together first (see `chunked`), and behind the last chunk come
//! trailers: lines like those of the head, which end with an empty line as they do.
//!
//! ```text
//! Length    head | body ........................ | next request
//! Chunks    head | size line | data | size line | data | ... | 0 | trailers | empty line | next request
//! then      head | data data ... | (gap)                         | trailers | empty line | next request
//! ```
//!
//! Everything is counted from the first byte of the request, not of the buffer: when the buffer drops
//! requests that are done with, it moves, and positions inside a request stay true.

use std::ops::Range;

use super::chunked::ChunkDecoder;
use super::error::Error;
use super::framing::Framing;
use super::head::parse_lines;
use super::limits::{Limits, MOST_HEADERS};
use super::lines::{Line, LineScanner};

/// A body that is complete. Positions count from the first byte of the request.
#[derive(Debug)]
pub(super) struct Extent {
    /// The bytes for the route.
    pub(super) body: Range<usize>,
    /// Where the next request begins.
    pub(super) end: usize,
}

/// Reads a body that may come in pieces.
#[derive(Debug)]
pub(super) struct BodyReader {
    /// Where the body begins: at the end of the head.
    start: usize,
    progress: Progress,
}

/// What is still to come. It only ever moves down this list.
#[derive(Debug)]
enum Progress {
    /// So many bytes in one piece.
    Length(usize),
    /// Chunks, the last one not seen yet.
    Chunks(ChunkDecoder),
    /// The body is complete, the request is not.
    Trailers { body_end: usize, reader: TrailerReader },
}

impl BodyReader {
    /// A reader for the body that begins at `start`, behind its head.
    pub(super) fn new(start: usize, framing: Framing) -> BodyReader {
        let progress = match framing {
            Framing::Length(length) => Progress::Length(length),
            Framing::Chunked => Progress::Chunks(ChunkDecoder::new(start)),
        };
        BodyReader { start, progress }
    }

    /// The body, if all of it is there; else `None`, and call again with more.
    ///
    /// The request begins at `input[request_start]`; from there on the input may be rewritten.
    pub(super) fn read(
        &mut self,
        input: &mut Vec<u8>,
        request_start: usize,
        limits: &Limits,
    ) -> Result<Option<Extent>, Error> {
        if let Progress::Chunks(decoder) = &mut self.progress {
            if !decoder.decode(&mut input[request_start..], limits)? {
                decoder.close_gap(input, request_start);
                return Ok(None);
            }
            let reader = TrailerReader::starting_at(decoder.raw_start());
            self.progress = Progress::Trailers { body_end: decoder.decoded_end(), reader };
        }
        // From here on the buffer stays as it is: a trailer scanner has positions in it.
        let request = &input[request_start..];
        match &mut self.progress {
            Progress::Length(length) => {
                let end = self.start + *length;
                Ok(if request.len() < end { None } else { Some(Extent { body: self.start..end, end }) })
            }
            Progress::Trailers { body_end, reader } => {
                let Some(end) = reader.read(request, limits)? else { return Ok(None) };
                Ok(Some(Extent { body: self.start..*body_end, end }))
            }
            // Handled above.
            Progress::Chunks(_) => Ok(None),
        }
    }
}

/// Reads the lines between the last chunk and the empty line: headers that the sender only knew at the end.
///
/// They are checked and dropped, as RFC 9110 (section 6.5.1) allows: no route wants one, and a server
/// that merged them into the headers would let a peer change its mind about what it has said there.
#[derive(Debug)]
struct TrailerReader {
    /// The first byte behind the last chunk.
    start: usize,
    lines: LineScanner,
    count: usize,
}

impl TrailerReader {
    /// A reader for the lines behind the last chunk's size line.
    fn starting_at(start: usize) -> TrailerReader {
        TrailerReader { start, lines: LineScanner::starting_at(start), count: 0 }
    }

    /// The position behind the empty line, once that is there.
    ///
    /// The loop is the one in `head`, with other limits: the grammar of trailers is the grammar of headers.
    fn read(&mut self, request: &[u8], limits: &Limits) -> Result<Option<usize>, Error> {
        loop {
            match self.lines.next_line(request, self.start + limits.max_trailer_bytes) {
                Line::Complete(line) if line.is_empty() => break,
                Line::Complete(_) => self.count += 1,
                Line::Incomplete => return Ok(None),
                Line::TooLong => return Err(Error::HeadersTooLong),
                Line::BareLineFeed => return Err(Error::BareLineFeed),
            }
            if self.count > limits.max_headers.min(MOST_HEADERS) {
                return Err(Error::TooManyHeaders);
            }
        }
        let end = self.lines.position();
        // Nearly no sender has trailers, and the table for them is worth saving.
        if self.count > 0 {
            check_trailers(&request[self.start..end])?;
        }
        Ok(Some(end))
    }
}

/// What decides about length or destination cannot come after the body (RFC 9110, section 6.5.1). We
/// would drop it anyway; the next server that sees this request might not, so it is refused.
fn check_trailers(lines: &[u8]) -> Result<(), Error> {
    let mut table = [httparse::EMPTY_HEADER; MOST_HEADERS];
    for trailer in parse_lines(lines, &mut table).ok_or(Error::Trailer)? {
        for forbidden in ["content-length", "transfer-encoding", "host"] {
            if trailer.name.eq_ignore_ascii_case(forbidden) {
                return Err(Error::Trailer);
            }
        }
    }
    Ok(())
}
