//! What both servers do at each of their limits.
//!
//! Times are short and margins wide: what is asked here is whether a limit holds, and not how
//! exactly. The figures are in `load.rs`.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

mod program_support;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use executor::{EventLoop, to_thread};
use program_support::{
    ASYNC, BLOCKING, DEADLINE, Program, command, eventually, finish, serve_with, stderr, stdout,
};
use servers::async_server;
use servers::bounds::{LINGER_BYTES, READ_SIZE};
use servers::http::{Request, Response, Status};
use servers::options::Options;
use servers::routes::Reply;
use socket2::{Domain, SockRef, Socket, Type};

const SERVERS: [&str; 2] = [ASYNC, BLOCKING];
const ACTIVER: &[u8] = b"GET /activer HTTP/1.1\r\nHost: x\r\n\r\n";
const LIMIT: Duration = Duration::from_millis(300);

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Everything until the server closes, which it must do in an orderly way.
fn read_to_end(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Reads one answer, which must be a 200.
fn read_answer(stream: &mut TcpStream) {
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 200 "));
}

/// Sends `head` at once and then a byte every now and then, until the connection is closed. Gives
/// back the answer, and how long it took.
fn trickle(address: SocketAddr, head: &[u8]) -> (String, Duration) {
    let began = Instant::now();
    let mut stream = connect(address);
    let mut sender = stream.try_clone().unwrap();
    sender.write_all(head).unwrap();
    let sending = thread::spawn(move || {
        while sender.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    });
    let answer = read_to_end(&mut stream);
    let took = began.elapsed();
    drop(stream);
    // Both ends are closed now, so the next byte fails.
    sending.join().unwrap();
    (answer, took)
}

#[test]
fn a_head_that_trickles_gets_408_and_a_close() {
    for server in SERVERS {
        let (_program, address) = serve_with(server, &["--header-timeout", "0.3"]);
        let (answer, took) = trickle(address, b"GET /");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{server}: {answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{server}: {answer}");
        assert!(took >= LIMIT, "{server}: {took:?}");
    }
}

#[test]
fn a_body_that_trickles_gets_408_and_a_close() {
    for server in SERVERS {
        let (_program, address) = serve_with(server, &["--body-timeout", "0.3"]);
        let (answer, took) =
            trickle(address, b"POST /activer HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{server}: {answer}");
        assert!(took >= LIMIT, "{server}: {took:?}");
    }
}

#[test]
fn a_client_that_says_nothing_is_closed_without_a_word() {
    for flag in ["--idle-timeout", "--header-timeout"] {
        for server in SERVERS {
            // The other limit is long, the blocking server's too.
            let flags = ["--idle-timeout", "60", "--header-timeout", "60", flag, "0.3"];
            let from = if flag == "--idle-timeout" { 2 } else { 0 };
            let flags = [&flags[from..from + 2], &flags[4..]].concat();
            let (_program, address) = serve_with(server, &flags);
            let began = Instant::now();
            assert_eq!(read_to_end(&mut connect(address)), "", "{server} {flag}");
            assert!(began.elapsed() >= LIMIT, "{server} {flag}");
        }
    }
}

#[test]
fn a_connection_that_is_kept_open_for_nothing_is_closed_without_a_word() {
    let (_program, address) = serve_with(ASYNC, &["--idle-timeout", "0.3"]);
    let mut stream = connect(address);
    // Its time begins anew with each answer.
    for _ in 0..5 {
        thread::sleep(LIMIT / 3);
        stream.write_all(ACTIVER).unwrap();
        read_answer(&mut stream);
    }
    let answered = Instant::now();
    assert_eq!(read_to_end(&mut stream), "");
    assert!(answered.elapsed() >= LIMIT / 2, "{:?}", answered.elapsed());
}

#[test]
fn a_client_that_reads_no_answers_is_given_up() {
    for server in SERVERS {
        let (_program, address) = serve_with(server, &["--write-timeout", "0.3"]);
        let mut stream = connect(address);
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        let began = Instant::now();
        let requests = ACTIVER.repeat(1000);
        let error = loop {
            if let Err(error) = stream.write_all(&requests) {
                break error;
            }
        };
        let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
        assert!(kinds.contains(&error.kind()), "{server}: {error}");
        assert!(began.elapsed() >= LIMIT, "{server}");
    }
}

#[test]
fn whoever_comes_beyond_max_connections_waits() {
    let (_program, address) = serve_with(ASYNC, &["--max-connections", "2"]);
    let mut first = connect(address);
    let mut second = connect(address);
    for stream in [&mut first, &mut second] {
        stream.write_all(ACTIVER).unwrap();
        read_answer(stream);
    }
    let mut third = connect(address);
    third.write_all(ACTIVER).unwrap();
    third.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let kind = third.read(&mut [0; 16]).unwrap_err().kind();
    assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind}");
    drop(first);
    third.set_read_timeout(Some(DEADLINE)).unwrap();
    read_answer(&mut third);
    second.write_all(ACTIVER).unwrap();
    read_answer(&mut second);
}

#[test]
fn what_is_under_way_is_broken_off_when_the_grace_is_over() {
    for (server, target) in [(ASYNC, "sleeper"), (ASYNC, "threaded"), (BLOCKING, "sleeper")] {
        let (mut program, address) = serve_with(server, &["--grace", "0.3"]);
        let mut stream = connect(address);
        write!(stream, "GET /{target}?seconds=3600 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        program.log("> GET /");
        let asked = Instant::now();
        program.signal("TERM");
        assert_eq!(program.wait().code(), Some(0), "{server} {target}");
        assert!(asked.elapsed() >= LIMIT, "{server} {target}");
        // Closed, one way or the other.
        assert_eq!(stream.read(&mut [0; 16]).unwrap_or(0), 0);
    }
}

/// A server that tells of its tasks and timers, and has a client asleep.
fn with_a_sleeper(backend: &str, seconds: u32) -> (Program, TcpStream) {
    let mut command = command(ASYNC, &["--addr", "127.0.0.1:0", "--backend", backend]);
    command.env("RUST_LOG", "loop::task=info,loop::timer=debug,http=info");
    let program = Program::start(command);
    let mut stream = connect(program.line().rsplit('/').next().unwrap().parse().unwrap());
    write!(stream, "GET /sleeper?seconds={seconds} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    program.log("> GET /sleeper");
    (program, stream)
}

#[test]
fn who_sends_more_than_is_dropped_has_time_to_read_what_was_answered() {
    let (_program, address) = serve_with(ASYNC, &[]);
    let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Most of the answers wait in the server's socket. To close that with bytes unread would throw them away.
    stream.set_recv_buffer_size(2048).unwrap();
    stream.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(stream);
    stream.write_all(&ACTIVER.repeat(60)).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n").unwrap();
    // As much as there is room for in the sockets; all of it, if the server should read on.
    stream.set_write_timeout(Some(LIMIT)).unwrap();
    let mut sent = 0;
    while sent < 100 * LINGER_BYTES
        && let Ok(count) = stream.write(&[b'x'; READ_SIZE])
    {
        sent += count;
    }
    assert!(sent > LINGER_BYTES, "only {sent} bytes could be sent");

    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let answers = read_to_end(&mut stream);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 60);
    assert_eq!(answers.matches("HTTP/1.1 413 ").count(), 1);
}

#[test]
fn a_sleeper_whose_client_is_reset_ends_at_once_and_its_timer_with_it() {
    for backend in ["mio", "polling"] {
        let (program, stream) = with_a_sleeper(backend, 3600);
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        drop(stream);
        let lines = program.logs_until("conn1   end");
        let armed = lines.iter().filter(|line| line.contains("arm tm")).count();
        let cancelled = lines.iter().filter(|line| line.contains("cancel tm")).count();
        assert_eq!((armed, cancelled), (1, 1), "{lines:#?}");
    }
}

#[test]
fn a_sleeper_whose_client_has_only_ended_its_sending_half_is_answered() {
    for backend in ["mio", "polling"] {
        let (_program, mut stream) = with_a_sleeper(backend, 1);
        stream.shutdown(Shutdown::Write).unwrap();
        assert!(read_to_end(&mut stream).starts_with("HTTP/1.1 200 "));
    }
    let (_program, address) = serve_with(BLOCKING, &[]);
    let mut stream = connect(address);
    stream.write_all(b"GET /sleeper?seconds=0.2 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(read_to_end(&mut stream).starts_with("HTTP/1.1 200 "));
}

#[test]
fn an_error_is_not_lost_to_what_the_client_still_sends() {
    for server in SERVERS {
        let (_program, address) = serve_with(server, &[]);
        let mut stream = connect(address);
        stream.write_all(b"POST /activer HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n").unwrap();
        // Less than is read and dropped, more than is read at once.
        for _ in 0..20 {
            stream.write_all(&[b'x'; 10_000]).unwrap();
            thread::yield_now();
        }
        let answer = read_to_end(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{server}: {answer}");
    }
}

#[test]
fn an_answer_is_not_lost_to_what_comes_behind_a_goodbye() {
    for server in SERVERS {
        let (program, address) = serve_with(server, &[]);
        let mut stream = connect(address);
        stream
            .write_all(b"GET /sleeper?seconds=0.3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        program.log("> GET /sleeper");
        // Whatever it has announced.
        stream.write_all(b"\r\n").unwrap();
        let answer = read_to_end(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{server}: {answer}");
    }
}

/// An answer that no socket takes at once.
fn large(_: &Request<'_>) -> Reply {
    Reply::Now(Response::text(Status::Ok, "x".repeat(LARGE)))
}

const LARGE: usize = 16 * 1024 * 1024;

#[test]
fn a_server_that_stops_does_not_wait_for_a_client_that_has_taken_its_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options { routes: large, grace: 2 * DEADLINE, ..Options::default() };
    let (stop, stopped) = mpsc::channel::<()>();
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let event_loop = EventLoop::builder().build().unwrap();
        let stop = async move { to_thread(move || stopped.recv()).await.unwrap().unwrap() };
        event_loop.block_on(async_server::serve(listener, options, stop)).unwrap();
        ended.send(()).unwrap();
    });

    let mut stream = connect(address);
    stream.write_all(ACTIVER).unwrap();
    // It writes, and has to wait; and it is asked to stop, which it has heard when nobody listens any more.
    stream.peek(&mut [0]).unwrap();
    stop.send(()).unwrap();
    eventually("nobody to listen", || TcpStream::connect(address).is_err().then_some(()));
    let mut taken = 0;
    let mut part = vec![0; 1024 * 1024];
    while taken < LARGE {
        taken += stream.read(&mut part).unwrap();
    }
    // Our end stays open, and asks for nothing.
    end.recv_timeout(DEADLINE).expect("it ends");
}

#[test]
fn a_limit_that_is_no_time_is_refused_with_its_name() {
    let times = ["nonsense", "-1", "NaN", "inf", "1e400", "0", "3601", "99999999999999999999", ""];
    for server in SERVERS {
        for flag in ["--header-timeout", "--body-timeout", "--idle-timeout", "--write-timeout", "--grace"] {
            for time in times {
                let output = finish(command(server, &["--addr", "127.0.0.1:0", flag, time]));
                assert_eq!(output.status.code(), Some(2), "{server} {flag} {time}");
                let said = stderr(&output);
                assert!(said.contains(flag) && said.contains("at most 3600"), "{said}");
            }
        }
    }
    for number in ["0", "-1", "many", "1.5"] {
        let output = finish(command(ASYNC, &[&format!("--max-connections={number}")]));
        assert_eq!(output.status.code(), Some(2), "{number}");
        assert!(stderr(&output).contains("--max-connections"), "{}", stderr(&output));
    }
}

#[test]
fn they_listen_to_this_machine_only_unless_they_are_told() {
    for server in SERVERS {
        let help = stdout(&finish(command(server, &["--help"])));
        assert!(help.contains("[default: 127.0.0.1:800"), "{help}");
    }
}
