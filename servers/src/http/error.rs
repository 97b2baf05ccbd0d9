//! Everything that can be wrong with a request, and how we say so.
//!
//! Each fault has a status for programs and a sentence for people: whoever types a request by hand into
//! `nc` learns what was wrong with it. No fault is repaired and none is passed over: after the answer the
//! connection closes, because behind a request that was not understood nobody knows where the next one
//! begins.

use super::response::Response;
use super::status::Status;

/// Why a request is refused before any route sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// More empty lines before a request line than are forgiven, or one that is not CR LF.
    EmptyLines,
    /// The first byte cannot begin a method: often a TLS handshake, `https://` typed for `http://`.
    NotHttp,
    /// A line ended by LF alone. Some servers take it, so it is a way to make two of them disagree.
    BareLineFeed,
    /// Not `METHOD SP TARGET SP VERSION`; HTTP/0.9's `GET /` is one case of it.
    RequestLine,
    /// The request line is longer than [`Limits::max_request_line`](super::Limits::max_request_line).
    RequestLineTooLong,
    /// The version is not written `HTTP/digit.digit`.
    Version,
    /// A major version that is not 1.
    VersionNotSupported,
    /// A method that no route here could ever serve; also `CONNECT`, since this is not a proxy.
    MethodNotImplemented,
    /// The target is not a path, an `http://` address, or `*` for OPTIONS.
    Target,
    /// The target is an `https://` address, and this connection is not secured.
    Scheme,
    /// A header line is malformed.
    Header,
    /// The headers are longer than [`Limits::max_header_bytes`](super::Limits::max_header_bytes).
    HeadersTooLong,
    /// More headers than [`Limits::max_headers`](super::Limits::max_headers).
    TooManyHeaders,
    /// HTTP/1.1 without Host: we could not tell whom the request is for.
    HostMissing,
    /// More than one Host: two servers might each believe another one.
    HostRepeated,
    /// A Host that is no host.
    HostInvalid,
    /// A Content-Length that is not one number in digits.
    ContentLength,
    /// More than one Content-Length, even if they agree.
    ContentLengthRepeated,
    /// Content-Length beside Transfer-Encoding: the classic of request smuggling.
    TwoLengths,
    /// A Transfer-Encoding that does not tell where the body ends.
    TransferEncoding,
    /// Transfer-Encoding in HTTP/1.0, which does not have it.
    TransferEncodingIn10,
    /// A Transfer-Encoding that frames the body, and codes it in a way we cannot undo.
    CodingNotImplemented,
    /// An Expect other than `100-continue`.
    Expectation,
    /// The body is longer than [`Limits::max_body`](super::Limits::max_body).
    BodyTooLarge,
    /// A chunk's size, or the line end after a chunk, is malformed.
    Chunk,
    /// Chunk extensions longer than
    /// [`Limits::max_chunk_extensions`](super::Limits::max_chunk_extensions).
    ChunkExtensions,
    /// A trailer line is malformed, or names a field that must come before the body.
    Trailer,
    /// The stream ended in the middle of a request.
    Truncated,
    /// The head was not complete in time.
    HeadTimeout,
    /// The body was not complete in time.
    BodyTimeout,
}

impl Error {
    /// The status of the answer.
    pub fn status(self) -> Status {
        match self {
            Error::EmptyLines
            | Error::NotHttp
            | Error::BareLineFeed
            | Error::RequestLine
            | Error::Version
            | Error::Target
            | Error::Header
            | Error::HostMissing
            | Error::HostRepeated
            | Error::HostInvalid
            | Error::ContentLength
            | Error::ContentLengthRepeated
            | Error::TwoLengths
            | Error::TransferEncoding
            | Error::TransferEncodingIn10
            | Error::Chunk
            | Error::ChunkExtensions
            | Error::Trailer
            | Error::Truncated => Status::BadRequest,
            Error::HeadTimeout | Error::BodyTimeout => Status::RequestTimeout,
            Error::BodyTooLarge => Status::ContentTooLarge,
            Error::RequestLineTooLong => Status::UriTooLong,
            Error::Expectation => Status::ExpectationFailed,
            Error::HeadersTooLong | Error::TooManyHeaders => Status::HeaderFieldsTooLarge,
            Error::MethodNotImplemented | Error::CodingNotImplemented => Status::NotImplemented,
            Error::Scheme => Status::MisdirectedRequest,
            Error::VersionNotSupported => Status::VersionNotSupported,
        }
    }

    /// One sentence that says what was wrong. It never quotes the request: an answer that echoes its
    /// input is a way to smuggle something into a page.
    pub fn sentence(self) -> &'static str {
        match self {
            Error::EmptyLines => "Too many empty lines before the request line.",
            Error::NotHttp => "This is not HTTP: a request begins with a method.",
            Error::BareLineFeed => "A line ends with LF alone; HTTP ends lines with CR LF.",
            Error::RequestLine => "The request line is not: method, one space, target, one space, version.",
            Error::RequestLineTooLong => "The request line is too long.",
            Error::Version => "The version is not written like HTTP/1.1.",
            Error::VersionNotSupported => "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
            Error::MethodNotImplemented => "This method is not implemented.",
            Error::Target => "The request target is malformed.",
            Error::Scheme => "Nothing of https is served on a connection that is not secured.",
            Error::Header => "A header line is malformed.",
            Error::HeadersTooLong => "The headers are too long.",
            Error::TooManyHeaders => "There are too many headers.",
            Error::HostMissing => "HTTP/1.1 needs a Host header.",
            Error::HostRepeated => "There is more than one Host header.",
            Error::HostInvalid => "The host is malformed.",
            Error::ContentLength => "Content-Length is not one decimal number.",
            Error::ContentLengthRepeated => "There is more than one Content-Length.",
            Error::TwoLengths => "Content-Length and Transfer-Encoding exclude each other.",
            Error::TransferEncoding => "Transfer-Encoding must be chunked, once.",
            Error::TransferEncodingIn10 => "HTTP/1.0 has no Transfer-Encoding.",
            Error::CodingNotImplemented => "The only transfer coding known here is chunked.",
            Error::Expectation => "The only expectation known here is 100-continue.",
            Error::BodyTooLarge => "The body is too large.",
            Error::Chunk => "The chunked body is malformed.",
            Error::ChunkExtensions => "The chunk extensions are too long.",
            Error::Trailer => "The trailer section is malformed.",
            Error::Truncated => "The stream ended in the middle of a request.",
            Error::HeadTimeout => "The request head took too long.",
            Error::BodyTimeout => "The request body took too long.",
        }
    }

    /// The whole answer. [`Connection::answer`](super::Connection::answer) adds `Connection: close`.
    pub fn response(self) -> Response {
        Response::text(self.status(), self.sentence())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.status().code_and_reason(), self.sentence())
    }
}

impl std::error::Error for Error {}
