//! A socket that is in the reactor's table as long as it lives.
//!
//! Two mistakes with descriptors are easy to make and hard to find: to close one that the kernel
//! still watches, and to watch a number that has meanwhile gone to another socket. Both are
//! impossible here because one value, [`Registered`], owns the socket *and* its entry: the entry
//! goes first, then the descriptor is closed.

use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use crate::reactor::{Direction, Reactor, SourceId};

/// A socket of the standard library that can be [registered](Reactor::register).
///
/// Sealed: [`Registered`] relies on the descriptor staying the same, and vouches only for types it
/// knows.
pub trait Source: sealed::Socket {}

impl<S: sealed::Socket> Source for S {}

mod sealed {
    use std::io;
    use std::os::fd::RawFd;

    pub trait Socket {
        fn fd(&self) -> RawFd;
        fn set_nonblocking(&self) -> io::Result<()>;
    }
}

/// The same two lines for each type: the standard library has no trait for them.
macro_rules! sockets {
    ($($socket:ty),*) => {$(
        impl sealed::Socket for $socket {
            fn fd(&self) -> RawFd {
                self.as_raw_fd()
            }

            fn set_nonblocking(&self) -> io::Result<()> {
                <$socket>::set_nonblocking(self, true)
            }
        }
    )*};
}

sockets!(TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream, UnixDatagram);

/// A socket in the table of a [`Reactor`]. Made by [`Reactor::register`].
///
/// It lends the socket only as `&S` (enough: `&TcpStream` reads and writes), because with `&mut S`
/// somebody could put another socket in its place and close the one that the kernel watches.
#[derive(Debug)]
pub struct Registered<S, W> {
    socket: S,
    id: SourceId,
    reactor: Reactor<W>,
}

impl<W> Reactor<W> {
    /// Makes `socket` non-blocking, takes it into the table and gives it back wrapped: dropping the
    /// wrapper takes it out and closes it. Both its directions count as ready. asyncio:
    /// `selectors.BaseSelector.register`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that it cannot watch this kind of descriptor.
    pub fn register<S: Source>(&self, socket: S) -> io::Result<Registered<S, W>> {
        socket.set_nonblocking()?;
        let id = self.enter(socket.fd())?;
        Ok(Registered { socket, id, reactor: self.clone() })
    }
}

impl<S, W> Registered<S, W> {
    /// The socket itself, non-blocking. Try it, then report what it said.
    pub fn get(&self) -> &S {
        &self.socket
    }

    /// Its name in this reactor.
    pub fn id(&self) -> SourceId {
        self.id
    }

    /// Whether a try is worth its system call: true for a new socket, and from an event until
    /// [`would_block`](Self::would_block) or [`drained`](Self::drained).
    pub fn is_ready(&self, direction: Direction) -> bool {
        self.reactor.is_ready(self.id, direction)
    }

    /// Reports that a try said `WouldBlock`: not worth another until the next event.
    pub fn would_block(&self, direction: Direction) {
        self.reactor.would_block(self.id, direction);
    }

    /// Reports that a read filled less than its buffer (or a write took less than it was offered):
    /// the next try would say `WouldBlock`. It stays ready all the same if its end was already
    /// announced, because no further event would say so.
    ///
    /// For connected streams only: one datagram says nothing about the next, and a socket that was
    /// registered before it was connected has been announced as ended. (A peer that sends TCP
    /// urgent data makes a read short as well. What it sent behind that is not looked at until it sends
    /// more: it delays itself, and nobody else.)
    pub fn drained(&self, direction: Direction) {
        self.reactor.drained(self.id, direction);
    }

    /// Asks that `waiter` be handed out by a [wait](Reactor::wait) once `direction` is worth
    /// trying. To be called while it is not [ready](Self::is_ready), that is after a try said
    /// `WouldBlock`: an event that has already come does not come again. Takes the place of whoever
    /// waited before, and gives that one back: a direction has one waiter.
    ///
    /// # Errors
    ///
    /// What the operating system says when it is asked to watch the socket.
    pub fn arm(&self, direction: Direction, waiter: W) -> io::Result<Option<W>> {
        self.reactor.arm(self.id, direction, waiter)
    }

    /// As [`arm`](Self::arm), but asks for a state and not for a change: the waiter is handed out by
    /// the next wait if the direction is worth trying *now*, however long it has been and whoever
    /// has been told. Armed again after each event, a waiter is called as long as there is
    /// something to do, as selectors that are level-triggered call theirs. It costs a system call on
    /// every backend.
    ///
    /// # Errors
    ///
    /// What the operating system says when it is asked to watch the socket.
    pub fn arm_level(&self, direction: Direction, waiter: W) -> io::Result<Option<W>> {
        self.reactor.arm_level(self.id, direction, waiter)
    }

    /// Takes the waiter back, if it has not fired.
    pub fn disarm(&self, direction: Direction) -> Option<W> {
        self.reactor.disarm(self.id, direction)
    }
}

impl<S, W> Drop for Registered<S, W> {
    fn drop(&mut self) {
        // The waiters are dropped at the end of this block, when the table is no longer borrowed;
        // the socket, a field, after it.
        let _waiters = self.reactor.deregister(self.id);
    }
}
