//! A server under load, and what it takes from the machine meanwhile: Linux tells, in `/proc`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

pub(crate) const ACTIVER: &[u8] = b"GET /activer HTTP/1.1\r\nHost: x\r\n\r\n";

/// Only what hangs takes this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// Lets one test run at a time: each wants the machine for itself, and thousands of descriptors.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    rlimit::increase_nofile_limit(u64::MAX).expect("the limit can be asked for");
    guard
}

/// A server process that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(flags: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_async-server"));
        command.args(["--addr", "127.0.0.1:0"]).args(flags);
        Server::announced(command)
    }

    /// One that may have no more than so many descriptors.
    pub(crate) fn with_descriptors(count: u32) -> Server {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {count}; exec \"$0\" --addr 127.0.0.1:0");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_async-server")]);
        Server::announced(command)
    }

    fn announced(mut command: Command) -> Server {
        for variable in ["RUST_LOG", "LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_CLOCK"] {
            command.env_remove(variable);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("listening on http://").expect("as its first line");
        let address = address.parse().expect("an address with a port");
        Server { child, address }
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    /// The names of its threads.
    pub(crate) fn threads(&self) -> Vec<String> {
        let mut names = Vec::new();
        for thread in fs::read_dir(self.proc("task")).expect("Linux") {
            let name = fs::read_to_string(thread.expect("Linux").path().join("comm")).expect("it goes on");
            names.push(name.trim().to_owned());
        }
        names.sort();
        names
    }

    /// How many descriptors it has open.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(self.proc("fd")).expect("Linux").count()
    }

    /// How many bytes of memory it has of its own.
    pub(crate) fn memory(&self) -> usize {
        let status = fs::read_to_string(self.proc("status")).expect("Linux");
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("a line about memory");
        let kibibytes = line.split_whitespace().nth(1).expect("a number");
        kibibytes.parse::<usize>().expect("a number") * 1024
    }

    /// How much time of the processor it has had, on its one thread.
    pub(crate) fn cpu(&self) -> Duration {
        let text = fs::read_to_string(self.proc("schedstat")).expect("Linux");
        let nanos = text.split_whitespace().next().expect("a number").parse().expect("a number");
        Duration::from_nanos(nanos)
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("there is a `kill`").success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        eventually("the server to end", || self.child.try_wait().expect("it is our child"))
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// A connection for which the client's kernel holds next to nothing.
    pub(crate) fn connect_narrowly(&self) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there are sockets");
        socket.set_recv_buffer_size(4096).expect("there is SO_RCVBUF");
        socket.connect(&self.address.into()).expect("the backlog has room");
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(DEADLINE)).expect("there are timeouts");
        stream
    }

    /// Asks for `/activer` on a new connection, as often as that, and says how long each took.
    pub(crate) fn ask_often(&self, times: usize) -> Vec<Duration> {
        (0..times)
            .map(|_| {
                let began = Instant::now();
                let mut stream = self.connect();
                ask(&mut stream);
                began.elapsed()
            })
            .collect()
    }

    /// The time under which 99 of 100 requests on new connections are answered: the best of three
    /// rounds, since the machine has other things to do as well.
    pub(crate) fn p99(&self) -> Duration {
        (0..3).map(|_| percentile(self.ask_often(500), 99)).min().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the backlog has room");
    stream.set_read_timeout(Some(DEADLINE)).expect("there are timeouts");
    stream
}

/// Asks for `/activer` on a connection that stays open.
pub(crate) fn ask(stream: &mut TcpStream) {
    stream.write_all(ACTIVER).expect("the server reads");
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).expect("the server answers");
    assert!(answer[..count].starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer[..count]));
}

/// Closes so that the server reads an error, and not an end.
pub(crate) fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("there is SO_LINGER");
    drop(stream);
}

pub(crate) fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times[times.len() * percent / 100]
}

/// Looks until there is what is waited for.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(DEADLINE, what, look)
}

/// Looks until there is what is waited for, but no longer than that.
#[track_caller]
pub(crate) fn within<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < time, "waited {time:?} in vain for {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
