//! One request, on a thread of its own: connect, ask, read to the end, and say when each happened.
//!
//! The plainest client there can be, so that what is measured is the server: no pool of connections,
//! no keep-alive, and a thread that does nothing else. That it blocks is no shame. A client has one
//! thing to wait for; the trouble with blocking begins where one thread has two.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::news::{What, Wire};
use super::plan::Request;

/// How much of an answer is kept: its head, which says how long the rest is. That only has to arrive.
const KEPT: usize = 16 * 1024;

/// How an answer in chunks ends: with a line end, and the chunk that has no bytes.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// What is said of an answer that broke off.
const CUT: &str = "closed in the midst of its answer";

/// So many lines a head may have.
const MOST_HEADERS: usize = 64;

/// Sends `request`, which is number `number` of the plan, at its time after `zero`, and tells what
/// becomes of it.
pub(super) fn ask(number: usize, request: &Request, zero: Instant, patience: Duration, wire: &Wire) {
    thread::sleep((zero + request.at).saturating_duration_since(Instant::now()));
    wire.tell(What::Sent(number));
    match exchange(number, request, patience, wire) {
        Ok(status) => wire.tell(What::Answered(number, status)),
        Err(error) => wire.tell(What::Failed(number, error)),
    }
}

/// Returns the status of the answer, when all of it has arrived.
fn exchange(number: usize, request: &Request, patience: Duration, wire: &Wire) -> io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&request.server, patience)?;
    stream.set_read_timeout(Some(patience))?;
    // The kernel has completed the connection, not the server, which may be asleep for all we know. So
    // this says nothing of when it is served; it says by which address it can be recognised.
    wire.tell(What::Connected(number, stream.local_addr()?));
    let head =
        format!("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", request.target, request.server);
    stream.write_all(head.as_bytes())?;

    let (mut kept, mut latest, mut arrived) = (Vec::new(), Vec::new(), 0);
    let mut bytes = [0; 4096];
    // To the end of the connection, which is the end of the answer, for that is what was asked for.
    loop {
        let count = match stream.read(&mut bytes) {
            Ok(0) => return status(&kept, &latest, arrived),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if arrived == 0 {
            wire.tell(What::FirstByte(number));
        }
        arrived += count;
        let room = KEPT - kept.len();
        kept.extend_from_slice(&bytes[..count.min(room)]);
        latest.extend_from_slice(&bytes[..count]);
        latest.drain(..latest.len().saturating_sub(LAST_CHUNK.len()));
    }
}

/// Finds the status in the head of an answer of which so many bytes have arrived, with `latest` at their end:
/// if they are all of it.
fn status(answer: &[u8], latest: &[u8], arrived: usize) -> io::Result<u16> {
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let head = response.parse(answer).map_err(|_| io::ErrorKind::InvalidData)?;
    let (httparse::Status::Complete(head), Some(code)) = (head, response.code) else {
        let is_long = arrived > KEPT;
        return Err(io::Error::other(if is_long {
            "the head of its answer is longer than 16 KiB"
        } else {
            CUT
        }));
    };
    let is_whole = if header(&response, "Transfer-Encoding").is_some_and(is_in_chunks) {
        latest == LAST_CHUNK
    } else {
        let length = header(&response, "Content-Length").and_then(|length| length.parse().ok());
        arrived - head >= length.unwrap_or(0)
    };
    if is_whole { Ok(code) } else { Err(io::Error::other(CUT)) }
}

/// The value of the first header of this name.
fn header<'a>(response: &httparse::Response<'_, 'a>, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}

/// Whether the last of these codings is `chunked`.
fn is_in_chunks(codings: &str) -> bool {
    codings.rsplit(',').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"))
}
