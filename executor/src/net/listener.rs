//! Accepting connections, through everything that may go wrong with a single one.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{self, SocketAddr};
use std::os::unix;
use std::time::Duration;

use reactor::{Direction, Source};
use socket2::{Domain, Protocol, Type};

use super::source::Socket;
use super::stream::{Stream, StreamSocket};
use crate::inspect::names::Spot;
use crate::time::sleep::sleep;

/// How many connections the kernel may complete before they are accepted: as many as it allows.
/// With fewer, a burst of clients loses its first packets, and each of them waits a second before
/// it tries again.
const BACKLOG: i32 = 4096;

/// How long accepting pauses when descriptors have run out: long enough not to spin, short enough
/// that nobody notices it when some are free again. (asyncio: `ACCEPT_RETRY_DELAY`, a second.)
const PAUSE: Duration = Duration::from_millis(20);

/// A listening socket of the standard library.
pub trait ListenerSocket: Source + fmt::Debug + Sized + 'static {
    /// What it accepts.
    type Connection: StreamSocket;
    /// Who connects.
    type Address: fmt::Debug;
    /// `accept`, as every listener has it.
    fn accept(&self) -> io::Result<(Self::Connection, Self::Address)>;
}

impl ListenerSocket for net::TcpListener {
    type Connection = net::TcpStream;
    type Address = SocketAddr;

    fn accept(&self) -> io::Result<(net::TcpStream, SocketAddr)> {
        net::TcpListener::accept(self)
    }
}

impl ListenerSocket for unix::net::UnixListener {
    type Connection = unix::net::UnixStream;
    type Address = unix::net::SocketAddr;

    fn accept(&self) -> io::Result<(unix::net::UnixStream, unix::net::SocketAddr)> {
        unix::net::UnixListener::accept(self)
    }
}

/// A listening socket. asyncio: `asyncio.start_server` is a loop over this.
#[derive(Debug)]
pub struct Listener<S> {
    socket: Socket<S>,
}

/// A listening TCP socket.
pub type TcpListener = Listener<net::TcpListener>;

impl Listener<net::TcpListener> {
    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the port is in use.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // A server that was just restarted may have its port again, though old connections still
        // linger.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Self::from_std(socket.into())
    }

    /// Where it listens: with the real port.
    ///
    /// # Errors
    ///
    /// What the operating system says: practically never.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.get().local_addr()
    }
}

impl<S: ListenerSocket> Listener<S> {
    /// Takes over a listener of the standard library.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch it.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn from_std(listener: S) -> io::Result<Self> {
        Ok(Listener { socket: Socket::new(listener)? })
    }

    /// Waits for the next connection. Connections that fail before they are accepted are passed
    /// over, and when descriptors run out it waits until there are some again. Dropping the future
    /// loses no connection. asyncio: `loop.sock_accept`.
    ///
    /// # Errors
    ///
    /// Only when the listener itself is of no more use.
    #[track_caller]
    #[doc(alias = "sock_accept")]
    pub fn accept(&self) -> impl Future<Output = io::Result<(Stream<S::Connection>, S::Address)>> + '_ {
        let place = Spot::here();
        async move {
            let mut told = false;
            loop {
                match self.socket.get().accept() {
                    Ok((stream, peer)) => match Stream::from_std(stream) {
                        Ok(stream) => return Ok((stream, peer)),
                        // The reactor has no room for it: this connection is lost, the listener is
                        // not.
                        Err(error) => {
                            log::warn!(target: "loop::io", "lost the connection from {peer:?}: {error}");
                        }
                    },
                    Err(error) if is_about_one_connection(&error) => {}
                    Err(error) if is_about_room(&error) => {
                        if !told {
                            log::warn!(target: "loop::io", "accepting pauses: {error}");
                        }
                        told = true;
                        sleep(PAUSE).await;
                    }
                    Err(error) => {
                        self.socket.tried(Direction::Read, error)?;
                        self.socket.ready(Direction::Read, place).await?;
                    }
                }
            }
        }
    }
}

/// Whether a connection failed between the kernel's handshake and our `accept`: Linux reports its
/// error here.
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionReset, HostUnreachable, NetworkDown, NetworkUnreachable,
        PermissionDenied,
    };
    let kinds = [
        ConnectionAborted,
        ConnectionReset,
        HostUnreachable,
        NetworkDown,
        NetworkUnreachable,
        PermissionDenied,
    ];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(libc::EPROTO)
}

/// Whether this process or the whole machine has run out of descriptors or memory: it will pass.
fn is_about_room(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_failure_of_a_single_connection_or_of_the_moment_ends_accepting() {
        let passing = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
        let single = [libc::ECONNABORTED, libc::ECONNRESET, libc::EPROTO, libc::EPERM, libc::ENETUNREACH];
        for (codes, [room, connection]) in [
            (&passing[..], [true, false]),
            (&single, [false, true]),
            (&[libc::EBADF, libc::EINVAL], [false; 2]),
        ] {
            for code in codes {
                let error = io::Error::from_raw_os_error(*code);
                assert_eq!(
                    [is_about_room(&error), is_about_one_connection(&error)],
                    [room, connection],
                    "{error}"
                );
            }
        }
    }
}
