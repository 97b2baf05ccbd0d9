//! What must hold for all bytes, not only for those that somebody thought of.
//!
//! Random bytes alone would hardly get past the first line, so most streams here are made of fragments of requests:
//! good ones, broken ones and noise, in any order.

mod http_support;

use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use http_support::{DATE, DATE_LINE, World, limits, play, route};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use servers::http::{Connection, Limits, Response, Status, Step, query};

const FRAGMENTS: &[&str] = &[
    "GET /activer HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD /activer HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /activer HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET ",
    "/activer",
    " HTTP/1.1",
    "\r\n",
    "\r",
    "\n",
    "\r\n\r\n",
    "Host: a\r\n",
    "Connection: close\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    "0",
    "0\r\n\r\n",
    "0\r\nX: y\r\n\r\n",
    "5\r\nhello\r\n",
    "1;x=y\r\na\r\n",
    "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n",
    ":",
    " ",
    "\0",
    "a",
];

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        9 => select(FRAGMENTS).prop_map(|fragment| fragment.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

/// Cuts `bytes` at the given places.
fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for place in places {
        pieces.push(&bytes[start..place]);
        start = place;
    }
    pieces.push(&bytes[start..]);
    pieces
}

/// The most that a connection may hold under `limits` when no read brings more than `read` bytes and no answer is longer
/// than `answer`. Twice what it keeps, since a growing `Vec` doubles.
fn most_bytes(limits: &Limits, read: usize, answer: usize) -> usize {
    let head = limits.max_request_line + limits.max_header_bytes + "\r\n\r\n\r\n".len();
    let kept = head + limits.max_body + limits.max_trailer_bytes + 2 * read;
    2 * (kept + limits.max_unsent + answer)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_network_may_cut_anywhere(
        bytes in stream(),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
        ends in any::<bool>(),
    ) {
        let whole = play(&[&bytes], ends, World::Table);
        prop_assert_eq!(&play(&pieces(&bytes, &cuts), ends, World::Table), &whole);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&play(&single, ends, World::Table), &whole);
    }

    #[test]
    fn when_the_stream_has_ended_the_connection_closes(bytes in stream()) {
        prop_assert!(play(&[&bytes], true, World::Table).closed);
    }

    #[test]
    fn no_noise_is_too_much(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let whole = play(&[&bytes], true, World::Table);
        prop_assert!(whole.closed);
    }

    #[test]
    fn memory_is_bounded(bytes in prop::collection::vec(stream(), 1..20), read in 1..200_usize) {
        let limits = Limits { max_unsent: 500, max_requests: 1000, ..limits() };
        let bound = most_bytes(&limits, read, 300);
        let mut connection = Connection::new(Rc::new(limits));
        for piece in bytes.concat().chunks(read) {
            connection.receive(piece);
            loop {
                prop_assert!(connection.heap_bytes() <= bound);
                let response = match connection.next(Duration::ZERO) {
                    Step::Answer(request) => route(&request),
                    Step::Refuse(error) => error.response(),
                    Step::Read { .. } | Step::Write => {
                        let count = connection.output().len();
                        connection.sent(count);
                        if count == 0 {
                            break;
                        }
                        continue;
                    }
                    Step::Close => break,
                };
                connection.answer(&response, DATE_LINE);
            }
        }
    }

    #[test]
    fn a_peer_that_does_not_read_is_answered_up_to_a_bound(bytes in prop::collection::vec(stream(), 1..40)) {
        let limits = Limits { max_unsent: 500, max_requests: 1000, ..limits() };
        let most_unsent = limits.max_unsent + 300;
        let mut connection = Connection::new(Rc::new(limits));
        // As the drivers do: they read no more while they cannot write.
        for piece in bytes.concat().chunks(100) {
            connection.receive(piece);
            loop {
                prop_assert!(connection.output().len() <= most_unsent);
                let response = match connection.next(Duration::ZERO) {
                    Step::Answer(request) => route(&request),
                    Step::Refuse(error) => error.response(),
                    Step::Read { .. } => break,
                    Step::Write | Step::Close => return Ok(()),
                };
                connection.answer(&response, DATE_LINE);
            }
        }
    }

    #[test]
    fn endless_streams_of_one_kind_are_bounded(unit in select(FRAGMENTS), count in 1..400_usize, read in 1..50_usize) {
        let limits = Limits { max_requests: 1_000_000, ..limits() };
        let bound = most_bytes(&limits, read, 300);
        let mut connection = Connection::new(Rc::new(limits));
        connection.receive(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for piece in unit.repeat(count).as_bytes().chunks(read) {
            if let Step::Refuse(_) | Step::Answer(_) | Step::Close = connection.next(Duration::ZERO) {
                break;
            }
            connection.receive(piece);
            prop_assert!(connection.heap_bytes() <= bound);
        }
    }

    #[test]
    fn a_body_is_what_was_sent(
        bodies in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 1..9), 0..6), 1..5),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
    ) {
        let mut sent = Vec::new();
        let mut expected: Vec<u8> = Vec::new();
        for chunks in &bodies {
            sent.extend(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            for chunk in chunks {
                let mut size = String::new();
                write!(size, "{:X}\r\n", chunk.len()).unwrap();
                sent.extend(size.as_bytes());
                sent.extend(chunk);
                sent.extend(b"\r\n");
            }
            sent.extend(b"0\r\n\r\n");
            let body = chunks.concat();
            let head = format!(
                "HTTP/1.1 200 OK\r\nDate: {DATE}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            expected.extend(head.as_bytes());
            expected.extend(&body);
        }
        let outcome = play(&pieces(&sent, &cuts), false, World::Table);
        prop_assert!(outcome.output == expected, "{}", outcome.output.escape_ascii());
    }

    #[test]
    fn any_query_can_be_read(text in ".{0,40}", key in ".{0,3}") {
        let _ = query::first(&text, &key);
        // What a browser encodes comes out as it went in.
        let mut encoded = String::new();
        for byte in text.bytes() {
            write!(encoded, "%{byte:02x}").unwrap();
        }
        prop_assert_eq!(query::decode(&encoded), text);
    }
}

/// A client that announces its end can be closed upon; one that has sent more than it said, or nonsense, cannot.
#[test]
fn only_who_says_goodbye_and_nothing_more_is_simply_closed() {
    for (bytes, simply) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", true),
        ("GET / HTTP/1.0\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nmore", false),
        ("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", false),
        ("POST / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: x\r\n\r\n", false),
    ] {
        let mut connection = Connection::new(Rc::new(Limits { max_requests: 1, ..Limits::default() }));
        connection.receive(bytes.as_bytes());
        match connection.next(Duration::ZERO) {
            Step::Answer(_) => connection.answer(&Response::text(Status::Ok, "here"), "Date: today\r\n"),
            Step::Refuse(error) => connection.answer(&error.response(), "Date: today\r\n"),
            step => panic!("{bytes:?}: {step:?}"),
        }
        assert!(matches!(connection.next(Duration::ZERO), Step::Close), "{bytes:?}");
        assert_eq!(connection.may_just_close(), simply, "{bytes:?}");
    }
}
