//! UDP: single messages, each with its sender, and no promise that any arrives.

use std::future::Future;
use std::io;
use std::net::{self, SocketAddr};

use reactor::Direction;

use super::source::Socket;
use crate::inspect::names::Spot;

/// A UDP socket. Dropping any of its futures loses no message. asyncio:
/// `loop.create_datagram_endpoint`, `sock_sendto`, `sock_recvfrom`.
#[derive(Debug)]
#[doc(alias = "create_datagram_endpoint")]
pub struct UdpSocket {
    socket: Socket<net::UdpSocket>,
}

impl UdpSocket {
    /// Takes an address for its own; port 0 takes a free one.
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
        Ok(UdpSocket { socket: Socket::new(net::UdpSocket::bind(address)?)? })
    }

    /// From now on [`send`](Self::send) sends to `peer`, and only what `peer` sends is received.
    /// Nothing is sent for this, so there is nothing to wait for.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that there is no way to this network.
    pub fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        self.socket.get().connect(peer)
    }

    /// Sends one message to `peer`, and says how many bytes it had.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that it is too long for one message.
    #[track_caller]
    #[doc(alias = "sock_sendto")]
    pub fn send_to<'a>(
        &'a self,
        message: &'a [u8],
        peer: SocketAddr,
    ) -> impl Future<Output = io::Result<usize>> + 'a {
        self.socket.retry(Direction::Write, Spot::here(), move |socket| socket.send_to(message, peer))
    }

    /// Receives one message, and says how many bytes it has and who sent it. What does not fit into
    /// `buffer` is lost.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    #[track_caller]
    #[doc(alias("sock_recvfrom", "sock_recvfrom_into"))]
    pub fn recv_from<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> + 'a {
        self.socket.retry(Direction::Read, Spot::here(), move |socket| socket.recv_from(buffer))
    }

    /// As [`send_to`](Self::send_to), to the peer that it is connected to.
    ///
    /// # Errors
    ///
    /// As [`send_to`](Self::send_to); and that nobody was there for an earlier message.
    #[track_caller]
    pub fn send<'a>(&'a self, message: &'a [u8]) -> impl Future<Output = io::Result<usize>> + 'a {
        self.socket.retry(Direction::Write, Spot::here(), move |socket| socket.send(message))
    }

    /// As [`recv_from`](Self::recv_from), where the sender is known.
    ///
    /// # Errors
    ///
    /// What the operating system says, for instance that nobody was there for an earlier message.
    #[track_caller]
    pub fn recv<'a>(&'a self, buffer: &'a mut [u8]) -> impl Future<Output = io::Result<usize>> + 'a {
        self.socket.retry(Direction::Read, Spot::here(), move |socket| socket.recv(buffer))
    }

    /// Its own address: with the real port.
    ///
    /// # Errors
    ///
    /// What the operating system says: practically never.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.get().local_addr()
    }
}
