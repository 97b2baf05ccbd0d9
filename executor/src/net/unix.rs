//! Unix sockets: the same, between two processes of one machine or two ends of one program.

use std::io;
use std::os::unix::net;
use std::path::Path;

use socket2::{Domain, SockAddr, Type};

use super::listener::Listener;
use super::stream::Stream;

/// A connection within one machine.
#[doc(alias = "create_unix_connection")]
pub type UnixStream = Stream<net::UnixStream>;

/// A listening Unix socket. asyncio: `asyncio.start_unix_server` is a loop over this.
#[doc(alias = "create_unix_server")]
pub type UnixListener = Listener<net::UnixListener>;

impl Stream<net::UnixStream> {
    /// Two connected streams. What is written into one can be read from the other in the same
    /// instant. Python: `socket.socketpair`.
    ///
    /// # Errors
    ///
    /// If the operating system has no descriptors left.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "socketpair")]
    pub fn pair() -> io::Result<(Self, Self)> {
        let (one, other) = net::UnixStream::pair()?;
        Ok((Self::from_std(one)?, Self::from_std(other)?))
    }

    /// Connects to the socket at `path`, at once: there is no network in between. asyncio:
    /// `open_unix_connection`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that nobody listens; and
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if the line of those who wait to be accepted is
    /// full.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "open_unix_connection")]
    pub fn connect(path: impl AsRef<Path>) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)?;
        Self::from_std(socket.into())
    }
}

impl Listener<net::UnixListener> {
    /// Listens at `path`, where no file may be yet, and leaves the file there when it is dropped.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the file exists.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "start_unix_server")]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::from_std(net::UnixListener::bind(path)?)
    }
}
