//! A TCP connection.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::panic::Location;

use reactor::Direction;
use socket2::{Domain, Protocol, Type};

use super::source::{Readiness, Socket};

/// A TCP connection. All its methods take `&self`: one task may read while another writes. asyncio:
/// a `StreamReader` and a `StreamWriter`.
#[derive(Debug)]
pub struct TcpStream {
    socket: Socket<std::net::TcpStream>,
}

impl TcpStream {
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
    pub fn connect(address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> {
        let place = Location::caller();
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
    pub fn from_std(stream: std::net::TcpStream) -> io::Result<Self> {
        Ok(TcpStream { socket: Socket::new(stream)? })
    }

    /// Waits until [`try_read`](Self::try_read) is worth a try: until there are bytes, the end of
    /// the stream or an error. A task that waits in this way needs no buffer while it waits.
    /// asyncio: `loop.add_reader`.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch the socket; errors of the connection are found by
    /// trying.
    #[track_caller]
    #[doc(alias = "add_reader")]
    pub fn readable(&self) -> Readiness<'_, std::net::TcpStream> {
        self.socket.ready(Direction::Read, Location::caller())
    }

    /// Waits until [`try_write`](Self::try_write) is worth a try. asyncio: `loop.add_writer`.
    ///
    /// # Errors
    ///
    /// As [`readable`](Self::readable).
    #[track_caller]
    #[doc(alias = "add_writer")]
    pub fn writable(&self) -> Readiness<'_, std::net::TcpStream> {
        self.socket.ready(Direction::Write, Location::caller())
    }

    /// Reads what is there, without waiting. Zero is the end of the stream.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing is there; else what the operating
    /// system says.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.socket.get().read(buffer);
        match result {
            Ok(used) => {
                self.socket.used(Direction::Read, used, buffer.len());
                Ok(used)
            }
            Err(error) => self.not_now(Direction::Read, error),
        }
    }

    /// Writes as much as the kernel takes, without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it takes nothing; else what the operating
    /// system says.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.socket.get().write(bytes);
        match result {
            Ok(used) => {
                self.socket.used(Direction::Write, used, bytes.len());
                Ok(used)
            }
            Err(error) => self.not_now(Direction::Write, error),
        }
    }

    /// Notes that a try was in vain, and passes on that it was.
    fn not_now(&self, direction: Direction, error: io::Error) -> io::Result<usize> {
        self.socket.tried(direction, error)?;
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// Reads some bytes: as many as have arrived, at least one. Zero is the end of the stream.
    /// Dropping the future loses nothing. asyncio: `StreamReader.read(n)`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the connection was reset.
    #[track_caller]
    pub fn read<'a>(&'a self, buffer: &'a mut [u8]) -> impl Future<Output = io::Result<usize>> + 'a {
        let place = Location::caller();
        async move {
            loop {
                self.socket.ready(Direction::Read, place).await?;
                match self.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
            }
        }
    }

    /// Writes all of `bytes`, as fast as the peer takes them: a peer that does not read makes the
    /// task wait. After dropping the future, nobody knows how much was written. asyncio:
    /// `StreamWriter.write` and `drain`.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that the peer is gone.
    #[track_caller]
    #[doc(alias = "drain")]
    pub fn write_all<'a>(&'a self, bytes: &'a [u8]) -> impl Future<Output = io::Result<()>> + 'a {
        let place = Location::caller();
        async move {
            let mut left = bytes;
            while !left.is_empty() {
                self.socket.ready(Direction::Write, place).await?;
                match self.try_write(left) {
                    Ok(written) => left = &left[written..],
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }
    }

    /// Ends one direction or both. With [`Shutdown::Write`] the peer reads the end of the stream
    /// and can still answer. asyncio: `StreamWriter.write_eof`.
    ///
    /// # Errors
    ///
    /// If the connection is not there any more.
    #[doc(alias = "write_eof")]
    pub fn shutdown(&self, direction: Shutdown) -> io::Result<()> {
        self.socket.get().shutdown(direction)
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
