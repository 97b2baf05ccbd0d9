//! The example is a server that people start and talk to, so that is what is tested: the built
//! program, over TCP.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use reactor::BackendKind;
use socket2::SockRef;

const PATIENCE: Duration = Duration::from_secs(20);

/// `cargo test` builds the examples, and puts them next to the folder that the tests are in.
fn example() -> Command {
    let mut path: PathBuf = env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.extend(["examples", "echo_callbacks"]);
    assert!(path.exists(), "{} is missing: cargo build -p reactor --example echo_callbacks", path.display());
    Command::new(path)
}

/// The running example: killed when the test is over, however it ends.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(kind: BackendKind) -> Self {
        let mut child = example()
            .arg("127.0.0.1:0")
            .env("LOOP_BACKEND", kind.name())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
        // Somebody has to read what it prints, or it would wait for us in `println`.
        thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        Server { child, address }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.set_write_timeout(Some(PATIENCE)).unwrap();
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn say(mut client: &TcpStream, words: &str) {
    client.write_all(words.as_bytes()).unwrap();
    let mut echo = vec![0; words.len()];
    client.read_exact(&mut echo).unwrap();
    assert_eq!(String::from_utf8(echo).unwrap(), words);
}

fn many_clients_at_once(kind: BackendKind) {
    let server = Server::start(kind);
    // First come, and silent: a server that served one after the other would wait for this one for
    // ever.
    let idle = server.connect();
    let clients: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for round in 0..20 {
        for (number, client) in clients.iter().enumerate().rev() {
            say(client, &format!("client {number}, round {round}\n"));
        }
    }
    say(&idle, "and the idle one is still served");
}

fn what_came_is_echoed_before_the_end(kind: BackendKind) {
    let server = Server::start(kind);
    let mut client = server.connect();
    let words: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
    client.write_all(&words).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut echo = Vec::new();
    client.read_to_end(&mut echo).unwrap();
    assert!(echo == words, "{} of {} bytes came back", echo.len(), words.len());
}

fn a_client_that_does_not_read_is_held_up_alone(kind: BackendKind) {
    const MORE_THAN_ANY_BUFFER: usize = 256 << 20;
    let server = Server::start(kind);
    let mut greedy = server.connect();
    greedy.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let chunk: Vec<u8> = (0..=255).cycle().take(1 << 16).collect();
    let mut sent = 0;
    loop {
        let from = sent % chunk.len();
        match greedy.write(&chunk[from..]) {
            Ok(n) => sent += n,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            Err(error) => panic!("{error}"),
        }
        assert!(sent < MORE_THAN_ANY_BUFFER, "the server takes all and keeps it in its memory");
    }
    say(&server.connect(), "others are served meanwhile");

    // It comes to its senses: not a byte is missing.
    greedy.shutdown(Shutdown::Write).unwrap();
    let mut got = 0;
    let mut buffer = vec![0; chunk.len()];
    loop {
        let n = greedy.read(&mut buffer).unwrap();
        if n == 0 {
            break;
        }
        for byte in &buffer[..n] {
            assert_eq!(*byte, chunk[got % chunk.len()]);
            got += 1;
        }
    }
    assert_eq!(got, sent);
}

fn a_reset_ends_one_connection_only(kind: BackendKind) {
    let server = Server::start(kind);
    let other = server.connect();
    for _ in 0..20 {
        let rude = server.connect();
        say(&rude, "hello");
        SockRef::from(&rude).set_linger(Some(Duration::ZERO)).unwrap();
        drop(rude);
        say(&other, "still there?");
    }
}

macro_rules! on_each_backend {
    ($($case:ident),+) => {
        mod mio {
            $(#[test]
            fn $case() {
                super::$case(reactor::BackendKind::Mio);
            })+
        }

        mod polling {
            $(#[test]
            fn $case() {
                super::$case(reactor::BackendKind::Polling);
            })+
        }
    };
}

on_each_backend!(
    many_clients_at_once,
    what_came_is_echoed_before_the_end,
    a_client_that_does_not_read_is_held_up_alone,
    a_reset_ends_one_connection_only
);

#[test]
fn an_unknown_backend_is_refused_with_those_that_are_known() {
    let output = example().arg("127.0.0.1:0").env("LOOP_BACKEND", "select").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("LOOP_BACKEND=select: known backends: mio, polling"), "{said}");
}
