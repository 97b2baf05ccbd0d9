//! A socket is ready when a read would not wait. The kernel tells which are, for as many as one likes, in one call.
//!
//! Watch for: `poll` (epoll on Linux, kqueue on macOS) does not read. It says who can be read, and the program reads. And it tells
//! a change once: what is still there unread is not told again. So whoever is told reads until there is nothing left.
//!
//! ```text
//! $ cargo run --example 06_a_socket_and_readiness
//! read: it would have to wait
//! kernel: nothing new
//! -- six bytes are written at the other end
//! kernel: 7 is readable: true
//! read: "coff"
//! -- two bytes are still there
//! kernel: nothing new
//! read: "ee"
//! read: it would have to wait
//! -- all is read; one more is written
//! kernel: 7 is readable: true
//! read: "!"
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

const GUEST: Token = Token(7);

/// Asks the kernel, and waits for it no longer than this.
fn ask(poll: &mut Poll, wait: Duration) -> io::Result<()> {
    let mut events = Events::with_capacity(8);
    poll.poll(&mut events, Some(wait))?;
    if events.is_empty() {
        println!("kernel: nothing new");
    }
    for event in &events {
        println!("kernel: {} is readable: {}", event.token().0, event.is_readable());
    }
    Ok(())
}

/// One read of four bytes.
fn read(stream: &mut UnixStream) -> io::Result<()> {
    let mut buffer = [0; 4];
    match stream.read(&mut buffer) {
        Ok(count) => println!("read: {:?}", String::from_utf8_lossy(&buffer[..count])),
        Err(error) if error.kind() == ErrorKind::WouldBlock => println!("read: it would have to wait"),
        Err(error) => return Err(error),
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let (mut machine, mut guest) = UnixStream::pair()?;
    // A read that has nothing to give returns at once and says so, instead of holding the thread.
    guest.set_nonblocking(true)?;

    let mut poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&guest.as_raw_fd()), GUEST, Interest::READABLE)?;
    let (at_once, patiently) = (Duration::ZERO, Duration::from_secs(5));

    read(&mut guest)?;
    ask(&mut poll, at_once)?;
    println!("-- six bytes are written at the other end");
    machine.write_all(b"coffee")?;
    ask(&mut poll, patiently)?;
    read(&mut guest)?;
    println!("-- two bytes are still there");
    ask(&mut poll, at_once)?;
    read(&mut guest)?;
    read(&mut guest)?;
    println!("-- all is read; one more is written");
    machine.write_all(b"!")?;
    ask(&mut poll, patiently)?;
    read(&mut guest)
}
