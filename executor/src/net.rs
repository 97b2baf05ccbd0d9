//! Waiting for sockets: TCP, Unix sockets and UDP on the loop.
//!
//! There are three storeys, and a program uses the one it needs:
//!
//! | | asyncio | here |
//! |---|---|---|
//! | a reader and a writer with buffers | `open_connection`, `start_server` | [`open_connection`], [`start_server`], [`StreamReader`], [`StreamWriter`] |
//! | a socket that tasks wait for | `loop.sock_recv`, `sock_sendall`, `sock_accept`, `sock_connect` | [`Stream`], [`Listener`], [`UdpSocket`] |
//! | a callback on a socket | `loop.add_reader`, `add_writer` | [`Stream::add_reader`], [`Stream::add_writer`] |
//!
//! The middle one is where to begin reading. Nothing there copies bytes about or keeps buffers. A
//! call tries the socket; if that says `WouldBlock`, the task leaves its waker with the reactor and
//! tries again when it is woken. `source.rs` is that pattern, and the rest is what the standard
//! library's sockets can do, with an `.await` in it. asyncio's transports and protocols, a second
//! interface of callbacks for the same things, are left out; what a transport does in the background
//! is in `writer.rs`.
//!
//! At a time, one task waits for each direction of a socket: who comes later takes the place of the one
//! before, who is not woken any more (as with asyncio's `sock_recv` and its like, which replace each
//! other's reader).

mod byte_queue;
mod connect;
mod listener;
mod reader;
mod server;
pub(crate) mod source;
mod split;
mod stream;
mod tcp;
mod udp;
mod unix;
mod writer;

pub use connect::{open_connection, resolve};
pub use listener::{Listener, ListenerSocket, TcpListener};
pub use reader::{DEFAULT_LIMIT, PIECE, ReadError, StreamReader};
pub use server::{Server, start_server};
pub use source::Readiness;
pub use stream::{Stream, StreamSocket};
pub use tcp::TcpStream;
pub use udp::UdpSocket;
pub use unix::{UnixListener, UnixStream};
pub use writer::StreamWriter;
