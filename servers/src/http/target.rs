//! What is asked for: the four forms of a request target, and what a host looks like.
//!
//! ```text
//! GET /sleeper?seconds=2 HTTP/1.1            origin-form: a path. What browsers send
//! GET http://host/sleeper HTTP/1.1           absolute-form: what they send to a proxy; every server must take it
//! OPTIONS * HTTP/1.1                         asterisk-form: the server as a whole
//! CONNECT host:443 HTTP/1.1                  authority-form: for proxies, so not for us
//! ```
//!
//! RFC 9112, section 3.2. Positions are returned, not slices: the buffer that holds the head may still
//! grow and move before the request is complete.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::bytes::{HOST, PATH, QUERY};
use super::error::Error;
use super::query::hex_digit;
use super::request::Method;

/// Where the parts of a target are, counted from its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) form: Form,
    // From here on positions and not text: see above.
    /// Empty for an address without a path, `http://host`; then it stands for `/`.
    pub(super) path: Range<usize>,
    /// If it is more than the path's end, a `?` and a query are in between.
    length: usize,
}

/// How a target is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `/path`.
    Origin,
    /// `http://host/path`. The host that is named there wins over the Host header, which some proxies
    /// forget to adjust; it begins at `authority`.
    Absolute { authority: usize },
    /// `*`: no address at all, so Host may be empty.
    Asterisk,
}

impl Target {
    /// What follows the first `?`. `/a?` has an empty one, `/a` has none.
    pub(super) fn query(&self) -> Option<Range<usize>> {
        if self.path.end < self.length { Some(self.path.end + 1..self.length) } else { None }
    }

    /// The host that the target names.
    pub(super) fn authority(&self) -> Option<Range<usize>> {
        match self.form {
            Form::Absolute { authority } => Some(authority..self.path.start),
            Form::Origin | Form::Asterisk => None,
        }
    }
}

/// Finds the parts of `target`.
///
/// Any visible ASCII is let through, also what RFC 3986 wants percent-encoded (browsers do send `|` and
/// `{`), with one exception: a fragment, `#...`, belongs to the client alone and is never sent.
pub(super) fn parse(target: &[u8], method: Method) -> Result<Target, Error> {
    if target == b"*" {
        let asterisk = Target { form: Form::Asterisk, path: 0..1, length: 1 };
        return if method == Method::Options { Ok(asterisk) } else { Err(Error::Target) };
    }
    // By far the most common form, so it is tried before the rare ones.
    if target.starts_with(b"/") {
        return find_query(target, Form::Origin, 0);
    }
    let authority_start = after_scheme(target, "http://").or_else(|| after_scheme(target, "https://"));
    let authority_start = authority_start.ok_or(Error::Target)?;
    let mut path_start = authority_start;
    while path_start < target.len() && !matches!(target[path_start], b'/' | b'?') {
        path_start += 1;
    }
    // A host and nothing else is enough: `http://host` asks for `/`.
    if !is_host(&target[authority_start..path_start]) {
        return Err(Error::Target);
    }
    let parts = find_query(target, Form::Absolute { authority: authority_start }, path_start)?;
    // RFC 9110 (section 7.4): who asks for https must get it on a connection that is secured, or not at all.
    if after_scheme(target, "https://").is_some() {
        return Err(Error::Scheme);
    }
    Ok(parts)
}

/// Everything from `path_start` on is the path, up to the first `?`.
fn find_query(target: &[u8], form: Form, path_start: usize) -> Result<Target, Error> {
    let path_end = path_start + PATH.span(&target[path_start..]);
    match &target[path_end..] {
        [] => {}
        [b'?', query @ ..] if QUERY.has_all(query) => {}
        _ => return Err(Error::Target),
    }
    Ok(Target { form, path: path_start..path_end, length: target.len() })
}

/// The length of `scheme` if the target begins with it, which may be written in capitals.
fn after_scheme(target: &[u8], scheme: &str) -> Option<usize> {
    let start = target.get(..scheme.len())?;
    if start.eq_ignore_ascii_case(scheme.as_bytes()) { Some(scheme.len()) } else { None }
}

/// Whether `text` is a host with an optional port (RFC 3986, section 3.2): `example.org`,
/// `127.0.0.1:8000`, `[::1]:80`.
///
/// No `user@`: RFC 9110 (section 4.2.4) calls it a trick to make an address look like another one.
pub(super) fn is_host(text: &[u8]) -> bool {
    if let [b'[', inside @ ..] = text {
        // The colons of an IPv6 address would be taken for a port, hence the brackets.
        let Some(end) = inside.iter().position(|&byte| byte == b']') else { return false };
        return is_ipv6(&inside[..end]) && is_port(&inside[end + 1..]);
    }
    let Some(end) = name_length(text) else { return false };
    end > 0 && is_port(&text[end..])
}

/// The standard library's parser is strict, and knows nothing of zones (`%eth0`), which make no sense to
/// a peer.
fn is_ipv6(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

/// How much of `text` is a registered name or an IPv4 address, which the grammar does not tell apart.
/// `None` if there is a `%` in it that encodes nothing.
fn name_length(text: &[u8]) -> Option<usize> {
    let mut end = HOST.span(text);
    while let [b'%', encoded @ ..] = &text[end..] {
        let [high, low, rest @ ..] = encoded else { return None };
        hex_digit(*high)?;
        hex_digit(*low)?;
        end = text.len() - rest.len() + HOST.span(rest);
    }
    Some(end)
}

/// Nothing, or a colon and a number that a port can be; the grammar lets the number be missing.
///
/// The digits are checked before they are parsed, because the standard library's parser takes `+80`.
fn is_port(text: &[u8]) -> bool {
    match text {
        [] | [b':'] => true,
        [b':', digits @ ..] => {
            let Ok(digits) = std::str::from_utf8(digits) else { return false };
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for good in
            ["a", "example.org", "127.0.0.1:8000", "[::1]", "[::1]:80", "h:", "a_b", "%41", "a,b", "h:65535"]
        {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "", ":80", "a b", "a/b", "u@h", "h:x", "h:+1", "h:65536", "[::1", "[x]", "[]", "[::1]x", "%4",
            "a:1:2", "h\"", "\u{e9}",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn forms() {
        let target = parse(b"/a/b?c=d?e", Method::Get).unwrap();
        assert_eq!((target.query(), target.authority(), target.path), (Some(5..10), None, 0..4));
        let target = parse(b"http://h:1/p?", Method::Get).unwrap();
        assert_eq!((target.query(), target.authority(), target.path), (Some(13..13), Some(7..10), 10..12));
        let target = parse(b"HTTP://h?q", Method::Get).unwrap();
        assert_eq!((target.query(), target.authority(), target.path), (Some(9..10), Some(7..8), 8..8));
        assert_eq!(parse(b"hTTps://h/", Method::Get), Err(Error::Scheme));
        assert_eq!(parse(b"https://u@h/", Method::Get), Err(Error::Target));
        assert_eq!(parse(b"*", Method::Options).unwrap().form, Form::Asterisk);
        for bad in [
            "*",
            "a",
            "h:80",
            "ftp://h/",
            "http:///p",
            "http://",
            "http://u@h/",
            "http://%4:80/",
            "http://%1/",
            "https://h/#",
            "/a#b",
            "/\u{e9}",
            "?a",
            "/a\tb",
        ] {
            assert_eq!(parse(bad.as_bytes(), Method::Get), Err(Error::Target), "{bad}");
        }
    }
}
