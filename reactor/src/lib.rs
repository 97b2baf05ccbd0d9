//! Waits for the operating system: which sockets can be read or written right now?
//!
//! A blocking server asks one socket and sleeps until that one answers. A **reactor** asks about
//! all of them in one system call (`epoll_wait` on Linux, `kevent` on macOS) and sleeps until *any*
//! of them can make progress. That one idea is what lets a single thread serve thousands of
//! connections. It reads and writes nothing itself: it only says when it is worth trying. asyncio:
//! `selectors.py`, and the half of `selector_events.py` that uses it.
//!
//! # The contract
//!
//! The same on every [backend](BackendKind), and all that a user of this crate needs to know:
//!
//! 1. **Try first.** Call `read` or `write` on the socket. A new socket counts as ready, so nobody
//!    waits in vain.
//! 2. **On `WouldBlock`, arm.** When the call says [`WouldBlock`](std::io::ErrorKind::WouldBlock),
//!    report it with [`Registered::would_block`], [arm](Registered::arm) that direction and go and
//!    do something else.
//! 3. **One event.** [`Reactor::wait`] hands back what you armed, once, when the socket is readable
//!    or writable, and also when it was closed or failed: trying again tells you which.
//! 4. **Re-arm** if you want to hear again.
//!
//! A read that fills less than its buffer has [drained](Registered::drained) a stream, and the next
//! try can be saved: ask [`Registered::is_ready`] before each try, and arm where it says no. This
//! saves one system call a request.
//!
//! # In use
//!
//! ```
//! use std::io::{ErrorKind, Read, Write};
//! use std::os::unix::net::UnixStream;
//! use reactor::{BackendKind, Direction, Reactor, Until};
//!
//! # fn main() -> std::io::Result<()> {
//! let reactor = Reactor::new(BackendKind::Mio)?;
//! let (guest, mut barista) = UnixStream::pair()?;
//! let guest = reactor.register(guest)?;
//! let mut cup = [0; 16];
//!
//! // Try first. There is nothing yet: report it, and arm.
//! let nothing = guest.get().read(&mut cup).unwrap_err();
//! assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
//! guest.would_block(Direction::Read);
//! guest.arm(Direction::Read, "the guest is called")?;
//!
//! // The wait sleeps until there is something, and hands back what was armed.
//! barista.write_all(b"coffee")?;
//! let mut fired = Vec::new();
//! reactor.wait(Until::Forever, &mut fired)?;
//! assert_eq!(fired[0].waiter, "the guest is called");
//! assert_eq!(guest.get().read(&mut cup)?, 6);
//! # Ok(())
//! # }
//! ```
//!
//! # Reading order
//!
//! `reactor.rs` (the table of sources and the wait), `until.rs` (when a wait is to end), `source.rs` (a
//! socket that takes itself out of the table), `backend.rs` (what is asked of the operating system's
//! side) and `backend/mio.rs`, `notifier.rs` (how another thread ends the wait).
//! `examples/echo_callbacks.rs` is a whole server made of this crate and nothing else.

#[cfg(not(unix))]
compile_error!("this crate speaks to Unix descriptors: on Windows, build it inside WSL");

mod backend;
mod notifier;
mod reactor;
mod source;
mod until;

pub use backend::{BackendKind, UnknownBackend};
pub use notifier::Notifier;
pub use reactor::{Direction, Fired, Reactor, SourceId};
pub use source::{Registered, Source};
pub use until::Until;
