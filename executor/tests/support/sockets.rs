//! Sockets for tests that count turns.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use executor::net::TcpStream;

/// Two connected streams, inside a running loop.
///
/// They are Unix sockets in the clothes of TCP, which read and write alike. What is written into
/// one can be read from the other in the same instant, also on a busy machine: TCP, even to the
/// same machine, promises no such thing, and the virtual clock would not wait for it.
pub(crate) fn socket_pair() -> (TcpStream, TcpStream) {
    let (one, other) = UnixStream::pair().unwrap();
    (dressed_up(one), dressed_up(other))
}

fn dressed_up(stream: UnixStream) -> TcpStream {
    TcpStream::from_std(OwnedFd::from(stream).into()).unwrap()
}
