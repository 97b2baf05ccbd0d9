//! Each of the 256 bytes in each place where the grammar of RFC 9110 and 9112 says which may stand there.
//!
//! The table in `http_cases/` has the bytes that somebody thought of.

mod http_support;

use http_support::{World, play};

/// A place in a request, and what a byte in it leads to: a status, or 0 if the connection waits for more.
struct Place {
    name: &'static str,
    before: &'static [u8],
    after: &'static [u8],
    status: fn(u8) -> u16,
}

const PLACES: &[Place] = &[
    Place {
        name: "the first place",
        before: b"",
        after: b"",
        // A CR may begin an empty line.
        status: |byte| if is_token(byte) || byte == b'\r' { 0 } else { 400 },
    },
    Place {
        name: "a method",
        before: b"XG",
        after: b"T / HTTP/1.1\r\nHost: a\r\n\r\n",
        status: |byte| if is_token(byte) { 501 } else { 400 },
    },
    Place {
        name: "a target",
        before: b"GET /a",
        after: b"b HTTP/1.1\r\nHost: a\r\n\r\n",
        status: |byte| if byte.is_ascii_graphic() && byte != b'#' { 404 } else { 400 },
    },
    Place {
        name: "a major version",
        before: b"GET /activer HTTP/",
        after: b".1\r\nHost: a\r\n\r\n",
        status: |byte| match byte {
            b'1' => 200,
            b'0' | b'2'..=b'9' => 505,
            _ => 400,
        },
    },
    Place {
        name: "a minor version",
        before: b"GET /activer HTTP/1.",
        after: b"\r\nHost: a\r\n\r\n",
        status: |byte| if byte.is_ascii_digit() { 200 } else { 400 },
    },
    Place {
        name: "a header's name",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nX",
        after: b"Y: z\r\n\r\n",
        status: |byte| if is_token(byte) || byte == b':' { 200 } else { 400 },
    },
    Place {
        name: "a header's value",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nX: y",
        after: b"z\r\n\r\n",
        status: |byte| if is_text(byte) { 200 } else { 400 },
    },
    Place {
        name: "a Host",
        before: b"GET /activer HTTP/1.1\r\nHost: a",
        after: b"b\r\n\r\n",
        status: |byte| {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) { 200 } else { 400 }
        },
    },
    Place {
        name: "a length",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nContent-Length: 0",
        after: b"\r\n\r\n",
        status: |byte| match byte {
            // Space around a value is not part of it.
            b' ' | b'\t' | b'0' => 200,
            b'1'..=b'9' => 0,
            _ => 400,
        },
    },
    Place {
        name: "a coding",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked",
        after: b"\r\n\r\n0\r\n\r\n",
        status: |byte| if matches!(byte, b' ' | b'\t') { 200 } else { 400 },
    },
    Place {
        name: "a chunk's size",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        after: b"1\r\n",
        status: |byte| match byte {
            // At most 0x31 bytes, or more than are allowed.
            b'0'..=b'3' => 0,
            _ if byte.is_ascii_hexdigit() => 413,
            _ => 400,
        },
    },
    Place {
        name: "the end of a chunk's size",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0",
        after: b"\n\r\n",
        status: |byte| if byte == b'\r' { 200 } else { 400 },
    },
    Place {
        name: "a chunk extension",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;x",
        after: b"y\r\n\r\n",
        status: |byte| if is_text(byte) { 200 } else { 400 },
    },
    Place {
        name: "the end of a chunk",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na",
        after: b"\n0\r\n\r\n",
        status: |byte| if byte == b'\r' { 200 } else { 400 },
    },
    Place {
        name: "a trailer",
        before: b"GET /activer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y",
        after: b"z\r\n\r\n",
        status: |byte| if is_text(byte) { 200 } else { 400 },
    },
];

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

#[test]
fn every_byte_in_every_place() {
    for place in PLACES {
        for byte in 0..=u8::MAX {
            let sent = [place.before, &[byte], place.after].concat();
            let outcome = play(&[&sent], false, World::Table);
            let status = match outcome.output.get(b"HTTP/1.1 ".len()..b"HTTP/1.1 200".len()) {
                Some(digits) => std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()),
                None => Some(0),
            };
            assert_eq!(status, Some((place.status)(byte)), "byte {byte:#04x} in {}", place.name);
        }
    }
}
