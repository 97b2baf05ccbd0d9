//! The cases of the table over sockets: both servers must answer as the state machine does alone.
//!
//! What is sent, in one write or in two, is what `http_cases.rs` feeds to the state machine. What comes back must be what
//! the case says. Whether a connection is still open cannot be seen by waiting, so it is asked: one between requests
//! must answer one more, one in the middle of a request must say that the rest is missing once we close our half.

mod http_support;
mod program_support;

use std::future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, SystemTime};

use executor::EventLoop;
use http_support::{
    Case, DATE, Expected, Outcome, World, all_cases, answers_in, check, play, report, without_interim,
};
use program_support::{ASYNC, BLOCKING, Program, serve};
use servers::blocking_server::Stop;
use servers::options::Options;
use servers::{async_server, blocking_server};

/// Connections that are open at the same time.
const AT_ONCE: usize = 64;

/// How long an answer is waited for that does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many are enough to see what is wrong, when each may have cost so much patience.
const MOST_FAULTS: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Async,
    Blocking,
}

/// Starts a server in this process that serves the table's routes. It ends with the process.
fn start(kind: Kind) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    let options =
        Options { limits: World::Table.limits(), routes: World::Table.routes(), ..Options::default() };
    thread::spawn(move || match kind {
        Kind::Async => EventLoop::builder().build().expect("there is a loop").block_on(async_server::serve(
            listener,
            options,
            future::pending(),
        )),
        Kind::Blocking => blocking_server::serve(&listener, options, &Stop::default()),
    });
    address
}

/// Where a server of each kind serves each world: the programs themselves, or the table's routes in this process.
struct Servers {
    kind: Kind,
    table: SocketAddr,
    programs: SocketAddr,
    _program: Program,
}

impl Servers {
    fn start(kind: Kind) -> Servers {
        let (program, programs) = serve(if kind == Kind::Async { ASYNC } else { BLOCKING });
        Servers { kind, table: start(kind), programs, _program: program }
    }

    fn connect(&self, world: World) -> TcpStream {
        let address = if world == World::Table { self.table } else { self.programs };
        let stream = TcpStream::connect(address).expect("the server accepts connections");
        stream.set_nodelay(true).expect("there is such an option");
        stream.set_read_timeout(Some(PATIENCE)).expect("there are timeouts");
        stream
    }
}

/// A case that is being played.
struct Playing<'a> {
    case: &'a Case,
    /// What the state machine made of it.
    alone: &'a Outcome,
    /// Bytes in the first write.
    cut: usize,
    stream: TcpStream,
}

impl Playing<'_> {
    fn send(&mut self, from: usize, to: usize) {
        // A server that has refused the first part may have closed when the second comes.
        let _ = self.stream.write_all(&self.case.sent[from..to]);
    }

    /// Sends the second part, takes what comes back, and looks whether it is what the case says.
    fn finish(mut self, kind: Kind) -> Result<(), String> {
        self.send(self.cut, self.case.sent.len());
        if self.case.ends {
            self.stream.shutdown(Shutdown::Write).map_err(|error| error.to_string())?;
        }
        let mut expected = expected_of(self.case, self.alone, kind);
        let mut received = Vec::new();
        if !expected.closes {
            while answers_in(&received, &expected) < expected.answers.len() {
                if !self.read_some(&mut received)? {
                    return Err(format!("closed after {}", received.escape_ascii()));
                }
            }
            self.ask_whether_open(&mut expected).map_err(|error| error.to_string())?;
        }
        while self.read_some(&mut received)? {}
        let output = with_one_date(&without_interim(&received))?;
        if kind == Kind::Async && !output.starts_with(&self.alone.output) {
            return Err(format!("not what the state machine answers: {}", output.escape_ascii()));
        }
        check(&expected, &Outcome { output, closed: true, idle: false })
    }

    /// Makes the server close, in a way that shows that it had not: `expected` gets one answer more.
    fn ask_whether_open(&mut self, expected: &mut Case) -> io::Result<()> {
        expected.closes = true;
        if self.alone.idle {
            self.stream.write_all(b"GET /activer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
            expected.answers.push(Expected { status: 200, ..Expected::default() });
        } else {
            self.stream.shutdown(Shutdown::Write)?;
            let sentence = b"The stream ended in the middle of a request.".to_vec();
            expected.answers.push(Expected { status: 400, body: Some(sentence), ..Expected::default() });
        }
        Ok(())
    }

    /// False at the end of the stream. A reset is a fault: it may overtake an answer.
    fn read_some(&mut self, received: &mut Vec<u8>) -> Result<bool, String> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                received.extend_from_slice(&buffer[..count]);
                Ok(count > 0)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(format!("{error}, after {}", received.escape_ascii())),
        }
    }
}

/// What the case says, for a server of this kind.
///
/// The blocking server keeps a connection only while more of it is there, and says so in the last answer.
fn expected_of(case: &Case, alone: &Outcome, kind: Kind) -> Case {
    let mut expected = case.clone();
    if kind == Kind::Blocking
        && (alone.idle || case.ends)
        && let Some(last) = expected.answers.last_mut()
    {
        last.lacks.retain(|name| name != "Connection");
        last.has.retain(|line| !line.starts_with("Connection:"));
        last.has.push("Connection: close".to_string());
        expected.closes = true;
    }
    expected
}

/// Puts the table's date in the place of the true one, after a look at that.
fn with_one_date(output: &[u8]) -> Result<Vec<u8>, String> {
    let mut result = Vec::new();
    let mut rest = output;
    let name = b"\r\nDate: ";
    while let Some(start) = rest.windows(name.len()).position(|window| window == name) {
        let (before, after) = rest.split_at(start + name.len());
        let (date, after) = after.split_at_checked(DATE.len()).ok_or("half a date")?;
        let date = std::str::from_utf8(date).map_err(|error| error.to_string())?;
        let date = httpdate::parse_http_date(date).map_err(|error| format!("{date}: {error}"))?;
        let now = SystemTime::now();
        let difference =
            now.duration_since(date).or_else(|_| date.duration_since(now)).unwrap_or(Duration::MAX);
        if difference > Duration::from_hours(1) {
            return Err(format!("{date:?} is not now"));
        }
        result.extend_from_slice(before);
        result.extend_from_slice(DATE.as_bytes());
        rest = after;
    }
    result.extend_from_slice(rest);
    without_timing(&result)
}

/// Takes out how long each request was served, which no state machine knows, after a look at that.
fn without_timing(output: &[u8]) -> Result<Vec<u8>, String> {
    let mut result = Vec::new();
    let mut rest = output;
    let name = b"\r\nServer-Timing: served;dur=";
    while let Some(start) = rest.windows(name.len()).position(|window| window == name) {
        let (before, after) = rest.split_at(start);
        let after = &after[name.len()..];
        let end = after.iter().position(|byte| *byte == b'\r').ok_or("half a time")?;
        let time = std::str::from_utf8(&after[..end]).map_err(|error| error.to_string())?;
        let millis: f64 = time.parse().map_err(|error| format!("{time}: {error}"))?;
        if !(0.0..3_600_000.0).contains(&millis) {
            return Err(format!("{time} ms is no time"));
        }
        result.extend_from_slice(before);
        rest = &after[end..];
    }
    result.extend_from_slice(rest);
    Ok(result)
}

/// The table, and what the state machine makes of each case.
fn table() -> &'static [(Case, Outcome)] {
    static TABLE: OnceLock<Vec<(Case, Outcome)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Vec::new();
        for case in all_cases() {
            let outcome = play(&[&case.sent], case.ends, case.world);
            table.push((case, outcome));
        }
        table
    })
}

/// Plays cases, each cut in two at the given place, as many at once as the server can serve.
fn play_over_sockets(servers: &Servers, cuts: &[(&Case, &Outcome, usize)]) {
    let at_once = if servers.kind == Kind::Async { AT_ONCE } else { 1 };
    let mut faults = Vec::new();
    for batch in cuts.chunks(at_once) {
        if faults.len() >= MOST_FAULTS {
            break;
        }
        let mut playing = Vec::new();
        for &(case, alone, cut) in batch {
            let mut one = Playing { case, alone, cut, stream: servers.connect(case.world) };
            one.send(0, cut);
            playing.push(one);
        }
        for one in playing {
            let (name, cut) = (&one.case.name, one.cut);
            if let Err(why) = one.finish(servers.kind) {
                faults.push(format!("{:?}, {name}, cut at {cut}: {why}", servers.kind));
            }
        }
    }
    report(&faults);
}

/// Every case in one write.
fn whole() -> Vec<(&'static Case, &'static Outcome, usize)> {
    table().iter().map(|(case, alone)| (case, alone, case.sent.len())).collect()
}

#[test]
fn the_loop_answers_every_case() {
    play_over_sockets(&Servers::start(Kind::Async), &whole());
}

#[test]
fn the_loop_answers_every_case_in_two_writes() {
    let mut cuts = Vec::new();
    for (index, (case, alone)) in table().iter().enumerate() {
        let length = case.sent.len();
        // The last byte, the middle, and places that differ from case to case.
        for cut in [length.saturating_sub(1), length / 2, (index * 7919) % (length + 1)] {
            cuts.push((case, alone, cut));
        }
    }
    play_over_sockets(&Servers::start(Kind::Async), &cuts);
}

#[test]
fn the_blocking_server_answers_every_case() {
    play_over_sockets(&Servers::start(Kind::Blocking), &whole());
}

#[test]
fn the_blocking_server_answers_every_case_in_two_writes() {
    let mut cuts = Vec::new();
    for (case, alone) in table() {
        // It keeps a connection only while more is there, so the cut must lie inside of a request.
        let length = case.sent.len();
        let inside = |cut: &usize| {
            let first = play(&[&case.sent[..length.min(*cut)]], false, case.world);
            !first.closed && !first.idle
        };
        let candidates = [length / 2, length / 3, length.saturating_sub(1), 1];
        if let Some(cut) = candidates.into_iter().find(inside) {
            cuts.push((case, alone, cut));
        }
    }
    assert!(cuts.len() > table().len() / 2, "only {} cases can be cut", cuts.len());
    play_over_sockets(&Servers::start(Kind::Blocking), &cuts);
}

const KINDS: [Kind; 2] = [Kind::Async, Kind::Blocking];

/// Sends `bytes`, and reads until `end` has come.
fn exchange(stream: &mut TcpStream, bytes: &[u8], end: &[u8]) -> String {
    stream.write_all(bytes).expect("the server reads");
    let mut received = Vec::new();
    while !received.ends_with(end) {
        let mut byte = [0];
        let count = stream.read(&mut byte).expect("an answer comes");
        assert_ne!(count, 0, "closed after {}", received.escape_ascii());
        received.extend(byte);
    }
    String::from_utf8(received).expect("what we send is UTF-8")
}

/// Reads to the end of the stream.
fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it ends without a reset");
    text
}

#[test]
fn a_client_that_waits_for_100_is_told_before_it_sends() {
    for kind in KINDS {
        let servers = Servers::start(kind);
        let mut stream = servers.connect(World::Table);
        let head = b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(exchange(&mut stream, head, b"\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        let answer = exchange(&mut stream, b"hello", b"hello");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
}

#[test]
fn a_client_that_waits_for_100_is_told_if_its_body_is_not_wanted() {
    for kind in KINDS {
        let servers = Servers::start(kind);
        for (header, status) in [("Content-Length: 51", "413"), ("Content-Length: 5\r\nExpect: tea", "417")] {
            let mut stream = servers.connect(World::Table);
            let head = format!("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{header}\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("the server reads");
            let answer = rest(&mut stream);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        }
    }
}

#[test]
fn a_refusal_is_not_lost_to_what_the_client_still_sends() {
    for kind in KINDS {
        let servers = Servers::start(kind);
        for head in ["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 204800\r\n\r\n", "nonsense\r\n"] {
            let mut stream = servers.connect(World::Table);
            stream.write_all(head.as_bytes()).expect("the server reads");
            for _ in 0..50 {
                stream.write_all(&[b'x'; 4096]).expect("it is read, though not wanted");
            }
            let answer = rest(&mut stream);
            assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
        }
    }
}

#[test]
fn an_answer_does_not_wait_for_a_later_one_that_takes_time() {
    for kind in KINDS {
        let servers = Servers::start(kind);
        let mut stream = servers.connect(World::Programs);
        let requests =
            b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\nGET /sleeper?seconds=3600 HTTP/1.1\r\nHost: a\r\n\r\n";
        let answer = exchange(&mut stream, requests, b"at once\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
}
