//! The reading half of a stream, with a buffer: whole lines and exact lengths out of whatever pieces
//! arrive.
//!
//! A stream of bytes has no pieces of its own. What was written in one piece may arrive in three,
//! and three in one. So whoever wants a line reads until there is one, and keeps what follows it for
//! the next time. That is all that a buffered reader is. asyncio: `StreamReader`, streams.py.
//!
//! Two promises hold for every method here. *Nothing is lost*: what has been read from the socket is in
//! the buffer until a whole answer is returned, and no method has an `.await` between taking bytes out
//! and returning them. So a read may be dropped while it waits, by a `timeout` for instance, and the next
//! one finds every byte. And *nothing grows without end*: who looks for a separator that does not come
//! gives up at the limit, so the buffer never holds more than the limit, the separator and one read
//! ([`PIECE`]). Only who asks for more gets more: `read_exact` and `read_to_end` buffer what they are to
//! return.
//!
//! asyncio's reader is filled in the background, up to twice its limit; this one reads when it is
//! asked. Until then the bytes wait in the kernel, which holds the sender back all the same.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::TcpStream;
use std::rc::Rc;

use reactor::Direction;

use super::byte_queue::ByteQueue;
use super::stream::{Stream, StreamSocket};
use crate::inspect::names::Spot;

/// How long a line may be, if nobody says otherwise. asyncio: `_DEFAULT_LIMIT`.
pub const DEFAULT_LIMIT: usize = 64 * 1024;

/// How many bytes one read takes from the socket at the most.
pub const PIECE: usize = 16 * 1024;

/// The reading half of a connection. Made by [`Stream::split`]. asyncio: `asyncio.StreamReader`.
pub struct StreamReader<S = TcpStream> {
    stream: Rc<Stream<S>>,
    buffer: ByteQueue,
    limit: usize,
    /// How the stream has ended, if it has.
    end: Option<io::Result<()>>,
}

/// Why there is no line, or not as many bytes as were asked for.
#[derive(Debug)]
#[doc(alias("IncompleteReadError", "LimitOverrunError"))]
pub enum ReadError {
    /// The stream ended before. asyncio: `IncompleteReadError`.
    Incomplete {
        /// What came before the end. It is not in the buffer any more.
        partial: Vec<u8>,
        /// How many bytes were asked for, if they were counted.
        expected: Option<usize>,
    },
    /// There is no separator within the limit. asyncio: `LimitOverrunError`.
    LimitOverrun {
        /// So many bytes are in the buffer before the separator, or surely before it if it has not
        /// come yet: they can be [read](StreamReader::read).
        consumed: usize,
    },
    /// What the operating system says, for instance that the connection was reset.
    Io(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Incomplete { partial, expected: Some(expected) } => {
                write!(f, "the stream ended after {} of {expected} bytes", partial.len())
            }
            ReadError::Incomplete { partial, expected: None } => {
                write!(f, "the stream ended after {} bytes, without a separator", partial.len())
            }
            ReadError::LimitOverrun { consumed } => {
                write!(f, "no separator within the limit: {consumed} bytes come before it")
            }
            ReadError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io(error)
    }
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Incomplete { .. } => io::Error::new(io::ErrorKind::UnexpectedEof, error),
            ReadError::LimitOverrun { .. } => io::Error::new(io::ErrorKind::InvalidData, error),
            ReadError::Io(error) => error,
        }
    }
}

impl<S: StreamSocket> StreamReader<S> {
    pub(super) fn new(stream: Rc<Stream<S>>) -> Self {
        StreamReader { stream, buffer: ByteQueue::default(), limit: DEFAULT_LIMIT, end: None }
    }

    /// Changes how long a line may be, without its separator.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        assert!(limit > 0, "a limit of zero bytes would leave nothing to read");
        self.limit = limit;
        self
    }

    /// Reads some bytes, at most `most`: what is there, and at least one. Nothing is the end of the
    /// stream. asyncio: `StreamReader.read(n)`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the connection was reset.
    #[track_caller]
    pub fn read(&mut self, most: usize) -> impl Future<Output = io::Result<Vec<u8>>> + '_ {
        let place = Spot::here();
        async move {
            if self.buffer.is_empty() && most > 0 {
                self.more(place).await?;
            }
            Ok(self.buffer.take(most.min(self.buffer.len())))
        }
    }

    /// Reads `count` bytes. asyncio: `StreamReader.readexactly`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Incomplete`] if the stream ends before, with what came; or what the operating
    /// system says.
    #[track_caller]
    #[doc(alias = "readexactly")]
    pub fn read_exact(&mut self, count: usize) -> impl Future<Output = Result<Vec<u8>, ReadError>> + '_ {
        let place = Spot::here();
        async move {
            while self.buffer.len() < count {
                if !self.more(place).await? {
                    return Err(self.incomplete(Some(count)));
                }
            }
            Ok(self.buffer.take(count))
        }
    }

    /// Reads up to and including `separator`. asyncio: `StreamReader.readuntil`.
    ///
    /// # Errors
    ///
    /// [`ReadError::LimitOverrun`] if more than the limit comes before the separator: the buffer
    /// stays as it is. [`ReadError::Incomplete`] if the stream ends before it, with what came; or
    /// what the operating system says.
    ///
    /// # Panics
    ///
    /// If `separator` is empty.
    #[track_caller]
    #[doc(alias = "readuntil")]
    pub fn read_until<'a>(
        &'a mut self,
        separator: &'a [u8],
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>> + 'a {
        assert!(!separator.is_empty(), "a separator has at least one byte");
        self.until(separator, Spot::here())
    }

    async fn until(&mut self, separator: &[u8], place: Spot) -> Result<Vec<u8>, ReadError> {
        // Before this place no separator begins: it has been looked at.
        let mut seen = 0;
        loop {
            if let Some(at) = find(separator, &self.buffer.all()[seen..]) {
                let before = seen + at;
                if before > self.limit {
                    return Err(ReadError::LimitOverrun { consumed: before });
                }
                return Ok(self.buffer.take(before + separator.len()));
            }
            // The last bytes may be the beginning of a separator.
            seen = (self.buffer.len() + 1).saturating_sub(separator.len());
            if seen > self.limit {
                return Err(ReadError::LimitOverrun { consumed: seen });
            }
            if !self.more(place).await? {
                return Err(self.incomplete(None));
            }
        }
    }

    /// Reads a line, with the newline at its end. The last one may have none, and an empty one is
    /// the end of the stream. asyncio: `StreamReader.readline`.
    ///
    /// # Errors
    ///
    /// [`ReadError::LimitOverrun`] if the line is longer than the limit. As in asyncio, what there is
    /// of it is dropped then, so that the next call goes on behind it. Or what the operating system
    /// says.
    #[track_caller]
    #[doc(alias = "readline")]
    pub fn read_line(&mut self) -> impl Future<Output = Result<Vec<u8>, ReadError>> + '_ {
        let place = Spot::here();
        async move {
            match self.until(b"\n", place).await {
                Err(ReadError::Incomplete { partial, .. }) => Ok(partial),
                Err(ReadError::LimitOverrun { consumed }) => {
                    let with_newline = (consumed + 1).min(self.buffer.len());
                    self.buffer.forget(with_newline);
                    Err(ReadError::LimitOverrun { consumed })
                }
                result => result,
            }
        }
    }

    /// As [`read_line`](Self::read_line), for loops: `while let Some(line) =
    /// reader.next_line().await?`. asyncio: `async for line in reader`.
    ///
    /// # Errors
    ///
    /// As [`read_line`](Self::read_line).
    #[track_caller]
    pub fn next_line(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, ReadError>> + '_ {
        let line = self.read_line();
        async move { Ok(Some(line.await?).filter(|line| !line.is_empty())) }
    }

    /// Reads everything until the end of the stream, however much that is. If it is dropped before,
    /// what came is still in the buffer. asyncio: `StreamReader.read(-1)`.
    ///
    /// # Errors
    ///
    /// What the operating system says; what came before is still in the buffer.
    #[track_caller]
    pub fn read_to_end(&mut self) -> impl Future<Output = io::Result<Vec<u8>>> + '_ {
        let place = Spot::here();
        async move {
            while self.more(place).await? {}
            Ok(self.buffer.take(self.buffer.len()))
        }
    }

    /// Whether the stream has ended and everything has been read. The end is found by reading: while
    /// this says false, there may still be nothing more to come. asyncio: `StreamReader.at_eof`.
    pub fn at_eof(&self) -> bool {
        matches!(self.end, Some(Ok(()))) && self.buffer.is_empty()
    }

    /// How many bytes have been read from the socket and wait here.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// The connection.
    pub fn stream(&self) -> &Rc<Stream<S>> {
        &self.stream
    }

    /// Waits for more bytes and puts them into the buffer. False is the end of the stream, which
    /// stays the end, as an error stays an error.
    async fn more(&mut self, place: Spot) -> io::Result<bool> {
        loop {
            match &self.end {
                None => {}
                Some(Ok(())) => return Ok(false),
                Some(Err(error)) => return Err(again(error)),
            }
            match self.buffer.fill(PIECE, |room| self.stream.try_read(room)) {
                Ok(0) => self.end = Some(Ok(())),
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stream.socket.ready(Direction::Read, place).await?;
                }
                Err(error) => self.end = Some(Err(error)),
            }
        }
    }

    /// The stream has ended too early: hands out what came.
    fn incomplete(&mut self, expected: Option<usize>) -> ReadError {
        ReadError::Incomplete { partial: self.buffer.take(self.buffer.len()), expected }
    }
}

/// Where `separator` begins in `bytes`.
fn find(separator: &[u8], bytes: &[u8]) -> Option<usize> {
    bytes.windows(separator.len()).position(|window| window == separator)
}

/// The same error once more: `io::Error` cannot be cloned.
pub(super) fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

impl<S> fmt::Debug for StreamReader<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReader")
            .field("buffered", &self.buffer.len())
            .field("limit", &self.limit)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
