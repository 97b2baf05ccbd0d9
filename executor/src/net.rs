//! Waiting for sockets: TCP, Unix sockets and UDP on the loop.
//!
//! There are two storeys, and a program uses the one it needs:
//!
//! | | asyncio | here |
//! |---|---|---|
//! | a socket that tasks wait for | `loop.sock_recv`, `sock_sendall`, `sock_accept`, `sock_connect` | [`Stream`], [`Listener`], [`UdpSocket`] |
//! | a callback on a socket | `loop.add_reader`, `add_writer` | [`Stream::add_reader`], [`Stream::add_writer`] |
//!
//! The upper one is where to begin reading. Nothing there copies bytes about or keeps buffers. A
//! call tries the socket; if that says `WouldBlock`, the task leaves its waker with the reactor and
//! tries again when it is woken. `source.rs` is that pattern, and the rest is what the standard
//! library's sockets can do, with an `.await` in it.

mod listener;
pub(crate) mod source;
mod stream;
mod tcp;
mod udp;
mod unix;
mod watch;

pub use listener::{Listener, ListenerSocket, TcpListener};
pub use source::Readiness;
pub use stream::{Stream, StreamSocket};
pub use tcp::TcpStream;
pub use udp::UdpSocket;
pub use unix::{UnixListener, UnixStream};
