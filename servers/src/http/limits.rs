//! How much a peer may send, and how long it may take.
//!
//! Every number here answers the same question: what happens if a peer never stops? Without a limit on
//! size a single client fills the memory, without a limit on time a few hundred clients that send one
//! byte a minute ("slowloris") hold every connection for ever. A limit is found out while the message is
//! still incomplete: a server that first reads a head whole and then complains about its length has no
//! limit at all.

use std::time::Duration;

/// The most headers that [`Limits::max_headers`] can allow: the parser's table for them lives on the stack.
pub const MOST_HEADERS: usize = 100;

/// What one connection may cost. One value serves all connections of a server, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in the request line, its line end not counted. Beyond: 414.
    pub max_request_line: usize,
    /// Bytes in the header lines, the empty line that ends them included. Beyond: 431.
    pub max_header_bytes: usize,
    /// Header lines, or trailer lines, in a request; more than [`MOST_HEADERS`] counts as that. Beyond: 431.
    pub max_headers: usize,
    /// Bytes in a body. Beyond: 413, before any byte of it is read if the peer said how long it would be.
    pub max_body: usize,
    /// Bytes of chunk extensions in one body, all chunks together. They carry nothing that we use, so a
    /// peer that sends many wants something else. Beyond: 400.
    pub max_chunk_extensions: usize,
    /// Bytes in the trailer lines after a chunked body. Beyond: 431.
    pub max_trailer_bytes: usize,
    /// Requests answered on one connection; the last answer says `Connection: close`. It lets a
    /// long-lived client be moved elsewhere now and then.
    pub max_requests: u32,
    /// Bytes of answers that may wait to be sent before the connection asks for a write. Below it, the
    /// answers to pipelined requests leave in one write; with no bound, a peer that asks and never reads
    /// would fill our memory. One answer more than this may be waiting, since an answer is never cut in
    /// two.
    pub max_unsent: usize,
    /// Time for a whole request head, from its first byte; for the first head, from the connection's
    /// beginning. One deadline for all of it: a deadline that begins anew with each read can be put off
    /// for ever, one byte at a time. Beyond: 408, or a quiet close if no byte of it came.
    pub head_timeout: Duration,
    /// Time for a whole body, from the end of its head. Beyond: 408.
    pub body_timeout: Duration,
    /// Time between requests, and before the first if that is less than `head_timeout`. Beyond: a quiet
    /// close, since nobody asked anything.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_request_line: 8 * 1024,
            max_header_bytes: 16 * 1024,
            max_headers: MOST_HEADERS,
            max_body: 1024 * 1024,
            max_chunk_extensions: 4 * 1024,
            max_trailer_bytes: 4 * 1024,
            max_requests: 1_000_000,
            max_unsent: 16 * 1024,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(1),
        }
    }
}
