//! A connection: bytes in both directions, over TCP or between two processes of one machine.
//!
//! The kinds of sockets differ in how they are made and in what their addresses look like, and in
//! nothing else: one [`Stream`] serves them all.

mod watch;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{self, Shutdown};
use std::os::fd::AsFd;
use std::os::unix;

use reactor::{Direction, Source};
use rustix::buffer::{Buffer, spare_capacity};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use socket2::SockRef;

use super::source::{Readiness, Socket};
use crate::inspect::names::Spot;
use watch::Watches;

/// A connected socket of the standard library.
pub trait StreamSocket: Source + AsFd + fmt::Debug + Sized + 'static {}

impl StreamSocket for net::TcpStream {}
impl StreamSocket for unix::net::UnixStream {}

/// To write to a peer that is gone is an error, and not a signal that ends the program as well. (Apple's
/// systems know no such flag. There, as in every Rust program, the signal is ignored.)
#[cfg(not(target_vendor = "apple"))]
const NO_SIGPIPE: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGPIPE: SendFlags = SendFlags::empty();

/// A connection. All its methods take `&self`: one task may read while another writes. Nothing is
/// buffered here: for lines and the like, [split](Self::split) it. asyncio: a non-blocking `socket`
/// and the `loop.sock_...` functions.
#[derive(Debug)]
pub struct Stream<S> {
    pub(super) socket: Socket<S>,
    watches: Watches,
}

impl<S: StreamSocket> Stream<S> {
    /// Takes over a connection of the standard library.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch it.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn from_std(stream: S) -> io::Result<Self> {
        Ok(Stream { socket: Socket::new(stream)?, watches: Watches::default() })
    }

    /// Waits until [`try_read`](Self::try_read) is worth a try: until there are bytes, the end of
    /// the stream or an error. A task that waits in this way needs no buffer while it waits.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch the socket; errors of the connection are found by
    /// trying.
    #[track_caller]
    pub fn readable(&self) -> Readiness<'_, S> {
        self.socket.ready(Direction::Read, Spot::here())
    }

    /// Waits until [`try_write`](Self::try_write) is worth a try.
    ///
    /// # Errors
    ///
    /// As [`readable`](Self::readable).
    #[track_caller]
    pub fn writable(&self) -> Readiness<'_, S> {
        self.socket.ready(Direction::Write, Spot::here())
    }

    /// Reads what is there, without waiting. Zero is the end of the stream.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing is there; else what the operating
    /// system says.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        self.receive(buffer, room)
    }

    /// Reads what is there, without waiting, into the room that `buffer` has behind its last byte, and lets it
    /// grow by that. Zero is the end of the stream.
    ///
    /// asyncio: `loop.sock_recv_into`, but the buffer knows how much is in it.
    ///
    /// # Errors
    ///
    /// As [`try_read`](Self::try_read).
    ///
    /// # Panics
    ///
    /// If there is no room.
    pub fn try_read_buf(&self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let room = buffer.capacity() - buffer.len();
        assert!(room > 0, "a buffer without room looks like the end of the stream");
        self.receive(spare_capacity(buffer), room)
    }

    // Not with the standard library: it reads only into bytes that have been written before. On Linux it also
    // goes through the C library, which in a process of several threads asks at each call whether this thread
    // is to be cancelled.
    fn receive<B: Buffer<u8, Output = usize>>(&self, buffer: B, room: usize) -> io::Result<usize> {
        match recv(self.get_ref(), buffer, RecvFlags::empty()) {
            Ok((used, _)) => {
                self.socket.used(Direction::Read, used, room);
                Ok(used)
            }
            Err(error) => self.not_now(Direction::Read, error.into()),
        }
    }

    /// Writes as much as the kernel takes, without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it takes nothing; else what the operating
    /// system says.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match send(self.get_ref(), bytes, NO_SIGPIPE) {
            Ok(used) => {
                self.socket.used(Direction::Write, used, bytes.len());
                Ok(used)
            }
            Err(error) => self.not_now(Direction::Write, error.into()),
        }
    }

    /// Notes that a try was in vain, and passes on that it was.
    fn not_now(&self, direction: Direction, error: io::Error) -> io::Result<usize> {
        self.socket.tried(direction, error)?;
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// Reads some bytes: as many as have arrived, at least one. Zero is the end of the stream. What
    /// is there already is read without waiting for a turn. Dropping the future loses nothing.
    /// asyncio: `loop.sock_recv`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the connection was reset.
    #[track_caller]
    #[doc(alias("sock_recv", "sock_recv_into"))]
    pub fn read<'a>(&'a self, buffer: &'a mut [u8]) -> impl Future<Output = io::Result<usize>> + 'a {
        let place = Spot::here();
        async move {
            loop {
                match self.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
                self.socket.ready(Direction::Read, place).await?;
            }
        }
    }

    /// Writes all of `bytes`, as fast as the peer takes them: a peer that does not read makes the
    /// task wait; what the kernel takes at once takes no turn. After dropping the future, nobody
    /// knows how much was written. asyncio: `loop.sock_sendall`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the peer is gone.
    #[track_caller]
    #[doc(alias = "sock_sendall")]
    pub fn write_all<'a>(&'a self, bytes: &'a [u8]) -> impl Future<Output = io::Result<()>> + 'a {
        let place = Spot::here();
        async move {
            let mut left = bytes;
            while !left.is_empty() {
                match self.try_write(left) {
                    // A short write says that the kernel has no more room.
                    Ok(written) => left = &left[written..],
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
                if !left.is_empty() {
                    self.socket.ready(Direction::Write, place).await?;
                }
            }
            Ok(())
        }
    }

    /// Ends one direction or both. With [`Shutdown::Write`] the peer reads the end of the stream
    /// and can still answer. asyncio: `socket.shutdown`.
    ///
    /// # Errors
    ///
    /// If the connection is not there any more.
    pub fn shutdown(&self, direction: Shutdown) -> io::Result<()> {
        SockRef::from(self.get_ref()).shutdown(direction)
    }

    /// The standard library's socket, for its addresses and options. It is non-blocking. asyncio:
    /// `StreamWriter.get_extra_info("socket")`.
    #[doc(alias = "get_extra_info")]
    pub fn get_ref(&self) -> &S {
        self.socket.get()
    }
}
