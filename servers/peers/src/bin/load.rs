//! Keeps a server busy with as little work of its own as it can, so that the server is the limit and not the client.
//!
//! `wrk` parses each answer and spends as long on a request as a fast server does. This one learns from a first answer
//! how long they are, and whether the server closes after each; from then on it counts bytes. What it cannot do is tell
//! a wrong answer of the right length: it looks at the beginning of what it reads, and at all of the first.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use clap::Parser;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// Ask a server for the same thing again and again, on many connections at once
///
/// A server that closes after an answer gets a new connection for each request. Prints as JSON how many requests were
/// answered, in how many seconds, and whether the server closes.
#[derive(Parser)]
struct Arguments {
    /// The file with the request, as it is sent
    #[arg(long)]
    request: std::path::PathBuf,
    /// Where the server listens, on 127.0.0.1
    #[arg(long)]
    port: u16,
    /// Connections open at once
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Requests sent together on a connection, before their answers are waited for
    #[arg(long, default_value_t = 1)]
    pipeline: usize,
    /// Stop after so many seconds
    #[arg(long, default_value_t = 3600.0)]
    seconds: f64,
    /// Stop after so many requests
    #[arg(long, default_value_t = u64::MAX)]
    requests: u64,
}

struct Load {
    arguments: Arguments,
    address: SocketAddr,
    poll: Poll,
    /// What is sent at once.
    batch: Vec<u8>,
    request_length: usize,
    answer_length: usize,
    /// Whether the server closes after each answer.
    closes: bool,
    buffer: Box<[u8]>,
    /// Requests that nobody has sent yet.
    to_send: u64,
    answered: u64,
}

struct Connection {
    stream: TcpStream,
    /// Of the batch on its way.
    unsent: usize,
    batch_length: usize,
    /// Bytes of answers still to come.
    missing: usize,
    is_connected: bool,
}

impl Load {
    /// Learns how long an answer is, and whether another will come on the same connection.
    fn probe(&mut self) -> io::Result<()> {
        let mut stream = std::net::TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(&self.batch[..self.request_length])?;
        let mut answer = Vec::new();
        while !self.study(&answer)? {
            let count = stream.read(&mut self.buffer)?;
            if count == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            answer.extend_from_slice(&self.buffer[..count]);
        }
        self.answer_length = answer.len();
        Ok(())
    }

    /// Looks at the first answer; gives back whether it is all there.
    fn study(&mut self, answer: &[u8]) -> io::Result<bool> {
        let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Ok(false);
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let Some(length) = length.and_then(|word| word.trim().parse::<usize>().ok()) else {
            return Err(io::Error::other(format!("an answer without a length:\n{text}")));
        };
        if !head.starts_with("http/1.1 200 ") {
            return Err(io::Error::other(format!("not the answer that was asked for:\n{text}")));
        }
        self.closes = head.lines().any(|line| line == "connection: close");
        Ok(body.len() == length)
    }

    /// Begins a connection that has something to ask: one that has not would hold a server that serves one at a time.
    fn connect(&mut self, key: usize) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(self.address)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(key), both)?;
        let mut connection =
            Connection { stream, unsent: 0, batch_length: 0, missing: 0, is_connected: false };
        self.next_batch(&mut connection);
        Ok(connection)
    }

    /// Gives a connection what it is to ask next; nothing, if all has been asked.
    fn next_batch(&mut self, connection: &mut Connection) {
        // Who closes after an answer leaves the others of a batch unanswered.
        let depth = if self.closes { 1 } else { self.arguments.pipeline };
        let count = self.to_send.min(depth as u64);
        self.to_send -= count;
        let count = usize::try_from(count).expect("it is at most the pipeline's depth");
        connection.batch_length = count * self.request_length;
        connection.unsent = connection.batch_length;
        connection.missing = count * self.answer_length;
    }

    fn send(&self, connection: &mut Connection) -> io::Result<()> {
        while connection.unsent > 0 {
            let sent = connection.batch_length - connection.unsent;
            match connection.stream.write(&self.batch[sent..connection.batch_length]) {
                Ok(count) => connection.unsent -= count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes what has come, and asks again when a batch is answered.
    fn take(&mut self, key: usize, connection: &mut Connection) -> io::Result<()> {
        loop {
            let count = match connection.stream.read(&mut self.buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            let is_first = connection.missing.is_multiple_of(self.answer_length);
            if count > connection.missing
                || (is_first && !b"HTTP/1.1 200".starts_with(&self.buffer[..count.min(12)]))
            {
                return Err(io::Error::other("not the answers that were asked for"));
            }
            connection.missing -= count;
            if connection.missing == 0 {
                self.answered += (connection.batch_length / self.request_length) as u64;
                if self.closes {
                    if self.to_send > 0 {
                        *connection = self.connect(key)?;
                    } else {
                        // Some servers wait for our end before they serve anybody else.
                        connection.stream.shutdown(Shutdown::Both)?;
                    }
                    return Ok(());
                }
                self.next_batch(connection);
                self.send(connection)?;
            }
            if count < self.buffer.len() {
                return Ok(());
            }
        }
    }

    fn run(&mut self) -> io::Result<Duration> {
        let mut connections = Vec::new();
        for key in 0..self.arguments.connections {
            connections.push(self.connect(key)?);
        }
        let begin = Instant::now();
        let end = begin + Duration::from_secs_f64(self.arguments.seconds);
        let mut events = Events::with_capacity(1024);
        while self.answered < self.arguments.requests && Instant::now() < end {
            match self.poll.poll(&mut events, Some(Duration::from_secs(10))) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            if events.is_empty() {
                return Err(ErrorKind::TimedOut.into());
            }
            for event in &events {
                let Token(key) = event.token();
                let connection = &mut connections[key];
                if !connection.is_connected {
                    if let Some(error) = connection.stream.take_error()? {
                        return Err(error);
                    }
                    connection.is_connected = event.is_writable();
                    if connection.is_connected {
                        connection.stream.set_nodelay(true)?;
                        self.send(connection)?;
                    }
                } else if event.is_writable() {
                    self.send(connection)?;
                }
                if event.is_readable() && connection.missing > 0 {
                    self.take(key, connection)?;
                }
            }
        }
        Ok(begin.elapsed())
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let request = std::fs::read(&arguments.request)?;
    let mut load = Load {
        address: (Ipv4Addr::LOCALHOST, arguments.port).into(),
        poll: Poll::new()?,
        batch: request.repeat(arguments.pipeline),
        request_length: request.len(),
        answer_length: 0,
        closes: false,
        buffer: vec![0; 64 * 1024].into(),
        to_send: arguments.requests,
        answered: 0,
        arguments,
    };
    load.probe()?;
    let time = load.run()?;
    println!(
        "{{\"requests\": {}, \"seconds\": {}, \"closes\": {}}}",
        load.answered,
        time.as_secs_f64(),
        load.closes
    );
    Ok(())
}
