//! A socket that speaks once: its reader leaves bytes behind, and is never told of them again.
//!
//! Watch for: three orders, two events. mio reports a *change* (it is "edge-triggered"): bytes came. That there
//! are still some is no change. Reading until the socket says `WouldBlock` is what arms it again; this reader
//! takes one order for each event, and from then on it is always late.
//!
//! ```text
//! $ cargo run --example bug_missing_rearm
//! two orders are sent
//! event: readable: tea
//! no event for 50 ms
//! one more order is sent
//! event: readable: pie
//! no event for 50 ms
//! it would wait for ever, and these bytes wait with it: egg
//! ```
//!
//! The cure is a loop around the read:
//!
//! ```text
//! $ cargo run --example bug_missing_rearm -- cured
//! two orders are sent
//! event: readable: tea pie WouldBlock
//! no event for 50 ms
//! one more order is sent
//! event: readable: egg WouldBlock
//! no event for 50 ms
//! nothing is left unread
//! ```
//!
//! In the wild: a connection hangs until its client sends something else, and then answers the message before.
//! It hits large messages only, those that one read does not empty. A backend that reports once and must be
//! asked again ("oneshot": the `polling` crate, `EPOLLONESHOT`) has the same bug in another dress: the call to
//! `modify` is missing. With tokio it is a `try_read` that is not repeated until `WouldBlock`. In Python it does
//! not happen: asyncio's selectors are level-triggered, and report in every turn what is still unread.

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

/// Takes one order, or as many as there are.
fn serve(mut socket: &UnixStream, cured: bool) -> io::Result<()> {
    print!("event: readable:");
    let mut order = [0; 3];
    loop {
        match socket.read_exact(&mut order) {
            Ok(()) => print!(" {}", String::from_utf8_lossy(&order)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                println!(" WouldBlock");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        if !cured {
            println!();
            return Ok(());
        }
    }
}

/// Waits for events and serves them, until none comes.
fn wait(poll: &mut Poll, socket: &UnixStream, cured: bool) -> io::Result<()> {
    let mut events = Events::with_capacity(8);
    loop {
        poll.poll(&mut events, Some(Duration::from_millis(50)))?;
        if events.is_empty() {
            println!("no event for 50 ms");
            return Ok(());
        }
        serve(socket, cured)?;
    }
}

fn main() -> io::Result<()> {
    let cured = env::args().any(|word| word == "cured");
    let (mut client, mut server) = UnixStream::pair()?;
    server.set_nonblocking(true)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&server.as_raw_fd()), Token(0), Interest::READABLE)?;

    println!("two orders are sent");
    client.write_all(b"teapie")?;
    wait(&mut poll, &server, cured)?;
    println!("one more order is sent");
    client.write_all(b"egg")?;
    wait(&mut poll, &server, cured)?;

    drop(client);
    let mut unread = String::new();
    server.read_to_string(&mut unread)?;
    match unread.as_str() {
        "" => println!("nothing is left unread"),
        _ => println!("it would wait for ever, and these bytes wait with it: {unread}"),
    }
    Ok(())
}
