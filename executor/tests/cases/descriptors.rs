//! When descriptors run out: connections wait in the kernel's line, and the loop does not spin
//! meanwhile.
//!
//! The limit belongs to a whole process, so the server is a process of its own: this very test
//! program, told to run one test.

use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use executor::net::TcpListener;
use executor::{BackendKind, Choice, EventLoop, spawn, turn};
use rlimit::Resource;

use crate::anywhere;
use crate::support::patience::PATIENCE;

/// The server's descriptors: some are its own, the rest are for connections.
const LIMIT: u64 = 60;
/// So many connections have room for sure.
const SURELY_SERVED: usize = 30;
/// More than have room.
const CLIENTS: usize = 100;
/// How long the server is left alone with connections that have no room.
const LONG_ENOUGH_TO_SPIN: Duration = Duration::from_millis(500);

/// The server, in the process that [`connections_wait_for_a_free_descriptor`] starts: nothing in a
/// plain run of the tests.
#[test]
fn server_in_a_process_of_its_own() {
    let Ok(backend) = env::var("DESCRIPTORS_TEST") else { return };
    let (_, hard) = Resource::NOFILE.get().unwrap();
    Resource::NOFILE.set(LIMIT, hard).unwrap();
    let backend = BackendKind::named(&backend).unwrap();
    let event_loop = EventLoop::builder().backend(backend).build().unwrap();
    event_loop.block_on(serve());
}

async fn serve() {
    let listener = TcpListener::bind(anywhere()).unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        let (stream, _) = listener.accept().await.unwrap();
        connections.push(spawn(async move {
            let mut byte = [0];
            while stream.read(&mut byte).await.unwrap() > 0 {
                stream.write_all(&byte).await.unwrap();
            }
        }));
    }
    for connection in connections {
        connection.await.unwrap();
    }
    println!("turns: {}", turn());
}

struct Server {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(backend: BackendKind) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "cases::descriptors::server_in_a_process_of_its_own", "--nocapture"])
            .env("DESCRIPTORS_TEST", backend.name())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Server { child, lines }
    }

    /// What follows `beginning` in the next line that has it.
    fn line(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            // The harness of the tests does not end its line before the test prints.
            if let Some((_, rest)) = line.split_once(beginning) {
                return rest.trim().to_owned();
            }
            line.clear();
        }
        panic!("the server has ended without `{beginning}`");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the server answers within `patience`.
fn is_served(mut client: &TcpStream, patience: Duration) -> bool {
    client.set_read_timeout(Some(patience)).unwrap();
    match client.read_exact(&mut [0]) {
        Ok(()) => true,
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn connections_wait_for_a_free_descriptor() {
    for (_, backend) in BackendKind::CHOICES {
        let mut server = Server::start(*backend);
        let address = server.line("listening on ");
        let began = Instant::now();
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            let mut client = TcpStream::connect(&address).unwrap();
            client.write_all(b"x").unwrap();
            clients.push(client);
        }
        for client in &clients[..SURELY_SERVED] {
            assert!(is_served(client, PATIENCE), "there is room for this one");
        }
        let last = clients.last().unwrap();
        assert!(!is_served(last, LONG_ENOUGH_TO_SPIN), "there is no room for this one");

        // Whoever leaves makes room for one who waits, in the order in which they came.
        let last = clients.pop().unwrap();
        let late = clients.split_off(SURELY_SERVED);
        drop(clients);
        for client in late {
            assert!(is_served(&client, PATIENCE), "there is room by now");
        }
        assert!(is_served(&last, PATIENCE), "there is room by now");
        drop(last);
        let took = began.elapsed();

        let turns: u128 = server.line("turns: ").parse().unwrap();
        // A few for each connection, and a few for each pause. A loop that spins takes a hundred
        // thousand a second.
        let allowed = 20 * CLIENTS as u128 + took.as_millis() / 2;
        assert!(turns < allowed, "{turns} turns in {took:?} on {backend:?}");
    }
}
