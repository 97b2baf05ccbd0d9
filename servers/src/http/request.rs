//! What a route is given: a request that is complete, body included.
//!
//! A request owns nothing. It is a handful of slices of the connection's input buffer, so serving one
//! allocates nothing; the borrow checker sees to it that the buffer stays as it is until the route is
//! done with them.
//!
//! That also draws a line for the drivers. A route that must wait cannot keep the request while it does,
//! because the connection goes on living; it says what to wait for and what to answer then, and lets the
//! request go.

use std::borrow::Cow;

use memchr::memchr;

use super::query::hex_digit;

/// What the peer wants done (RFC 9110, section 9). Methods are case-sensitive: `get` is another method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Show it.
    Get,
    /// As GET, but only the head of the answer.
    Head,
    /// Take this and do what you do with it.
    Post,
    /// Keep this here.
    Put,
    /// Change it so.
    Patch,
    /// Remove it.
    Delete,
    /// What can be done with it?
    Options,
    /// Send back what you received.
    Trace,
}

impl Method {
    /// The method with this name, if it is one of ours.
    pub(super) fn from_name(name: &[u8]) -> Option<Method> {
        match name {
            b"GET" => Some(Method::Get),
            b"HEAD" => Some(Method::Head),
            b"POST" => Some(Method::Post),
            b"PUT" => Some(Method::Put),
            b"PATCH" => Some(Method::Patch),
            b"DELETE" => Some(Method::Delete),
            b"OPTIONS" => Some(Method::Options),
            b"TRACE" => Some(Method::Trace),
            _ => None,
        }
    }

    /// The name, as it stands in the request line.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
            Method::Trace => "TRACE",
        }
    }
}

/// The version the request was written in. Everything from HTTP/1.1 to HTTP/1.9 is [`Version::Http11`]: a
/// minor version may only add what a 1.1 server can ignore (RFC 9110, section 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// One request per connection unless asked otherwise; no chunks; Host may be missing.
    Http10,
    /// Connections stay open; Host must be there.
    Http11,
}

/// A complete request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    // All of it points into the connection's input buffer.
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) path: &'a [u8],
    pub(super) query: Option<&'a [u8]>,
    pub(super) authority: Option<&'a [u8]>,
    pub(super) header_lines: &'a [u8],
    pub(super) has_origin: bool,
    pub(super) body: &'a [u8],
}

impl<'a> Request<'a> {
    /// What to do.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The version the peer speaks. Answers are written in HTTP/1.1 whatever it is (RFC 9110, section 6.2).
    pub fn version(&self) -> Version {
        self.version
    }

    /// The path, as it was sent: `/sleeper`. Never empty; `*` for `OPTIONS *`.
    ///
    /// Percent signs are not decoded, so that `/a%2Fb` cannot pass for `/a/b`. All of it is visible ASCII, but
    /// given as bytes, as headers are: routes only compare it.
    pub fn path(&self) -> &'a [u8] {
        self.path
    }

    /// The path as routes should compare it: what need not have been encoded is decoded.
    ///
    /// `/%61` and `/a` are the same address (RFC 3986, section 6.2.2.2), `/a%2Fb` and `/a/b` are not:
    /// letters, digits and `-._~` mean the same either way, the others would not. Borrows when there is
    /// nothing to decode.
    pub fn plain_path(&self) -> Cow<'a, [u8]> {
        if !self.path.contains(&b'%') {
            return Cow::Borrowed(self.path);
        }
        let mut plain = Vec::with_capacity(self.path.len());
        let mut rest = self.path;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match decode_unreserved(after) {
                Some(decoded) if byte == b'%' => {
                    plain.push(decoded);
                    rest = &after[2..];
                }
                _ => plain.push(byte),
            }
        }
        Cow::Owned(plain)
    }

    /// What follows the `?`, not decoded; [`query::first`](super::query::first) takes it apart.
    pub fn query(&self) -> Option<&'a str> {
        std::str::from_utf8(self.query?).ok()
    }

    /// The host that the request is for, from the target if it names one, else from the header. `None`:
    /// an HTTP/1.0 request that does not say.
    pub fn host(&self) -> Option<&'a str> {
        std::str::from_utf8(self.authority.or_else(|| self.header("host"))?).ok()
    }

    /// The value of the first header with this name, in any case, without the spaces around it.
    ///
    /// Bytes and not text: a header may hold any byte above 127, in an encoding that nobody tells. The
    /// lines are searched when somebody asks: most routes look at no header at all, so a table of them
    /// would be made for nothing.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        for (candidate, value) in self.headers() {
            if candidate.eq_ignore_ascii_case(name.as_bytes()) {
                return Some(value);
            }
        }
        None
    }

    /// The origin of the page that this request comes from, if a browser says so. Most requests have
    /// none, and that is known without a search.
    pub fn origin(&self) -> Option<&'a [u8]> {
        if self.has_origin { self.header("origin") } else { None }
    }

    /// All headers in the order they came: name and value, both as bytes.
    pub fn headers(&self) -> Headers<'a> {
        Headers { rest: self.header_lines }
    }

    /// The body, chunks put together; empty if there was none.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// The character that two hexadecimal digits stand for, if it is one that means the same written plainly.
fn decode_unreserved(digits: &[u8]) -> Option<u8> {
    let [high, low, ..] = *digits else { return None };
    let byte = hex_digit(high)? * 16 + hex_digit(low)?;
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { Some(byte) } else { None }
}

/// Walks over header lines. They were checked when the head was read, so it can look for CR and colon only.
#[derive(Debug, Clone)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let line_end = memchr(b'\r', self.rest)?;
        let line = &self.rest[..line_end];
        // The empty line at the end has no colon: there the walk ends.
        let colon = memchr(b':', line)?;
        self.rest = &self.rest[line_end + 2..];
        Some((&line[..colon], line[colon + 1..].trim_ascii()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_headers() {
        let request = Request {
            method: Method::Get,
            version: Version::Http11,
            path: b"/",
            query: None,
            authority: None,
            has_origin: false,
            header_lines: b"Host: a:1\r\nX: \t1 2 \r\nEmpty:\r\nx: second\r\n\r\n",
            body: b"",
        };
        assert_eq!(request.host(), Some("a:1"));
        assert_eq!(request.header("x"), Some(b"1 2".as_slice()));
        assert_eq!(request.header("EMPTY"), Some(b"".as_slice()));
        assert_eq!(request.header("Y"), None);
        assert_eq!(request.headers().count(), 4);
        for (path, plain) in [
            ("/a/b", "/a/b"),
            ("/%61%2f%7E%2E", "/a%2f~."),
            ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz%41", "/%zzA"),
            ("/%%41", "/%A"),
            ("/%2541", "/%2541"),
            ("/%c3%a9", "/%c3%a9"),
        ] {
            let request = Request { path: path.as_bytes(), ..request };
            assert_eq!(request.plain_path(), plain.as_bytes());
        }
        let absolute = Request { authority: Some(b"b"), ..request };
        assert_eq!(absolute.host(), Some("b"));
    }
}
