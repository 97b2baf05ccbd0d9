//! Starting our programs, talking to them and never waiting for ever.
//!
//! Nothing here sleeps in order to be in time: what a test waits for is polled, until a deadline that
//! only a program that hangs can reach.

// Each test file uses its part of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const ASYNC: &str = env!("CARGO_BIN_EXE_async-server");
pub(crate) const BLOCKING: &str = env!("CARGO_BIN_EXE_blocking-server");
pub(crate) const SIDE_BY_SIDE: &str = env!("CARGO_BIN_EXE_side-by-side");

/// Only what hangs takes this long.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A program of ours, without what the environment of whoever runs the tests says to it.
pub(crate) fn command(binary: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary);
    command.args(arguments);
    let switches = ["LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_CLOCK", "LOOP_DEBUG", "LOOP_RECORD"];
    for variable in
        switches.into_iter().chain(["LOOP_SLOW_MS", "RUST_LOG", "NO_COLOR", "CLICOLOR_FORCE", "LOOP_STEP"])
    {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Where an experiment of `examples/` is. Not every way to build the tests builds it.
pub(crate) fn experiment(name: &str) -> PathBuf {
    let program = Path::new(ASYNC).parent().expect("a program is in a folder").join("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: `cargo build -p servers --examples` makes it",
        program.display()
    );
    program
}

/// A program that runs, and is killed when the test is over.
pub(crate) struct Program {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Program {
    pub(crate) fn start(mut command: Command) -> Program {
        let mut child = command.spawn().expect("the program can be started");
        let stdout = lines(child.stdout.take().expect("stdout is piped"));
        let stderr = lines(child.stderr.take().expect("stderr is piped"));
        Program { child, stdout, stderr }
    }

    /// The next line that it prints.
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(DEADLINE).expect("another line on stdout")
    }

    /// Reads stdout up to a line that has `text` in it.
    pub(crate) fn until(&self, text: &str) -> String {
        find(&self.stdout, text)
    }

    /// Waits for a log line that has `text` in it.
    pub(crate) fn log(&self, text: &str) -> String {
        find(&self.stderr, text)
    }

    /// All log lines up to one that has `text` in it.
    pub(crate) fn logs_until(&self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains(text)) {
            lines.push(self.stderr.recv_timeout(DEADLINE).expect("another log line"));
        }
        lines
    }

    /// All log lines that are left, when the program is over.
    pub(crate) fn rest_of_log(&self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Ok(line) = self.stderr.recv_timeout(DEADLINE) {
            lines.push(line);
        }
        lines
    }

    /// Types a line, into a program whose stdin is a pipe.
    pub(crate) fn type_line(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{line}").expect("the program reads what is typed");
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("there is a `kill`").success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        eventually("the program to end", || self.child.try_wait().expect("it is our child"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

fn find(lines: &Receiver<String>, text: &str) -> String {
    loop {
        match lines.recv_timeout(DEADLINE) {
            Ok(line) if line.contains(text) => return line,
            Ok(_) => {}
            Err(error) => panic!("no line with {text:?}: {error}"),
        }
    }
}

/// Calls `look` until it finds something.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Starts one of the two servers on a free port, with log lines about its requests.
pub(crate) fn serve(binary: &str) -> (Program, SocketAddr) {
    serve_with(binary, &[])
}

/// As [`serve`], with flags.
pub(crate) fn serve_with(binary: &str, flags: &[&str]) -> (Program, SocketAddr) {
    let mut command = command(binary, &[&["--addr", "127.0.0.1:0"], flags].concat());
    command.env("RUST_LOG", "http=info,blocking=debug");
    let program = Program::start(command);
    let line = program.line();
    let address = line.strip_prefix("listening on http://").expect("the first line says where it listens");
    let address = address.parse().expect("it is an address");
    (program, address)
}

/// Runs a program to its end.
pub(crate) fn finish(mut command: Command) -> Output {
    let child = command.spawn().expect("the program can be started");
    let id = child.id().to_string();
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(child.wait_with_output());
    });
    let Ok(output) = output.recv_timeout(DEADLINE) else {
        let _ = Command::new("kill").args(["-KILL", &id]).status();
        panic!("the program does not end");
    };
    output.expect("its output can be read")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8")
}

/// An answer, and when it was complete.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
}

impl Answer {
    pub(crate) fn took(&self) -> Duration {
        self.finished - self.started
    }
}

/// Sends a request on a connection of its own.
pub(crate) fn ask(server: SocketAddr, method: &str, target: &str) -> Answer {
    ask_with(server, method, target, &format!("Host: {server}\r\n"))
}

/// As [`ask`], with headers that say more, or other than the truth.
pub(crate) fn ask_with(server: SocketAddr, method: &str, target: &str, headers: &str) -> Answer {
    let started = Instant::now();
    let mut stream = TcpStream::connect(server).expect("the server accepts connections");
    stream.set_read_timeout(Some(DEADLINE)).expect("there are timeouts");
    write!(stream, "{method} {target} HTTP/1.1\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")
        .expect("the request can be sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the answer can be read");
    let finished = Instant::now();
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a head has a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned(), started, finished }
}

/// As [`ask`], on another thread.
pub(crate) fn ask_meanwhile(server: SocketAddr, target: &'static str) -> thread::JoinHandle<Answer> {
    thread::spawn(move || ask(server, "GET", target))
}
