//! What is done with each input of a fuzzer, for HTTP.
//!
//! `servers/tests/http_fuzz.rs` plays a bounded number of inputs in every test run, the targets in `fuzz_targets` as many as
//! one has patience for.
//!
//! A body takes any bytes and panics if something is wrong. Most compare the code with a second opinion: an
//! implementation so simple that it need not be fast, or the same one fed in another way.

use std::rc::Rc;
use std::time::Duration;

use servers::http::{Connection, Limits, Request, Response, Status, Step, query};

use crate::http_support::{DATE_LINE, World, play};

/// Requests: what reaches a route is well formed, and written anew it reads the same.
pub(crate) fn request(input: &[u8]) {
    let mut connection = Connection::new(Rc::new(Limits::default()));
    connection.receive(input);
    while let Step::Answer(request) = connection.next(Duration::ZERO) {
        check_form(&request);
        check_round_trip(&request);
        connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
    }
}

fn check_form(request: &Request<'_>) {
    let path = request.path();
    assert!(path == b"*" || path.starts_with(b"/"), "path {}", path.escape_ascii());
    let texts = [request.query(), request.host()].into_iter().flatten().map(str::as_bytes);
    for text in texts.chain([path]) {
        assert!(text.iter().all(|&byte| byte.is_ascii_graphic() && byte != b'#'), "{}", text.escape_ascii());
    }
    assert!(!path.contains(&b'?'));
    let mut lengths = 0;
    for (name, value) in request.headers() {
        assert!(is_token(name), "{}", name.escape_ascii());
        assert!(
            value.iter().all(|&byte| byte == b'\t' || !byte.is_ascii_control()),
            "{}",
            value.escape_ascii()
        );
        assert_eq!(value, value.trim_ascii(), "spaces around a value");
        if name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"transfer-encoding") {
            lengths += 1;
        }
    }
    assert!(lengths > 0 || request.body().is_empty(), "a body that nobody announced");
}

/// Writes the request in the plainest way there is, and reads that.
fn check_round_trip(request: &Request<'_>) {
    let mut text = [request.method().name().as_bytes(), b" ", request.path()].concat();
    if let Some(query) = request.query() {
        text.extend(format!("?{query}").bytes());
    }
    let host = request.host().unwrap_or("none");
    text.extend(format!(" HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n", request.body().len()).bytes());
    let mut others: Vec<(&[u8], &[u8])> = Vec::new();
    for (name, value) in request.headers() {
        let framing = ["host", "content-length", "transfer-encoding", "expect"];
        if !framing.iter().any(|own| name.eq_ignore_ascii_case(own.as_bytes())) {
            others.push((name, value));
            text.extend([name, b":", value, b"\r\n"].concat());
        }
    }
    text.extend(b"\r\n");
    text.extend(request.body());
    // What is written may be longer than what was read: `Host: none`.
    let limits = Limits { max_header_bytes: 1 << 20, ..Limits::default() };
    let mut connection = Connection::new(Rc::new(limits));
    connection.receive(&text);
    let Step::Answer(again) = connection.next(Duration::ZERO) else {
        // A hundred headers, and we have added a line.
        assert!(others.len() >= 99, "not read again: {}", text.escape_ascii());
        return;
    };
    // An empty Host beside `*` is no host, but it is what was said.
    assert_eq!(again.host(), Some(host));
    assert_eq!(
        (again.method(), again.path(), again.query()),
        (request.method(), request.path(), request.query())
    );
    assert_eq!(again.headers().skip(2).collect::<Vec<_>>(), others);
    assert_eq!(again.body(), request.body());
}

fn is_token(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Connections: the network may cut the bytes anywhere, and after the end of the stream the connection closes. The last
/// four bytes of the input say where it is cut.
pub(crate) fn connection(input: &[u8]) {
    let Some((stream, cuts)) = input.split_last_chunk::<4>() else { return };
    let ends = cuts[3] % 2 == 1;
    let whole = play(&[stream], ends, World::Table);
    let mut places = cuts.map(|cut| stream.len() * usize::from(cut) / 255);
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for place in places {
        pieces.push(&stream[start..place]);
        start = place;
    }
    pieces.push(&stream[start..]);
    assert_eq!(play(&pieces, ends, World::Table), whole, "cut at {places:?}");
    let single: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(play(&single, ends, World::Table), whole, "byte by byte");
    assert!(whole.closed || !ends);
}

/// Chunks: a decoder that looks at one byte after the other, against one that has all of them. The first byte of the
/// input says in which pieces it is fed.
pub(crate) fn chunked(input: &[u8]) {
    let Some((&size, input)) = input.split_first() else { return };
    // Without limits that the other one does not know, and with as much time for a first request as for another.
    let limits = Rc::new(Limits {
        idle_timeout: Limits::default().head_timeout,
        max_body: 1 << 30,
        max_chunk_extensions: 1 << 30,
        max_trailer_bytes: 1 << 30,
        ..Limits::default()
    });
    let mut connection = Connection::new(Rc::clone(&limits));
    connection.receive(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!(matches!(connection.next(Duration::ZERO), Step::Read { .. }));
    let plain = decode_plainly(input);
    let mut pieces = input.chunks(usize::from(size) + 1);
    let outcome = loop {
        match connection.next(Duration::ZERO) {
            Step::Read { .. } => match pieces.next() {
                Some(piece) => connection.receive(piece),
                None => break None,
            },
            Step::Answer(request) => break Some(Ok(request.body().to_vec())),
            Step::Refuse(error) => break Some(Err(error)),
            other => panic!("{other:?}"),
        }
    };
    match (outcome, plain) {
        (Some(Ok(body)), Plain::Complete { body: expected, rest }) => {
            assert_eq!(body, expected);
            connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
            for piece in pieces {
                connection.receive(piece);
            }
            // What follows is the next request, as if it had come alone.
            let mut alone = Connection::new(limits);
            alone.receive(rest);
            let (after, alone) = (connection.next(Duration::ZERO), alone.next(Duration::ZERO));
            assert_eq!(format!("{after:?}"), format!("{alone:?}"));
        }
        // It may refuse what it has not seen the end of.
        (Some(Err(_)), Plain::Bad | Plain::BadTrailer | Plain::Incomplete) | (None, Plain::Incomplete) => {}
        // It looks at the trailers when the last of them is there.
        (None, Plain::BadTrailer) if !input.ends_with(b"\r\n\r\n") => {}
        (outcome, plain) => panic!("{outcome:?}, expected {plain:?}: {}", input.escape_ascii()),
    }
}

/// What a body in chunks is, seen as a whole.
#[derive(Debug)]
enum Plain<'a> {
    Complete { body: Vec<u8>, rest: &'a [u8] },
    Incomplete,
    Bad,
    BadTrailer,
}

/// The grammar of RFC 9112, section 7.1, line by line.
fn decode_plainly(mut input: &[u8]) -> Plain<'_> {
    let mut body = Vec::new();
    loop {
        let line = match take_line(&mut input) {
            Ok(line) => line,
            Err(plain) => return plain,
        };
        let Some(size) = size_in(line) else { return Plain::Bad };
        if size == 0 {
            break;
        }
        // More than any input is long is as good as too much.
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if input.len() < size {
            return Plain::Incomplete;
        }
        body.extend_from_slice(&input[..size]);
        input = &input[size..];
        match take_line(&mut input) {
            Ok(b"") => {}
            Ok(_) => return Plain::Bad,
            Err(plain) => return plain,
        }
    }
    let mut trailers = 0;
    loop {
        match take_line(&mut input) {
            Ok(b"") => return Plain::Complete { body, rest: input },
            Ok(line) if trailers < 100 && is_trailer(line) => trailers += 1,
            Ok(_) | Err(Plain::Bad) => return Plain::BadTrailer,
            Err(plain) => return plain,
        }
    }
}

/// Takes a line off the input. CR and LF may only end it, and only together.
fn take_line<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], Plain<'a>> {
    let Some(end) = input.iter().position(|byte| b"\r\n".contains(byte)) else {
        return Err(Plain::Incomplete);
    };
    let (line, rest) = input.split_at(end);
    match rest {
        [b'\r', b'\n', after @ ..] => {
            *input = after;
            Ok(line)
        }
        [b'\r'] => Err(Plain::Incomplete),
        _ => Err(Plain::Bad),
    }
}

fn size_in(line: &[u8]) -> Option<u128> {
    let line: String = line.iter().map(|&byte| char::from(byte)).collect();
    let digits = line.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
    let (digits, extension) = line.split_at(line.len() - digits.len());
    if digits.len() > 16 {
        return None;
    }
    let begins_well = extension.is_empty() || extension.trim_start_matches([' ', '\t']).starts_with(';');
    let reads_well = extension.chars().all(|letter| letter == '\t' || !letter.is_ascii_control());
    if begins_well && reads_well { u128::from_str_radix(digits, 16).ok() } else { None }
}

fn is_trailer(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
    let (name, value) = line.split_at(colon);
    let forbidden = ["content-length", "transfer-encoding", "host"];
    is_token(name)
        && !forbidden.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
        && value.iter().all(|&byte| byte == b'\t' || !byte.is_ascii_control())
}

/// Queries: the first value of a key, found by taking everything apart. The first line of the input is the key.
pub(crate) fn url_query(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (key, text) = text.split_once('\n').unwrap_or(("", &text));
    let mut values = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let mut parts = pair.splitn(2, '=');
        if decode_query(parts.next().unwrap_or("")) == key {
            values.push(decode_query(parts.next().unwrap_or("")));
        }
    }
    assert_eq!(query::first(text, key).as_deref(), values.first().map(String::as_str));
    assert_eq!(query::decode(text), decode_query(text));
}

fn decode_query(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut index = 0;
    while index < bytes.len() {
        let digits =
            bytes.get(index + 1..index + 3).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match (bytes[index], digits) {
            (b'%', Some(digits)) => {
                let digits = std::str::from_utf8(digits).expect("digits are ASCII");
                decoded.push(u8::from_str_radix(digits, 16).expect("two of them are a byte"));
                index += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
