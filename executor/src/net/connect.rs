//! `open_connection`: from a name and a port to a reader and a writer.
//!
//! The way from a name to addresses is the one thing of a network program that cannot be done
//! without blocking: the C library's `getaddrinfo` reads files, asks servers, and returns when it
//! has an answer. So every event loop hides a thread here, and this one says so: a name is looked up
//! in [`to_thread`]. asyncio: `loop.getaddrinfo` calls it in its executor, and likewise not for what
//! is an address already (`_ensure_resolved`).

use std::fmt::Display;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use super::reader::StreamReader;
use super::tcp::TcpStream;
use super::writer::StreamWriter;
use crate::threads::to_thread;

/// Connects to `address`, a `SocketAddr` or a text like `"localhost:8001"`, and divides the
/// connection into its two halves. Of several addresses that a name has, the first that answers is
/// taken. asyncio: `asyncio.open_connection`.
///
/// # Errors
///
/// What the operating system says: that there is no such name, or that the last of its addresses
/// cannot be connected to.
///
/// # Panics
///
/// Outside of a running loop.
#[doc(alias = "create_connection")]
pub async fn open_connection(address: impl Display) -> io::Result<(StreamReader, StreamWriter)> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, format!("{address} has no addresses"));
    for address in resolve(address).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // The writer has a buffer of its own: the kernel need not collect bytes for it.
                stream.set_nodelay(true)?;
                return Ok(stream.split());
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The addresses of `"host:port"`, looked up on another thread unless it is an address already.
/// asyncio: `loop.getaddrinfo`.
///
/// # Errors
///
/// What the operating system says, for instance that there is no such name.
///
/// # Panics
///
/// Outside of a running loop, if there is anything to look up.
#[doc(alias = "getaddrinfo")]
pub async fn resolve(address: impl Display) -> io::Result<Vec<SocketAddr>> {
    let address = address.to_string();
    if let Ok(address) = address.parse() {
        return Ok(vec![address]);
    }
    let found = to_thread(move || Ok(address.to_socket_addrs()?.collect())).await;
    found.unwrap_or_else(|lost| Err(io::Error::other(lost.to_string())))
}
