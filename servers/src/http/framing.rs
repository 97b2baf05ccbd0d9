//! How long is the body? And four more things that the headers decide for the connection.
//!
//! Everything the server reads for its own use is gathered here in one pass over the headers: Host,
//! Content-Length, Transfer-Encoding, Connection, Expect. All the other headers belong to the routes.
//!
//! Length is where requests are smuggled (RFC 9112, section 6.3). Two servers in a row that count a body
//! differently see different requests in the same bytes, and the second of them serves one that the first
//! never checked. Hence the strictness: one length, said once, in the one way that cannot be read
//! differently.
//!
//! ```text
//! Content-Length: 5                                      five bytes
//! Transfer-Encoding: chunked                             chunks
//! neither                                                none, whatever the method
//! both                                                   refused: which one would the server before us believe?
//! Content-Length: 5, 5     Content-Length: +5            refused: some read them, some read them otherwise
//! Transfer-Encoding: gzip, chunked                       refused: we know where it ends, and not what it says
//! Transfer-Encoding: chunked, gzip     : xchunked        refused: nobody knows where it ends
//! ```

use super::error::Error;
use super::request::Version;
use super::target::{Form, is_host};

/// How the body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// This many bytes; none, if the request said nothing.
    Length(usize),
    /// In chunks, each with its size.
    Chunked,
}

/// What the headers say about the connection, gathered header by header.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    // What must be single is kept as it came: whether it is valid is asked once, at the end.
    host: Option<&'a [u8]>,
    content_length: Option<&'a [u8]>,
    codings: Codings,
    // Both may be said at once. Then the cautious one wins.
    closes: bool,
    keeps_alive: bool,
    expectation: Option<Expectation>,
    /// A browser says which page asks. That is for the routes; but so few requests have it, and so many
    /// are asked for it, that it is worth knowing when there is none.
    pub(super) has_origin: bool,
}

/// What Expect asks for. It is a list, and may be repeated: one unknown element spoils it.
#[derive(Debug, PartialEq, Eq)]
enum Expectation {
    /// `100-continue`: "tell me before I send the body".
    Continue,
    Unknown,
}

/// The transfer codings seen so far: they form one list, over as many headers as there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Codings {
    /// No such header.
    #[default]
    Absent,
    /// `chunked` and nothing else: the only list that is served.
    Chunked,
    /// Codings we do not know. Unless `chunked` follows, nothing tells where the body ends.
    Unknown,
    /// The end can be found, the content cannot be read.
    UnknownThenChunked,
    /// An empty element, or something after `chunked`, least of all another `chunked`.
    Malformed,
}

impl<'a> Facts<'a> {
    /// What the headers of this head say. The error is that of the first fault.
    ///
    /// `head` begins with the request line, and the headers are parts of it.
    pub(super) fn of(head: &'a [u8], headers: &[httparse::Header<'a>]) -> Result<Facts<'a>, Error> {
        let mut facts = Facts::default();
        for header in headers {
            // The parser takes LF alone for the end of a line, too.
            if !follows_line_end(head, header.name) {
                return Err(Error::BareLineFeed);
            }
            facts.note(header.name, header.value)?;
        }
        Ok(facts)
    }

    /// Takes note of one header.
    pub(super) fn note(&mut self, name: &str, value: &'a [u8]) -> Result<(), Error> {
        // The first letter rules out nearly all of the many headers that are none of these.
        match name.as_bytes() {
            [b'H' | b'h', ..] if is(name, "Host") => self.note_host(value)?,
            [b'E' | b'e', ..] if is(name, "Expect") => self.note_expect(value),
            [b'O' | b'o', ..] if is(name, "Origin") => self.has_origin = true,
            [b'C' | b'c', ..] if is(name, "Connection") => self.note_connection(value),
            [b'C' | b'c', ..] if is(name, "Content-Length") => self.note_length(value)?,
            [b'T' | b't', ..] if is(name, "Transfer-Encoding") => self.codings.note(value),
            _ => {}
        }
        Ok(())
    }

    /// Refused at once, valid or not, since nothing later can make two of them one.
    fn note_host(&mut self, value: &'a [u8]) -> Result<(), Error> {
        if self.host.replace(value).is_some() { Err(Error::HostRepeated) } else { Ok(()) }
    }

    /// RFC 9110 (8.6) lets a server accept a repeated length if all agree. It need not, and we do not.
    fn note_length(&mut self, value: &'a [u8]) -> Result<(), Error> {
        if self.content_length.replace(value).is_some() { Err(Error::ContentLengthRepeated) } else { Ok(()) }
    }

    fn note_expect(&mut self, value: &[u8]) {
        let elements = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        // RFC 9110 (5.6.1.2) wants empty elements of a list ignored.
        for expectation in elements.filter(|element| !element.is_empty()) {
            let known = expectation.eq_ignore_ascii_case(b"100-continue")
                && self.expectation != Some(Expectation::Unknown);
            self.expectation = Some(if known { Expectation::Continue } else { Expectation::Unknown });
        }
    }

    /// Connection is a list, and may be repeated: `close` counts wherever it stands.
    fn note_connection(&mut self, value: &[u8]) {
        // Nearly always it is a list of one.
        if is(value, "keep-alive") {
            self.keeps_alive = true;
            return;
        }
        for option in value.split(|&byte| byte == b',') {
            let option = option.trim_ascii();
            if option.eq_ignore_ascii_case(b"close") {
                self.closes = true;
            } else if option.eq_ignore_ascii_case(b"keep-alive") {
                self.keeps_alive = true;
            }
        }
    }

    /// Whether the connection stays open after the answer: HTTP/1.1 does unless told, HTTP/1.0 only if told.
    pub(super) fn keep_alive(&self, version: Version) -> bool {
        !self.closes && (version == Version::Http11 || self.keeps_alive)
    }

    /// Whether the peer waits for `100 Continue` before it sends the body.
    ///
    /// An HTTP/1.0 client does not know interim answers, so its Expect is ignored, as RFC 9110 (10.1.1)
    /// wants.
    pub(super) fn expects_continue(&self, version: Version) -> Result<bool, Error> {
        match (version, &self.expectation) {
            (Version::Http10, _) | (_, None) => Ok(false),
            (_, Some(Expectation::Continue)) => Ok(true),
            (_, Some(Expectation::Unknown)) => Err(Error::Expectation),
        }
    }

    /// Checks Host, as the form of the target wants it.
    ///
    /// An empty Host is what RFC 9112 (3.2) wants beside a target that has no authority. For a path it would
    /// make the address `http:///path`, which RFC 9110 (4.2.1) says to reject.
    pub(super) fn check_host(&self, version: Version, form: Form) -> Result<(), Error> {
        match self.host {
            None if version == Version::Http11 => Err(Error::HostMissing),
            None => Ok(()),
            Some(b"") if form != Form::Origin => Ok(()),
            Some(host) if is_host(host) => Ok(()),
            Some(_) => Err(Error::HostInvalid),
        }
    }

    /// How the body is sent.
    ///
    /// Silence means "nothing" also from a POST (RFC 9112, 6.3), which is in doubt for nobody: a server
    /// before us reads it the same way. (411 is allowed to a server that wants a length; `curl -X POST`
    /// would get it.)
    pub(super) fn framing(&self, version: Version) -> Result<Framing, Error> {
        if self.codings != Codings::Absent {
            if version == Version::Http10 {
                return Err(Error::TransferEncodingIn10);
            }
            if self.content_length.is_some() {
                return Err(Error::TwoLengths);
            }
            return self.codings.framing();
        }
        match self.content_length {
            Some(digits) => parse_length(digits).map(Framing::Length),
            None => Ok(Framing::Length(0)),
        }
    }
}

/// Whether CR LF stands before `name`, which is a part of `head`: where a name begins, another line has
/// ended.
fn follows_line_end(head: &[u8], name: &str) -> bool {
    let start = name.as_ptr().addr() - head.as_ptr().addr();
    head[..start].ends_with(b"\r\n")
}

/// Whether these are the same but for capitals. Nearly always they are as one usually writes them, and to
/// see that takes less than to look at each letter.
fn is(word: impl AsRef<[u8]>, usual: &str) -> bool {
    let word = word.as_ref();
    word == usual.as_bytes() || word.eq_ignore_ascii_case(usual.as_bytes())
}

impl Codings {
    /// Goes through one header's part of the list. Each row of the match is an arrow of a small state
    /// machine: an order of codings that is not drawn here leads to `Malformed`, and nothing leads out of
    /// that.
    fn note(&mut self, value: &[u8]) {
        for coding in value.split(|&byte| byte == b',') {
            let coding = coding.trim_ascii();
            let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            *self = match *self {
                _ if coding.is_empty() => Codings::Malformed,
                Codings::Absent if is_chunked => Codings::Chunked,
                Codings::Unknown if is_chunked => Codings::UnknownThenChunked,
                Codings::Absent | Codings::Unknown => Codings::Unknown,
                _ => Codings::Malformed,
            };
        }
    }

    /// 400 where the end of the body cannot be told, 501 where it can and the rest is beyond us (RFC
    /// 9112, 6.1 and 6.3).
    fn framing(self) -> Result<Framing, Error> {
        match self {
            Codings::Chunked => Ok(Framing::Chunked),
            Codings::UnknownThenChunked => Err(Error::CodingNotImplemented),
            Codings::Absent | Codings::Unknown | Codings::Malformed => Err(Error::TransferEncoding),
        }
    }
}

/// Digits only: no sign, no space, no list, and not nothing. `str::parse` would take a `+`.
///
/// A number too large to count with is a number all the same, so it becomes the largest: the body limit
/// refuses it.
fn parse_length(digits: &[u8]) -> Result<usize, Error> {
    if digits.is_empty() {
        return Err(Error::ContentLength);
    }
    let mut length = 0_usize;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return Err(Error::ContentLength);
        }
        length = length.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing_of(headers: &[(&str, &str)]) -> Result<Framing, Error> {
        let mut facts = Facts::default();
        for (name, value) in headers {
            facts.note(name, value.as_bytes())?;
        }
        facts.framing(Version::Http11)
    }

    #[test]
    fn lengths() {
        assert_eq!(framing_of(&[("Content-Length", "007")]), Ok(Framing::Length(7)));
        assert_eq!(
            framing_of(&[("content-LENGTH", "99999999999999999999999")]),
            Ok(Framing::Length(usize::MAX))
        );
        for bad in ["", "+1", "-1", "1,1", "1 1", "0x1", "1.0", "\u{663}"] {
            assert_eq!(framing_of(&[("Content-Length", bad)]), Err(Error::ContentLength), "{bad}");
        }
    }

    #[test]
    fn codings() {
        assert_eq!(framing_of(&[("Transfer-Encoding", "Chunked")]), Ok(Framing::Chunked));
        let unknown = Err(Error::CodingNotImplemented);
        assert_eq!(framing_of(&[("Transfer-Encoding", "gzip, chunked")]), unknown);
        assert_eq!(framing_of(&[("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]), unknown);
        for bad in [
            "",
            "gzip",
            "identity",
            "chunked, chunked",
            "chunked, gzip",
            "chunked,",
            ",chunked",
            "chunked;q=1",
        ] {
            assert_eq!(framing_of(&[("Transfer-Encoding", bad)]), Err(Error::TransferEncoding), "{bad}");
        }
    }
}
