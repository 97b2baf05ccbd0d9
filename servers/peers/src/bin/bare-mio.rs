//! mio and httparse, and nothing between them: the practical limit of a safe server on one thread.
//!
//! No executor, no limits, no time limits. What it does for speed, ours should do too, and what it leaves out is what
//! tasks and the rules of HTTP cost:
//!
//! - a socket is registered once, edge-triggered, for both directions, and never again
//! - one read takes all that has come, and one write sends all the answers to it
//! - a short read means that there is no more, so nobody asks only to be told so
//! - all connections share one buffer for reading and one for writing; their own hold what is left over
//! - the date is written once a second

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Instant;

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use peers::{Answers, Asked, Route, parse};
use slab::Slab;

const LISTENER: Token = Token(usize::MAX);

struct Client {
    stream: TcpStream,
    /// 1 for the first: a place in the table may be used again, a number is not.
    number: u64,
    /// Read and not yet answered: part of a request, or what came while it sleeps.
    input: Vec<u8>,
    /// Not yet taken by the kernel.
    output: Vec<u8>,
    /// What will be answered at the end of a wait.
    sleeper: Option<Asked>,
    was_last: bool,
}

/// What all connections share.
struct Shared {
    answers: Answers,
    input: Box<[u8]>,
    output: Vec<u8>,
    timers: BinaryHeap<Reverse<(Instant, u64, usize)>>,
}

impl Client {
    /// Does what an event asks for. Gives back whether the connection goes on.
    fn advance(&mut self, key: usize, event: &Event, shared: &mut Shared) -> io::Result<bool> {
        if event.is_writable() && !self.output.is_empty() {
            let unsent = std::mem::take(&mut self.output);
            self.send(&unsent)?;
        }
        if event.is_readable() {
            return self.read(key, shared);
        }
        Ok(true)
    }

    fn read(&mut self, key: usize, shared: &mut Shared) -> io::Result<bool> {
        loop {
            let count = match self.stream.read(&mut shared.input) {
                Ok(0) => return Ok(false),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            };
            if self.input.is_empty() && self.sleeper.is_none() {
                // The usual case: whole requests, answered from where they were read.
                let input = std::mem::take(&mut shared.input);
                let used = self.answer(key, &input[..count], shared)?;
                self.input.extend_from_slice(&input[used..count]);
                shared.input = input;
            } else {
                self.input.extend_from_slice(&shared.input[..count]);
                self.answer_kept(key, shared)?;
            }
            if self.was_last && self.output.is_empty() {
                self.stream.shutdown(Shutdown::Write)?;
                return Ok(false);
            }
            if count < shared.input.len() {
                return Ok(true);
            }
        }
    }

    /// Answers what was kept, up to a request that must wait.
    fn answer_kept(&mut self, key: usize, shared: &mut Shared) -> io::Result<()> {
        let mut input = std::mem::take(&mut self.input);
        let used = self.answer(key, &input, shared)?;
        input.drain(..used);
        self.input = input;
        Ok(())
    }

    /// Answers the whole requests in `input`, with one write. Gives back how many bytes they took.
    fn answer(&mut self, key: usize, input: &[u8], shared: &mut Shared) -> io::Result<usize> {
        let mut used = 0;
        while self.sleeper.is_none()
            && !self.was_last
            && let Some(asked) = parse(&input[used..]).map_err(io::Error::other)?
        {
            used += asked.length;
            if let Route::Sleeper(time) = asked.route {
                shared.timers.push(Reverse((Instant::now() + time, self.number, key)));
                self.sleeper = Some(asked);
            } else {
                self.was_last = asked.is_last;
                shared.answers.write(&asked, &mut shared.output);
            }
        }
        if self.output.is_empty() {
            self.send(&shared.output)?;
        } else {
            self.output.extend_from_slice(&shared.output);
        }
        shared.output.clear();
        Ok(used)
    }

    /// Sends what the kernel takes, and keeps the rest.
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.output.extend_from_slice(bytes);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The wait is over.
    fn wake(&mut self, key: usize, shared: &mut Shared) -> io::Result<bool> {
        if let Some(asked) = self.sleeper.take() {
            self.was_last = asked.is_last;
            shared.answers.write(&asked, &mut shared.output);
            self.answer_kept(key, shared)?;
        }
        Ok(!self.was_last || !self.output.is_empty())
    }
}

/// Takes all connections that have come.
fn accept(
    listener: &TcpListener,
    poll: &Poll,
    clients: &mut Slab<Client>,
    number: &mut u64,
) -> io::Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        stream.set_nodelay(true)?;
        let place = clients.vacant_entry();
        poll.registry().register(&mut stream, Token(place.key()), Interest::READABLE | Interest::WRITABLE)?;
        *number += 1;
        place.insert(Client {
            stream,
            number: *number,
            input: Vec::new(),
            output: Vec::new(),
            sleeper: None,
            was_last: false,
        });
    }
}

fn main() -> io::Result<()> {
    let port: u16 = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: bare-mio PORT");
    let mut listener = TcpListener::bind(([127, 0, 0, 1], port).into())?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1024);
    let mut clients = Slab::new();
    let mut number = 0;
    let mut shared = Shared {
        answers: Answers::default(),
        input: vec![0; 16 * 1024].into(),
        output: Vec::new(),
        timers: BinaryHeap::new(),
    };
    loop {
        let first = shared.timers.peek();
        let timeout = first.map(|Reverse((deadline, ..))| deadline.saturating_duration_since(Instant::now()));
        match poll.poll(&mut events, timeout) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        shared.answers.refresh();
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &poll, &mut clients, &mut number)?;
                continue;
            }
            let Token(key) = event.token();
            // A client that is gone may have been in the same batch once more.
            let Some(client) = clients.get_mut(key) else { continue };
            // An error is that of a client that is gone. To drop a socket closes it, and that unregisters it.
            if !client.advance(key, event, &mut shared).unwrap_or(false) {
                clients.remove(key);
            }
        }
        while let Some(Reverse((deadline, number, key))) = shared.timers.peek().copied() {
            if deadline > Instant::now() {
                break;
            }
            shared.timers.pop();
            let Some(client) = clients.get_mut(key) else { continue };
            if client.number == number && !client.wake(key, &mut shared).unwrap_or(false) {
                clients.remove(key);
            }
        }
    }
}
