//! The part of a target after `?`: `seconds=2.5&name=a+b`.
//!
//! HTTP gives this text no meaning. The form `key=value&key=value`, with `+` for a space and `%41` for a
//! byte, comes from HTML forms (the URL standard calls it `application/x-www-form-urlencoded`), and every
//! web framework has this decoder inside. Nothing in it can fail: what is not well formed is taken
//! literally, as browsers do, and it is the route that judges the value.

use std::borrow::Cow;

/// The first value of `key` in `query`, decoded. A key without `=` has an empty value.
///
/// ```
/// use servers::http::query;
/// assert_eq!(query::first("seconds=2.5&unit=s", "seconds").as_deref(), Some("2.5"));
/// assert_eq!(query::first("seconds=2.5", "minutes"), None);
/// ```
pub fn first<'a>(query: &'a str, key: &str) -> Option<Cow<'a, str>> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !pair.is_empty() && decode(name) == key {
            return Some(decode(value));
        }
    }
    None
}

/// Undoes `+` and `%XX`. Bytes that are not UTF-8 become U+FFFD; a `%` without two hex digits stays as it is.
///
/// Borrows when there is nothing to undo, which is the usual case.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    // A `%` may be the last byte or the last but one, so what follows it is looked at as a pattern, not
    // by index.
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, after_digits @ ..]) => {
                if let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low)) {
                    decoded.push(high * 16 + low);
                    rest = after_digits;
                } else {
                    decoded.push(b'%');
                }
            }
            _ => decoded.push(byte),
        }
    }
    // Only now is it known whether the bytes make up characters: one character may be several `%XX`.
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// The value of a hexadecimal digit.
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_value_of_a_key() {
        assert_eq!(first("a=1&b=2&a=3", "a").as_deref(), Some("1"));
        assert_eq!(first("a=1&b=2&a=3", "b").as_deref(), Some("2"));
        assert_eq!(first("a=1", "c"), None);
        assert_eq!(first("aa=1&a=2", "a").as_deref(), Some("2"));
    }

    #[test]
    fn takes_odd_pairs_literally() {
        assert_eq!(first("flag&a=1", "flag").as_deref(), Some(""));
        assert_eq!(first("a=", "a").as_deref(), Some(""));
        assert_eq!(first("a=b=c", "a").as_deref(), Some("b=c"));
        assert_eq!(first("", ""), None);
        assert_eq!(first("&&a=1&", "a").as_deref(), Some("1"));
        assert_eq!(first("&&", ""), None);
        assert_eq!(first("=x", "").as_deref(), Some("x"));
    }

    #[test]
    fn decodes_plus_and_percent() {
        assert_eq!(decode("a+b%20c"), "a b c");
        assert_eq!(decode("%2B%2b"), "++");
        assert_eq!(decode("%C3%A9"), "\u{e9}");
        assert_eq!(first("%61=1", "a").as_deref(), Some("1"));
    }

    #[test]
    fn keeps_a_percent_that_encodes_nothing() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%4"), "%4");
        assert_eq!(decode("%zz%41"), "%zzA");
        assert_eq!(decode("%%41"), "%A");
        assert_eq!(decode("%+1"), "% 1");
    }

    #[test]
    fn replaces_what_is_not_text() {
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn borrows_what_needs_no_decoding() {
        assert!(matches!(decode("2.5"), Cow::Borrowed("2.5")));
    }
}
