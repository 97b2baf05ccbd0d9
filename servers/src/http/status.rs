//! The status codes that this server sends, each with its reason phrase.
//!
//! An enum rather than a number: a route cannot send a code that HTTP does not know, and the phrase cannot be
//! forgotten.

/// A status code (RFC 9110, section 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 200: here it is.
    Ok = 200,
    /// 204: done, and there is nothing to show; an answer without a body.
    NoContent = 204,
    /// 304: what you have is still right; an answer without a body.
    NotModified = 304,
    /// 307: ask there instead, with the same method.
    TemporaryRedirect = 307,
    /// 400: this cannot be understood.
    BadRequest = 400,
    /// 403: understood, and no.
    Forbidden = 403,
    /// 404: nothing is here.
    NotFound = 404,
    /// 405: something is here, but not for this method; the header `Allow` says for which.
    MethodNotAllowed = 405,
    /// 408: you took too long to ask.
    RequestTimeout = 408,
    /// 413: the body is too large.
    ContentTooLarge = 413,
    /// 414: the request line is too long.
    UriTooLong = 414,
    /// 417: the header `Expect` asks for something we do not do.
    ExpectationFailed = 417,
    /// 421: you have the wrong server, or reached it in the wrong way.
    MisdirectedRequest = 421,
    /// 422: well written, but what it says makes no sense.
    UnprocessableContent = 422,
    /// 429: you ask too often.
    TooManyRequests = 429,
    /// 431: the headers are too long, or too many.
    HeaderFieldsTooLarge = 431,
    /// 500: our fault.
    InternalServerError = 500,
    /// 501: no route could ever do this.
    NotImplemented = 501,
    /// 503: not now; the header `Retry-After` says when.
    ServiceUnavailable = 503,
    /// 505: not in this version of HTTP.
    VersionNotSupported = 505,
}

impl Status {
    /// The number: `404`.
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The status line, with its end: `HTTP/1.1 404 Not Found\r\n`. One text for all of it, because it is
    /// written for every answer.
    pub fn line(self) -> &'static str {
        match self {
            Status::Ok => "HTTP/1.1 200 OK\r\n",
            Status::NoContent => "HTTP/1.1 204 No Content\r\n",
            Status::NotModified => "HTTP/1.1 304 Not Modified\r\n",
            Status::TemporaryRedirect => "HTTP/1.1 307 Temporary Redirect\r\n",
            Status::BadRequest => "HTTP/1.1 400 Bad Request\r\n",
            Status::Forbidden => "HTTP/1.1 403 Forbidden\r\n",
            Status::NotFound => "HTTP/1.1 404 Not Found\r\n",
            Status::MethodNotAllowed => "HTTP/1.1 405 Method Not Allowed\r\n",
            Status::RequestTimeout => "HTTP/1.1 408 Request Timeout\r\n",
            Status::ContentTooLarge => "HTTP/1.1 413 Content Too Large\r\n",
            Status::UriTooLong => "HTTP/1.1 414 URI Too Long\r\n",
            Status::ExpectationFailed => "HTTP/1.1 417 Expectation Failed\r\n",
            Status::MisdirectedRequest => "HTTP/1.1 421 Misdirected Request\r\n",
            Status::UnprocessableContent => "HTTP/1.1 422 Unprocessable Content\r\n",
            Status::TooManyRequests => "HTTP/1.1 429 Too Many Requests\r\n",
            Status::HeaderFieldsTooLarge => "HTTP/1.1 431 Request Header Fields Too Large\r\n",
            Status::InternalServerError => "HTTP/1.1 500 Internal Server Error\r\n",
            Status::NotImplemented => "HTTP/1.1 501 Not Implemented\r\n",
            Status::ServiceUnavailable => "HTTP/1.1 503 Service Unavailable\r\n",
            Status::VersionNotSupported => "HTTP/1.1 505 HTTP Version Not Supported\r\n",
        }
    }

    /// Number and reason phrase: `404 Not Found`.
    pub fn code_and_reason(self) -> &'static str {
        self.line()["HTTP/1.1 ".len()..].trim_end()
    }

    /// Whether an answer with this status has a body. For 204 and 304 the protocol says that it ends with
    /// the head, so a body, or a length for one, would be read as the beginning of the next answer.
    pub fn has_body(self) -> bool {
        !matches!(self, Status::NoContent | Status::NotModified)
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_line_has_its_code_and_one_end() {
        for status in [
            Status::Ok,
            Status::NoContent,
            Status::NotModified,
            Status::TemporaryRedirect,
            Status::BadRequest,
            Status::Forbidden,
            Status::NotFound,
            Status::MethodNotAllowed,
            Status::RequestTimeout,
            Status::ContentTooLarge,
            Status::UriTooLong,
            Status::ExpectationFailed,
            Status::MisdirectedRequest,
            Status::UnprocessableContent,
            Status::TooManyRequests,
            Status::HeaderFieldsTooLarge,
            Status::InternalServerError,
            Status::NotImplemented,
            Status::ServiceUnavailable,
            Status::VersionNotSupported,
        ] {
            let line = status.line();
            assert!(line.starts_with(&format!("HTTP/1.1 {} ", status.code())), "{line}");
            assert_eq!(line.find("\r\n"), Some(line.len() - 2), "{line}");
            assert_eq!(line, format!("HTTP/1.1 {}\r\n", status.code_and_reason()));
        }
    }
}
