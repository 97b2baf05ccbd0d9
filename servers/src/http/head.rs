//! The head of a request: its first line and its headers.
//!
//! ```text
//! GET /sleeper?seconds=2 HTTP/1.1\r\n      the request line
//! Host: 127.0.0.1:8000\r\n                 the headers ...
//! Accept: */*\r\n
//! \r\n                                     ... up to an empty line
//! ```
//!
//! Lines are found as they come ([`LineScanner`]). The request line is judged as soon as it is there, so
//! that `GET /` from an HTTP/0.9 client, or a line that is no HTTP at all, is answered at once and not
//! when its time is up. The headers are parsed together, once, when their empty line has come. Nearly
//! always it has: then the parser finds the lines itself, and the scanner has nothing to do. Each verdict
//! depends only on the bytes up to the one that decides it: the same request gets the same answer however
//! the network cuts it up.
//!
//! `httparse` reads the headers: it checks names and values many bytes at a time. What it lets pass is
//! caught around it: LF alone by the scanner, or by [`Facts`] where that has nothing to do; Host and
//! lengths by [`Facts`]. Folded lines and spaces before a colon it rejects itself.

use std::ops::Range;

use memchr::memchr;

use super::bytes::TOKEN;
use super::error::Error;
use super::framing::{Facts, Framing};
use super::limits::{Limits, MOST_HEADERS};
use super::lines::{Line, LineScanner};
use super::request::{Method, Request, Version};
use super::target::{self, Target};

/// The parser wants a table to fill, and clearing a hundred entries takes longer than parsing the usual ten.
const USUAL_HEADERS: usize = 16;

/// What is known when a head is complete. Positions count from the head's first byte, those of the target
/// from the target's.
#[derive(Debug)]
pub(super) struct Head {
    // For the route: what is asked for.
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) target: Target,
    pub(super) header_lines: Range<usize>,
    pub(super) has_origin: bool,
    // For the connection: how to go on.
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

impl Head {
    /// Where the body begins.
    pub(super) fn end(&self) -> usize {
        self.header_lines.end
    }

    /// The request that `bytes` begin with: this head, and the body that was found behind it.
    pub(super) fn request<'a>(&self, bytes: &'a [u8], body: Range<usize>) -> Request<'a> {
        let target = &bytes[self.method.name().len() + " ".len()..self.header_lines.start];
        Request {
            method: self.method,
            version: self.version,
            path: if self.target.path.is_empty() { b"/" } else { &target[self.target.path.clone()] },
            query: self.target.query().map(|range| &target[range]),
            authority: self.target.authority().map(|range| &target[range]),
            header_lines: &bytes[self.header_lines.clone()],
            has_origin: self.has_origin,
            body: &bytes[body],
        }
    }
}

/// Reads a head that may come in pieces.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    /// How far the lines have been found.
    lines: LineScanner,
    /// There as soon as its line was, if the rest was not. In a box, since most heads come in one piece,
    /// and a connection that waits for one should be small.
    request_line: Option<Box<RequestLine>>,
    /// Header lines found so far.
    header_count: usize,
}

/// A request line that has been judged and found good.
#[derive(Debug)]
struct RequestLine {
    method: Method,
    version: Version,
    target: Target,
    /// Where the headers begin.
    end: usize,
}

impl HeadReader {
    /// The head at the beginning of `bytes`, or `None` if some of it is missing; then call again with more.
    pub(super) fn read(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<Head>, Error> {
        if let Some(request_line) = self.request_line.take() {
            return self.read_on(*request_line, bytes, limits);
        }
        check_first_byte(bytes)?;
        let request_line = match self.lines.next_line(bytes, limits.max_request_line + "\r\n".len()) {
            Line::Complete(line) => parse_request_line(&bytes[line], self.lines.position())?,
            Line::Incomplete => return Ok(None),
            Line::TooLong => return Err(Error::RequestLineTooLong),
            Line::BareLineFeed => return Err(Error::BareLineFeed),
        };
        // Tried once for each head, or a slow sender would get work in the square of its length.
        match read_at_once(bytes, request_line.end, limits) {
            Some((facts, end)) => judge(request_line, end, &facts, limits).map(Some),
            None => self.read_on(request_line, bytes, limits),
        }
    }

    /// Goes on behind the request line, line by line.
    fn read_on(
        &mut self,
        request_line: RequestLine,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Option<Head>, Error> {
        let limit = request_line.end + limits.max_header_bytes;
        loop {
            match self.lines.next_line(bytes, limit) {
                Line::Complete(line) if line.is_empty() => break,
                Line::Complete(_) => self.header_count += 1,
                Line::Incomplete => {
                    self.request_line = Some(Box::new(request_line));
                    return Ok(None);
                }
                Line::TooLong => return Err(Error::HeadersTooLong),
                Line::BareLineFeed => return Err(Error::BareLineFeed),
            }
            if self.header_count > limits.max_headers.min(MOST_HEADERS) {
                return Err(Error::TooManyHeaders);
            }
        }
        // All lines are there: this is reached once for each request.
        let end = self.lines.position();
        let facts = read_headers(&bytes[..end], request_line.end)?;
        judge(request_line, end, &facts, limits).map(Some)
    }
}

/// Puts request line and headers together, if they agree with each other.
///
/// The order decides which fault is named when there are several: first who is meant, then where the body
/// ends, then whether we want it. A body that is too large is refused here, while its sender may still
/// hold it back.
fn judge(request_line: RequestLine, end: usize, facts: &Facts<'_>, limits: &Limits) -> Result<Head, Error> {
    let RequestLine { method, version, target, end: headers_start } = request_line;
    let header_lines = headers_start..end;
    facts.check_host(version, target.form)?;
    let framing = facts.framing(version)?;
    if let Framing::Length(length) = framing
        && length > limits.max_body
    {
        return Err(Error::BodyTooLarge);
    }
    let expects_continue = facts.expects_continue(version)?;
    let keep_alive = facts.keep_alive(version);
    let has_origin = facts.has_origin;
    Ok(Head { method, version, target, header_lines, has_origin, framing, keep_alive, expects_continue })
}

/// Refuses at the first byte what can never become a request line. A browser that was told `https://`
/// sends a TLS handshake and waits; there need not be a line end in it, so without this it would wait for
/// its time to run out.
fn check_first_byte(bytes: &[u8]) -> Result<(), Error> {
    match bytes.first() {
        // A line end here is an empty line too many, or a bare LF: the scanner tells which.
        None | Some(b'\r' | b'\n') => Ok(()),
        Some(&byte) if TOKEN.has(byte) => Ok(()),
        Some(_) => Err(Error::NotHttp),
    }
}

/// Takes `METHOD SP TARGET SP VERSION` apart. `end` is where the next line begins.
///
/// One space, no more: RFC 9112 (section 3) allows to split at any white space, and warns of doing it.
/// The version is judged first: in another version the rest might have another meaning.
fn parse_request_line(line: &[u8], end: usize) -> Result<RequestLine, Error> {
    if line.is_empty() {
        return Err(Error::EmptyLines);
    }
    let (method, rest) = line.split_at(TOKEN.span(line));
    let rest = rest.strip_prefix(b" ").ok_or(Error::RequestLine)?;
    let target_end = memchr(b' ', rest).ok_or(Error::RequestLine)?;
    let (target, version) = (&rest[..target_end], &rest[target_end + 1..]);
    if method.is_empty() || target.is_empty() {
        return Err(Error::RequestLine);
    }
    let version = parse_version(version)?;
    // CONNECT is not among the methods: its target has a form of its own, and only a proxy could serve it.
    let method = Method::from_name(method).ok_or(Error::MethodNotImplemented)?;
    let target = target::parse(target, method)?;
    Ok(RequestLine { method, version, target, end })
}

/// `HTTP/1.1`, in capitals, one digit each. HTTP/1.2 would be served as 1.1; HTTP/2 begins with a line
/// that says 2.0.
fn parse_version(version: &[u8]) -> Result<Version, Error> {
    match version {
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0'..=b'9'] => Ok(Version::Http11),
        [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => Err(Error::VersionNotSupported),
        // One word too many is no matter of versions.
        _ if version.contains(&b' ') => Err(Error::RequestLine),
        _ => Err(Error::Version),
    }
}

/// The facts of the headers that begin at `start`, and where they end: the usual case, that they are all
/// there. Nothing if there is anything about them that has to be looked at line by line.
fn read_at_once<'a>(bytes: &'a [u8], start: usize, limits: &Limits) -> Option<(Facts<'a>, usize)> {
    let mut table = [httparse::EMPTY_HEADER; USUAL_HEADERS];
    let parsed = httparse::parse_headers(&bytes[start..], &mut table);
    let Ok(httparse::Status::Complete((length, headers))) = parsed else { return None };
    let facts = Facts::of(bytes, headers).ok()?;
    let end = start + length;
    let is_usual = length <= limits.max_header_bytes
        && headers.len() <= limits.max_headers
        && bytes[..end].ends_with(b"\r\n\r\n");
    if is_usual { Some((facts, end)) } else { None }
}

/// Checks all header lines and gathers what the connection itself needs of them.
///
/// `Err` is the first fault in the order of the lines.
fn read_headers(head: &[u8], start: usize) -> Result<Facts<'_>, Error> {
    let mut table = [httparse::EMPTY_HEADER; MOST_HEADERS];
    Facts::of(head, parse_lines(&head[start..], &mut table).ok_or(Error::Header)?)
}

/// The headers in `lines`, which end with their empty line, or `None` if one is malformed. Trailers use
/// it too.
pub(super) fn parse_lines<'table, 'bytes>(
    lines: &'bytes [u8],
    table: &'table mut [httparse::Header<'bytes>],
) -> Option<&'table [httparse::Header<'bytes>]> {
    match httparse::parse_headers(lines, table) {
        // Scanner and parser must agree on where the lines end.
        Ok(httparse::Status::Complete((length, headers))) if length == lines.len() => Some(headers),
        _ => None,
    }
}
