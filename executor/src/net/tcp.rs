//! TCP: how its connections are made, and their addresses.

use std::future::Future;
use std::io;
use std::net::{self, SocketAddr};
use std::time::Duration;

use reactor::Direction;
use socket2::{Domain, Protocol, Type};

use super::stream::Stream;
use crate::inspect::names::Spot;
use crate::time::sleep::sleep;

/// How often [`failure`](Stream::failure) looks where it is not told.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A TCP connection.
pub type TcpStream = Stream<net::TcpStream>;

impl Stream<net::TcpStream> {
    /// Connects to `address`. asyncio: `loop.sock_connect`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the connection was refused.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "sock_connect")]
    pub fn connect(address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> {
        let place = Spot::here();
        async move {
            let socket =
                socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
            socket.set_nonblocking(true)?;
            let connected = match socket.connect(&address.into()) {
                Ok(()) => true,
                Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => false,
                Err(error) => return Err(error),
            };
            let stream = TcpStream::from_std(socket.into())?;
            if !connected {
                // The kernel says "writable" when the handshake is over, whatever its end.
                stream.socket.not_yet(Direction::Write);
                stream.socket.ready(Direction::Write, place).await?;
                if let Some(error) = stream.socket.get().take_error()? {
                    return Err(error);
                }
            }
            Ok(stream)
        }
    }

    /// Whether small writes are sent at once, instead of being collected for a moment (Nagle's
    /// algorithm).
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.socket.get().set_nodelay(nodelay)
    }

    /// Waits until the connection has failed: it was reset, or the network gave it up. A peer that
    /// has only ended its sending half may still wait for an answer, and has not failed. Dropping
    /// the future loses nothing. asyncio: `Protocol.connection_lost` with an exception.
    ///
    /// Bytes that nobody reads, or their end, hide from us what the operating system would say next. From
    /// then on it looks once a second. (On the virtual clock, whose seconds take no time, it looks all the
    /// time.)
    #[track_caller]
    #[doc(alias = "connection_lost")]
    pub fn failure(&self) -> impl Future<Output = io::Error> + '_ {
        let readable = self.readable();
        async move {
            if let Err(error) = readable.await {
                return error;
            }
            loop {
                match self.socket.get().take_error() {
                    Ok(None) => sleep(LOOK_AGAIN).await,
                    Ok(Some(error)) | Err(error) => return error,
                }
            }
        }
    }

    /// The peer's address.
    ///
    /// # Errors
    ///
    /// If the connection is not there any more.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.get().peer_addr()
    }

    /// Our own address.
    ///
    /// # Errors
    ///
    /// What the operating system says: practically never.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.get().local_addr()
    }
}
