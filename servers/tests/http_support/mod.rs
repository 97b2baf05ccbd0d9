//! Reads the table in `tests/http_cases/` and plays its cases against the state machine alone. `http_wire.rs` plays the
//! same cases over sockets.
//!
//! The format is meant for people. A case is a name, what the peer sends, and what must come back:
//!
//! ```text
//! case: a request without Host is refused
//! > GET /activer HTTP/1.1          a line sent, with CR LF
//! >                                an empty line sent
//! >> GET \x00\r\n                  sent as it is, without a line end; escapes: \r \n \t \0 \\ \xNN, \(ab*3) = ababab
//! end                              the peer closes its sending half
//! < 400 There is no host.          an answer: status, and the whole body if one is given (with escapes)
//! < 200 -                          an answer to HEAD: a length, no body
//! <+ Allow: GET                    the answer above has this header line
//! <- Connection                    the answer above has no header of this name
//! close                            then the server closes (or: open, it waits for more)
//! # a comment
//! ```
//!
//! Most files ask routes made for them ([`World::Table`]), under limits that are small. `programs.txt` asks what the two
//! programs serve ([`World::Programs`]).
//!
//! `open` is said of a server that can wait for many. The blocking server keeps a connection only while more of it
//! is there: where nothing is left to answer, its last answer says `Connection: close`, and it closes.
//!
//! Some things hold for every answer and need not be said: see [`check`].

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use servers::http::{
    Connection, ContentType, Limits, Method, Request, Response, SpareBuffers, Status, Step, query,
};
use servers::routes::{self, Reply};

/// The date in every answer.
pub(crate) const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
pub(crate) const DATE_LINE: &str = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

/// What is served, and under which limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum World {
    /// Routes and limits made for the table.
    #[default]
    Table,
    /// What the two programs serve when nobody tells them otherwise.
    Programs,
}

impl World {
    pub(crate) fn limits(self) -> Limits {
        match self {
            World::Table => limits(),
            World::Programs => Limits::default(),
        }
    }

    pub(crate) fn routes(self) -> fn(&Request<'_>) -> Reply {
        match self {
            World::Table => |request| Reply::Now(route(request)),
            World::Programs => routes::reply,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) name: String,
    /// Who is asked.
    pub(crate) world: World,
    /// What the peer sends.
    pub(crate) sent: Vec<u8>,
    /// Whether the peer then closes its sending half.
    pub(crate) ends: bool,
    /// What must come back.
    pub(crate) answers: Vec<Expected>,
    /// Whether the server closes then.
    pub(crate) closes: bool,
}

/// One answer that must come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    /// The status code.
    pub(crate) status: u16,
    /// The whole body, if the case says so.
    pub(crate) body: Option<Vec<u8>>,
    /// An answer to HEAD.
    pub(crate) head_only: bool,
    /// Header lines that must be there.
    pub(crate) has: Vec<String>,
    /// Header names that must not.
    pub(crate) lacks: Vec<String>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// All bytes, `100 Continue` left out: whether it is sent depends on how the bytes arrive, and may.
    pub(crate) output: Vec<u8>,
    /// Whether the server has closed.
    pub(crate) closed: bool,
    /// Whether it waits, and not in the middle of a request.
    pub(crate) idle: bool,
}

/// Limits that are small, so that the cases for them are. The table counts on them.
pub(crate) fn limits() -> Limits {
    Limits {
        max_request_line: 100,
        max_header_bytes: 400,
        max_headers: 20,
        max_body: 50,
        max_chunk_extensions: 40,
        max_trailer_bytes: 100,
        max_requests: 10,
        ..Limits::default()
    }
}

/// What the table's requests are answered with.
pub(crate) fn route(request: &Request<'_>) -> Response {
    let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or(b"none")).into_owned();
    match (request.method(), request.path()) {
        (Method::Get | Method::Head, b"/activer") => Response::text(Status::Ok, "activer"),
        (Method::Get, b"/") => Response::text(Status::Ok, "root"),
        (Method::Get, b"/empty") | (Method::Options, b"*") => Response::text(Status::NoContent, ""),
        (Method::Get, b"/stream") => Response::stream(ContentType::Events),
        (Method::Get, b"/host") => Response::text(Status::Ok, request.host().unwrap_or("none").to_string()),
        (Method::Get, b"/header") => Response::text(Status::Ok, text(request.header("x-test"))),
        (Method::Get, b"/query") => {
            let value = query::first(request.query().unwrap_or(""), "seconds");
            Response::text(Status::Ok, value.as_deref().unwrap_or("none").to_string())
        }
        (_, b"/activer") => {
            Response::text(Status::MethodNotAllowed, "GET or HEAD").with_headers("Allow: GET, HEAD\r\n")
        }
        (_, b"/echo") => Response::text(Status::Ok, request.body().to_vec()),
        _ => Response::text(Status::NotFound, "missing"),
    }
}

/// Feeds `pieces` to a new connection, one read each, and answers what it asks. Nobody waits for what takes time.
///
/// # Panics
///
/// If the connection does not come to rest within as many steps as the bytes can justify, or if it matters whether they
/// are copied to it or read into the buffer that it takes.
pub(crate) fn play(pieces: &[&[u8]], ends: bool, world: World) -> Outcome {
    let outcome = play_to(pieces, ends, world, Connection::receive);
    // To forget to give the buffers back is not wrong, only dearer.
    for forgetful in [false, true] {
        let mut spare = SpareBuffers::new();
        let read_in_place = play_to(pieces, ends, world, |connection, piece| {
            if !forgetful {
                connection.return_buffers(&mut spare);
            }
            spare.room(100).extend_from_slice(piece);
            connection.receive_spare(&mut spare);
        });
        assert_eq!(read_in_place, outcome, "it matters how the bytes are handed over ({forgetful})");
    }
    outcome
}

fn play_to(
    pieces: &[&[u8]],
    ends: bool,
    world: World,
    mut hand_over: impl FnMut(&mut Connection, &[u8]),
) -> Outcome {
    let mut connection = Connection::new(Rc::new(world.limits()));
    let mut output = Vec::new();
    for piece in pieces {
        hand_over(&mut connection, piece);
        run_to_rest(&mut connection, &mut output, piece.len(), world);
    }
    if ends {
        connection.receive_end();
    }
    let closed = run_to_rest(&mut connection, &mut output, 0, world);
    Outcome { output: without_interim(&output), closed, idle: connection.is_idle() }
}

/// Takes steps until the connection wants to read, or closes; true if it closes.
fn run_to_rest(connection: &mut Connection, output: &mut Vec<u8>, received: usize, world: World) -> bool {
    // No request is shorter than 16 bytes; each takes at most two steps, and a few more are for the end.
    let most_steps = 10 + received;
    for _ in 0..most_steps {
        let response = match connection.next(Duration::ZERO) {
            Step::Read { .. } => {
                send(connection, output);
                return false;
            }
            Step::Close => {
                send(connection, output);
                return true;
            }
            Step::Write => {
                send(connection, output);
                continue;
            }
            Step::Answer(request) => match world.routes()(&request) {
                Reply::Now(response) | Reply::After(_, _, response) => response,
                Reply::Loop(_) => routes::no_loop(),
            },
            Step::Refuse(error) => error.response(),
        };
        connection.answer(&response, DATE_LINE);
    }
    panic!("no rest after {most_steps} steps");
}

fn send(connection: &mut Connection, output: &mut Vec<u8>) {
    output.extend_from_slice(connection.output());
    connection.sent(connection.output().len());
}

/// Takes `100 Continue` out.
pub(crate) fn without_interim(output: &[u8]) -> Vec<u8> {
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut kept = Vec::new();
    let mut rest = output;
    while let Some((&byte, after)) = rest.split_first() {
        if let Some(after_interim) = rest.strip_prefix(interim) {
            rest = after_interim;
        } else {
            kept.push(byte);
            rest = after;
        }
    }
    kept
}

/// Compares what came back with what the case says. Besides, for every answer: it is HTTP/1.1, has one Date and a
/// length that is right; and `Connection: close` stands on the last answer before the server closes of its own accord,
/// and on no other.
pub(crate) fn check(case: &Case, outcome: &Outcome) -> Result<(), String> {
    let mut rest = outcome.output.as_slice();
    for (index, expected) in case.answers.iter().enumerate() {
        let number = index + 1;
        let (answer, after) =
            take_answer(rest, expected.head_only).map_err(|why| format!("answer {number}: {why}"))?;
        rest = after;
        let is_last = number == case.answers.len();
        compare(expected, &answer).map_err(|why| format!("answer {number}: {why}\n{}", answer.head))?;
        let says_close = answer.values("connection").contains(&"close");
        if says_close && !is_last {
            return Err(format!("answer {number} says close, and others follow"));
        }
        if is_last && case.closes && !case.ends && !says_close {
            return Err("the last answer before closing does not say close".to_string());
        }
        if is_last && says_close && !case.closes {
            return Err("the last answer says close, and the connection stays open".to_string());
        }
    }
    if !rest.is_empty() {
        return Err(format!("more answers than expected: {}", rest.escape_ascii()));
    }
    if outcome.closed != case.closes {
        return Err(format!("closed: {}, expected: {}", outcome.closed, case.closes));
    }
    Ok(())
}

/// How many of the answers that `case` expects have come whole.
pub(crate) fn answers_in(output: &[u8], case: &Case) -> usize {
    let output = without_interim(output);
    let mut rest = output.as_slice();
    for (index, expected) in case.answers.iter().enumerate() {
        match take_answer(rest, expected.head_only) {
            Ok((_, after)) => rest = after,
            Err(_) => return index,
        }
    }
    case.answers.len()
}

struct Answer<'a> {
    head: &'a str,
    body: &'a [u8],
}

impl Answer<'_> {
    fn values(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for line in self.head.lines().skip(1) {
            if let Some((candidate, value)) = line.split_once(": ")
                && candidate.eq_ignore_ascii_case(name)
            {
                values.push(value);
            }
        }
        values
    }
}

fn take_answer(bytes: &[u8], head_only: bool) -> Result<(Answer<'_>, &[u8]), String> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("there is none")?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|error| error.to_string())?;
    let rest = &bytes[end + 4..];
    let answer = Answer { head, body: b"" };
    let length = match answer.values("content-length").as_slice() {
        [] => 0,
        [one] => one.parse::<usize>().map_err(|error| error.to_string())?,
        _ => return Err("two lengths".to_string()),
    };
    if head_only {
        return if length > 0 {
            Ok((answer, rest))
        } else {
            Err("an answer to HEAD without length".to_string())
        };
    }
    let (body, rest) = rest.split_at_checked(length).ok_or("the body is shorter than its length")?;
    Ok((Answer { head, body }, rest))
}

fn compare(expected: &Expected, answer: &Answer<'_>) -> Result<(), String> {
    let start = format!("HTTP/1.1 {} ", expected.status);
    if !answer.head.starts_with(&start) {
        return Err(format!("expected {}", expected.status));
    }
    if answer.values("date") != [DATE] {
        return Err("not exactly one Date".to_string());
    }
    if let Some(body) = &expected.body
        && body != answer.body
    {
        return Err(format!("expected body {}, got {}", body.escape_ascii(), answer.body.escape_ascii()));
    }
    let is_refusal = expected.status >= 400 && answer.values("connection").contains(&"close");
    if is_refusal && !expected.head_only && answer.body.is_empty() {
        return Err("a refusal without a sentence".to_string());
    }
    for line in &expected.has {
        if !answer.head.lines().any(|candidate| candidate == line) {
            return Err(format!("no line {line:?}"));
        }
    }
    for name in &expected.lacks {
        if !answer.values(name).is_empty() {
            return Err(format!("unexpected {name}"));
        }
    }
    Ok(())
}

/// All cases of `tests/http_cases/`.
pub(crate) fn all_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (world, text) in [
        (World::Table, include_str!("../http_cases/request_line.txt")),
        (World::Table, include_str!("../http_cases/headers.txt")),
        (World::Table, include_str!("../http_cases/host.txt")),
        (World::Table, include_str!("../http_cases/length.txt")),
        (World::Table, include_str!("../http_cases/chunked.txt")),
        (World::Table, include_str!("../http_cases/connection.txt")),
        (World::Table, include_str!("../http_cases/limits.txt")),
        (World::Programs, include_str!("../http_cases/programs.txt")),
    ] {
        cases.append(&mut parse_cases(text, world));
    }
    cases
}

/// Reads the format above.
///
/// # Panics
///
/// On a line it does not understand: a case that is not read is a case that cannot fail.
pub(crate) fn parse_cases(text: &str, world: World) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut finished = true;
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("case: ") {
            assert!(finished, "the case before {name:?} says neither open nor close");
            finished = false;
            cases.push(Case { name: name.to_string(), world, ..Case::default() });
            continue;
        }
        assert!(!finished, "outside of a case: {line:?}");
        let case = cases.last_mut().expect("a case has begun");
        if let Some(raw) = line.strip_prefix(">> ") {
            case.sent.extend(unescape(raw));
        } else if let Some(sent) = line.strip_prefix('>') {
            case.sent.extend(unescape(sent.strip_prefix(' ').unwrap_or(sent)));
            case.sent.extend(b"\r\n");
        } else if let Some(has) = line.strip_prefix("<+ ") {
            case.answers.last_mut().expect("an answer comes before").has.push(has.to_string());
        } else if let Some(lacks) = line.strip_prefix("<- ") {
            case.answers.last_mut().expect("an answer comes before").lacks.push(lacks.to_string());
        } else if let Some(answer) = line.strip_prefix("< ") {
            case.answers.push(parse_answer(answer));
        } else {
            match line {
                "end" => case.ends = true,
                "open" | "close" => {
                    case.closes = line == "close";
                    finished = true;
                }
                _ => panic!("not understood: {line:?}"),
            }
        }
    }
    assert!(finished, "the last case says neither open nor close");
    cases
}

fn parse_answer(text: &str) -> Expected {
    let (status, body) = match text.split_once(' ') {
        Some((status, body)) => (status, Some(body)),
        None => (text, None),
    };
    let head_only = body == Some("-");
    let body = if head_only { None } else { body.map(unescape) };
    let status = status.parse().expect("an answer begins with a status");
    Expected { status, body, head_only, ..Expected::default() }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.bytes());
        let (escape, after_escape) = after.split_at(1);
        rest = after_escape;
        match escape {
            "r" => bytes.push(b'\r'),
            "n" => bytes.push(b'\n'),
            "t" => bytes.push(b'\t'),
            "0" => bytes.push(0),
            "\\" => bytes.push(b'\\'),
            "x" => {
                let (digits, after_digits) = rest.split_at(2);
                bytes.push(u8::from_str_radix(digits, 16).expect("two hex digits after \\x"));
                rest = after_digits;
            }
            "(" => {
                let (inside, after_inside) = rest.split_once(')').expect("a closing parenthesis");
                let (repeated, count) = inside.rsplit_once('*').expect("text*count");
                let count = count.parse().expect("a count after *");
                bytes.extend(unescape(&repeated.repeat(count)));
                rest = after_inside;
            }
            _ => panic!("unknown escape \\{escape} in {text:?}"),
        }
    }
    bytes.extend(rest.bytes());
    bytes
}

/// All faults in one message, so that one run shows them together.
pub(crate) fn report(faults: &[String]) {
    let mut text = String::new();
    for fault in faults {
        let _ = write!(text, "\n- {fault}");
    }
    assert!(faults.is_empty(), "{} faults:{text}", faults.len());
}
