//! The fuzzers' inputs, without a fuzzer: the corpus in `fuzz/`, and some thousand inputs made from it.

mod http_support;

#[path = "../../fuzz/bodies/http.rs"]
mod bodies;
#[path = "../../fuzz/inputs.rs"]
mod inputs;

use http_support::all_cases;

/// What HTTP has a meaning for.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"GET ",
    b"HEAD ",
    b"OPTIONS * ",
    b" HTTP/1.1\r\n",
    b" HTTP/1.0\r\n",
    b"http://b",
    b"Host: a\r\n",
    b"Host:\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n",
    b"0\r\n\r\n",
    b"5\r\nhello\r\n",
    b";a=b",
    b"X: y\r\n",
    b"%41",
    b"&",
    b"=",
    b"+",
];

/// What the cases of the table send, with something around it.
fn table(before: &[u8], after: &[u8]) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for case in all_cases() {
        // The few that are long would be most of the work.
        if case.sent.len() < 1000 {
            inputs.push([before, case.sent.as_slice(), after].concat());
        }
    }
    inputs
}

/// The bodies in chunks among them, to be fed four bytes at a time.
fn bodies_of_table() -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    let end_of_head = b"chunked\r\n\r\n";
    for input in table(b"", b"") {
        if let Some(start) = input.windows(end_of_head.len()).position(|window| window == end_of_head) {
            bodies.push([&[3], &input[start + end_of_head.len()..]].concat());
        }
    }
    assert!(!bodies.is_empty());
    bodies
}

#[test]
fn requests() {
    inputs::play("request", table(b"", b""), WORDS, bodies::request);
}

#[test]
fn connections() {
    inputs::play("connection", table(b"", &[60, 120, 180, 1]), WORDS, bodies::connection);
}

#[test]
fn chunks() {
    inputs::play("chunked", bodies_of_table(), WORDS, bodies::chunked);
}

#[test]
fn queries() {
    inputs::play("query", Vec::new(), WORDS, bodies::url_query);
}
