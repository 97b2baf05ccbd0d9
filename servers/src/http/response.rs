//! What a route gives back, and how it is written.
//!
//! Head and body go into one contiguous buffer, so that one system call sends both. Two writes would cost
//! a second call, and with Nagle's algorithm the body might even wait until the peer has acknowledged the
//! head.
//!
//! ```text
//! HTTP/1.1 200 OK\r\n                              from the route
//! Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n          from the driver, who has the clock
//! Content-Type: text/plain; charset=utf-8\r\n      from the route
//! Cache-Control: no-store\r\n                      from the route, if it wants more headers
//! Connection: close\r\n                            from the connection, on its last answer
//! Content-Length: 7\r\n                            counted here: a length that is wrong breaks the connection
//! \r\n
//! activer
//! ```
//!
//! A date, a length and `Connection` are not a route's business: they are written here, for every answer,
//! and a route that sets one of them as well has it twice.

use std::borrow::Cow;

use super::status::Status;

/// An answer, not yet written: no date, no length, nothing about the connection; these are not a route's
/// business.
#[derive(Debug, Clone)]
pub struct Response {
    status: Status,
    content_type: ContentType,
    /// Lines that were known when the program was compiled: the usual answer allocates nothing for them.
    fixed_headers: &'static str,
    /// Made for this answer; an empty `Vec` owns no memory.
    other_headers: Vec<(&'static str, String)>,
    body: Cow<'static, [u8]>,
    /// The body comes later, from the driver.
    is_stream: bool,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// Plain text in UTF-8.
    Text,
    /// A page.
    Html,
    /// A stream of events, for a browser's `EventSource`.
    Events,
}

impl ContentType {
    /// The header line, with its end.
    fn line(self) -> &'static str {
        match self {
            ContentType::Text => "Content-Type: text/plain; charset=utf-8\r\n",
            ContentType::Html => "Content-Type: text/html; charset=utf-8\r\n",
            ContentType::Events => "Content-Type: text/event-stream\r\n",
        }
    }
}

/// What the answer says about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionHeader {
    /// HTTP/1.1 keeps open by default: nothing to say.
    None,
    /// Told to an HTTP/1.0 client that asked for it.
    KeepAlive,
    /// This is the last answer.
    Close,
}

impl Response {
    /// An answer with a body of the given type. A body that never changes costs nothing: `"text"` or
    /// `b"bytes"` is borrowed, only a `String` or `Vec` made for this answer is owned.
    pub fn new(status: Status, content_type: ContentType, body: impl Into<Body>) -> Response {
        let Body(body) = body.into();
        Response {
            status,
            content_type,
            fixed_headers: "",
            other_headers: Vec::new(),
            body,
            is_stream: false,
        }
    }

    /// Plain text in UTF-8.
    pub fn text(status: Status, body: impl Into<Body>) -> Response {
        Response::new(status, ContentType::Text, body)
    }

    /// The head of an answer whose length nobody knows yet: it ends when the connection does.
    ///
    /// After answering, the driver writes the output, then whatever belongs to the stream, and only then
    /// asks [`Connection::next`](super::Connection::next), which says `Close`. To a HEAD request it must
    /// not stream.
    pub fn stream(content_type: ContentType) -> Response {
        let mut response = Response::new(Status::Ok, content_type, "");
        response.is_stream = true;
        response
    }

    /// Adds headers that are always the same, as they are written: `Cache-Control: no-store\r\n`, and
    /// more such lines. They are not copied; a second call replaces the first one's.
    ///
    /// # Panics
    ///
    /// If the last line has no end.
    #[must_use]
    pub fn with_headers(mut self, headers: &'static str) -> Response {
        assert!(headers.ends_with("\r\n"), "a header line without its end: {headers:?}");
        debug_assert!(
            !headers.starts_with("\r\n") && !headers.contains("\r\n\r\n"),
            "an empty line ends the head"
        );
        self.fixed_headers = headers;
        self
    }

    /// Adds one header with a value made for this answer.
    ///
    /// The value may come from anywhere: a control character in it, which could begin a header of its own
    /// or even an answer of its own ("response splitting"), is written as a space.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.other_headers.push((name, value.into()));
        self
    }

    /// The status, for log lines.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The body; empty for a stream.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the connection must end with this answer, because nothing else marks the answer's end.
    pub fn is_stream(&self) -> bool {
        self.is_stream
    }

    /// Appends the answer to `output`. `head_only` is for HEAD: the same head as for GET, length
    /// included, and no body.
    pub(super) fn write(
        &self,
        output: &mut Vec<u8>,
        date_line: &str,
        connection: ConnectionHeader,
        head_only: bool,
    ) {
        debug_assert!(date_line.ends_with("\r\n"), "a header line without its end: {date_line:?}");
        put(output, self.status.line());
        put(output, date_line);
        // A type or a length would announce a body that does not come.
        let has_body = self.status.has_body();
        if has_body {
            put(output, self.content_type.line());
        }
        put(output, self.fixed_headers);
        for (name, value) in &self.other_headers {
            put(output, name);
            put(output, ": ");
            put(output, &plain(value));
            put(output, "\r\n");
        }
        match connection {
            ConnectionHeader::None => {}
            ConnectionHeader::KeepAlive => put(output, "Connection: keep-alive\r\n"),
            ConnectionHeader::Close => put(output, "Connection: close\r\n"),
        }
        if has_body && !self.is_stream {
            put(output, "Content-Length: ");
            put(output, itoa::Buffer::new().format(self.body.len()));
            put(output, "\r\n\r\n");
        } else {
            put(output, "\r\n");
        }
        if has_body && !head_only {
            output.extend_from_slice(&self.body);
        }
    }
}

/// Anything that can be a body; [`Response::new`] turns it into bytes.
///
/// A type of its own, because `Cow<[u8]>` itself cannot be made from a `&str` or a `String`, and those
/// are what routes have.
#[derive(Debug)]
pub struct Body(Cow<'static, [u8]>);

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Body(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Body {
        Body(Cow::Borrowed(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Body(Cow::Owned(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body(Cow::Owned(bytes))
    }
}

/// A value that was made for this answer, without control characters: they become spaces, as RFC 9110
/// (section 5.5) has it for those who receive them. All other values were known when the program was
/// compiled, or are ours.
fn plain(value: &str) -> Cow<'_, str> {
    if value.bytes().any(|byte| byte.is_ascii_control()) {
        Cow::Owned(value.replace(|letter: char| letter.is_ascii_control(), " "))
    } else {
        Cow::Borrowed(value)
    }
}

fn put(output: &mut Vec<u8>, text: &str) {
    output.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(response: &Response, connection: ConnectionHeader, head_only: bool) -> String {
        let mut output = Vec::new();
        response.write(&mut output, "Date: today\r\n", connection, head_only);
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn writes_head_and_body() {
        let response = Response::text(Status::Ok, "hello")
            .with_headers("Cache-Control: no-store\r\n")
            .with_header("Retry-After", 5.to_string());
        let head = "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Cache-Control: no-store\r\nRetry-After: 5\r\n";
        let length = "Content-Length: 5\r\n\r\n";
        assert_eq!(written(&response, ConnectionHeader::None, false), format!("{head}{length}hello"));
        assert_eq!(written(&response, ConnectionHeader::None, true), format!("{head}{length}"));
        let closing = format!("{head}Connection: close\r\n{length}hello");
        assert_eq!(written(&response, ConnectionHeader::Close, false), closing);
        let keeping = format!("{head}Connection: keep-alive\r\n{length}hello");
        assert_eq!(written(&response, ConnectionHeader::KeepAlive, false), keeping);
    }

    #[test]
    fn an_answer_without_content_has_no_length() {
        for status in [Status::NoContent, Status::NotModified] {
            let text = written(&Response::text(status, "lost"), ConnectionHeader::None, false);
            assert_eq!(text, format!("{}Date: today\r\n\r\n", status.line()));
        }
    }

    #[test]
    #[should_panic(expected = "a header line without its end")]
    fn a_line_needs_its_end() {
        let _ = Response::text(Status::Ok, "").with_headers("Cache-Control: no-store");
    }

    #[test]
    fn a_value_cannot_begin_a_line() {
        let response = Response::text(Status::Ok, "").with_header("X", "a\r\nY: b\0\u{7f}c");
        let text = written(&response, ConnectionHeader::None, false);
        assert!(text.contains("X: a  Y: b  c\r\n"), "{text}");
    }

    #[test]
    fn a_stream_has_no_length() {
        let text = written(&Response::stream(ContentType::Events), ConnectionHeader::Close, false);
        assert_eq!(
            text,
            "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        );
    }
}
