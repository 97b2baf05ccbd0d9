//! Ten thousand sleepers at once, on one thread.
//!
//! The clients are tasks of our own loop, so this is a test of it from both ends. It needs two processes with
//! ten thousand descriptors each, and a release build: `cargo test --release -p servers --test load --
//! --ignored`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use executor::net::TcpStream;
use executor::{JoinHandle, run, sleep, spawn};

const SLEEPERS: usize = 10_000;
const SLEEP: Duration = Duration::from_secs(2);

/// A server process that ends with the test.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_async-server"))
            .args(["--addr", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("listening on http://").expect("as its first line");
        let address = address.parse().expect("an address with a port");
        Server { child, address }
    }

    /// The names of its threads: Linux tells.
    fn threads(&self) -> Vec<String> {
        let mut names = Vec::new();
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux") {
            let name = fs::read_to_string(thread.expect("Linux").path().join("comm")).expect("it goes on");
            names.push(name.trim().to_owned());
        }
        names.sort();
        names
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// When a request was sent and answered, and whether with 200.
struct Answer {
    sent: Instant,
    answered: Instant,
    ok: bool,
}

async fn ask(address: SocketAddr) -> Answer {
    let stream = TcpStream::connect(address).await.expect("the backlog has room");
    let sent = Instant::now();
    let request = b"GET /sleeper?seconds=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("the server reads");
    let mut response = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).await.expect("the server answers") {
            0 => break,
            count => response.extend_from_slice(&buffer[..count]),
        }
    }
    Answer { sent, answered: Instant::now(), ok: response.starts_with(b"HTTP/1.1 200 ") }
}

#[test]
#[ignore = "needs 10,000 descriptors in each of two processes, and a release build"]
fn ten_thousand_sleepers_on_one_thread() {
    let limit = rlimit::increase_nofile_limit(u64::MAX).expect("the limit can be asked for");
    assert!(limit > SLEEPERS as u64 + 100, "this machine allows only {limit} descriptors");
    let server = Server::start();
    let address = server.address;
    let answers = run(async move {
        let mut clients: Vec<JoinHandle<Answer>> = Vec::new();
        for number in 0..SLEEPERS {
            clients.push(spawn(ask(address)));
            // As fast as the server accepts, and not faster: the kernel's backlog is shorter than this.
            if number % 500 == 499 {
                sleep(Duration::from_millis(1)).await;
            }
        }
        let mut answers = Vec::new();
        for client in clients {
            answers.push(client.await.expect("no client panics"));
        }
        answers
    })
    .expect("the loop can be built");

    let last_sent = answers.iter().map(|answer| answer.sent).max().unwrap();
    let last_answered = answers.iter().map(|answer| answer.answered).max().unwrap();
    let shortest = answers.iter().map(|answer| answer.answered - answer.sent).min().unwrap();
    let after = last_answered - last_sent;
    println!("{SLEEPERS} sleepers: shortest {shortest:?}, all answered {after:?} after the last was sent");
    assert!(answers.iter().all(|answer| answer.ok), "every answer is a 200");
    assert!(shortest >= SLEEP, "one was answered after {shortest:?}, too early");
    assert!(after <= Duration::from_millis(3_500), "the last answer came {after:?} after the last request");
    // The second waits for SIGUSR1 and serves nobody.
    assert_eq!(server.threads(), ["async-server", "sigusr1"]);
}
