//! Waiting for sockets: TCP on the loop.
//!
//! Nothing here copies bytes about or keeps buffers. A call tries the socket; if that says
//! `WouldBlock`, the task leaves its waker with the reactor and tries again when it is woken.
//! `source.rs` is that pattern, and the rest is what the standard library's sockets can do, with an
//! `.await` in it. asyncio: `loop.sock_accept`, `sock_connect`, `sock_recv`, `sock_sendall`.

mod listener;
pub(crate) mod source;
mod stream;

pub use listener::TcpListener;
pub use source::Readiness;
pub use stream::TcpStream;
