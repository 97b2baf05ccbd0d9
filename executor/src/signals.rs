//! SIGINT and SIGTERM as readiness.
//!
//! A signal handler interrupts a program between any two instructions, and may do next to nothing.
//! So it does one thing: it writes a byte into a socket. The loop has the other end in its reactor,
//! and a signal becomes an event like any other. asyncio: `loop.add_signal_handler`, with
//! `signal.set_wakeup_fd`.

use std::future::poll_fn;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::panic::Location;
use std::task::{Context, Poll};

use reactor::Direction;
use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level;

use crate::inspect::event::{Awaiting, Place};
use crate::net::source::Socket;

/// A request to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// What `kill` sends.
    Terminate,
}

/// Hears SIGINT and SIGTERM as long as it lives. It must be made inside a running loop.
#[derive(Debug)]
pub struct Signals {
    interrupt: Pipe,
    terminate: Pipe,
}

#[derive(Debug)]
struct Pipe {
    socket: Socket<UnixStream>,
    registration: SigId,
}

impl Pipe {
    #[track_caller]
    fn new(signal: i32) -> io::Result<Self> {
        let (ours, handlers) = UnixStream::pair()?;
        let socket = Socket::new(ours)?;
        let registration = low_level::pipe::register(signal, handlers)?;
        Ok(Pipe { socket, registration })
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        low_level::unregister(self.registration);
    }
}

impl Signals {
    /// From now on these two signals do not end the process.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor or the handler.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Ok(Signals { interrupt: Pipe::new(SIGINT)?, terminate: Pipe::new(SIGTERM)? })
    }

    /// Waits for the next signal. Several of one kind that come at once count as one.
    ///
    /// # Errors
    ///
    /// What the operating system says of the socket behind it: practically never.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = io::Result<Signal>> {
        let place = Location::caller();
        poll_fn(move |cx| {
            if self.interrupt.poll_rung(cx, place)?.is_ready() {
                return Poll::Ready(Ok(Signal::Interrupt));
            }
            if self.terminate.poll_rung(cx, place)?.is_ready() {
                return Poll::Ready(Ok(Signal::Terminate));
            }
            Poll::Pending
        })
    }
}

impl Pipe {
    /// Whether the handler has written since this was last asked.
    fn poll_rung(&self, cx: &Context<'_>, place: Place) -> Poll<io::Result<()>> {
        let mut bytes = [0; 64];
        while self.socket.poll_ready(Direction::Read, Awaiting::Signal, cx, place)?.is_ready() {
            match self.socket.get().read(&mut bytes) {
                // One byte or sixty: it was rung. What does not fit is one more ring.
                Ok(_count) => return Poll::Ready(Ok(())),
                Err(error) => self.socket.tried(Direction::Read, error)?,
            }
        }
        Poll::Pending
    }
}
