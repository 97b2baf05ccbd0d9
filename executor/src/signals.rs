//! Signals as readiness.
//!
//! A signal handler interrupts a program between any two instructions, and may do next to nothing.
//! So it does one thing: it writes a byte into a socket. The loop has the other end in its reactor,
//! and a signal becomes an event like any other. asyncio: `loop.add_signal_handler`, with
//! `signal.set_wakeup_fd`.
//!
//! There are the two ways to hear of an event that there are everywhere: a task awaits it
//! ([`Signals`]), or a callback is called ([`add_signal_handler`]).

pub(crate) mod handler;
pub(crate) mod interrupt;

use std::fmt;
use std::future::poll_fn;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll};

use reactor::Direction;
use signal_hook::SigId;
use signal_hook::consts;
use signal_hook::low_level;

pub use self::handler::{SignalHandler, add_signal_handler};
use crate::event_loop;
use crate::inspect::names::{Awaiting, Spot};
use crate::inspect::sigusr1;
use crate::net::source::Socket;

/// A signal: its number, and the names of those that a program may want to hear. Python:
/// `signal.Signals`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal(i32);

impl Signal {
    /// The terminal is gone; to a server by custom: read your settings again.
    pub const SIGHUP: Signal = Signal(consts::SIGHUP);
    /// Ctrl-C.
    pub const SIGINT: Signal = Signal(consts::SIGINT);
    /// Ctrl-\\.
    pub const SIGQUIT: Signal = Signal(consts::SIGQUIT);
    /// What `kill` sends.
    pub const SIGTERM: Signal = Signal(consts::SIGTERM);
    /// Whatever a program wants it to mean.
    pub const SIGUSR1: Signal = Signal(consts::SIGUSR1);
    /// Whatever a program wants it to mean.
    pub const SIGUSR2: Signal = Signal(consts::SIGUSR2);
    /// The terminal's window has another size.
    pub const SIGWINCH: Signal = Signal(consts::SIGWINCH);
    /// A child process has ended or stopped.
    pub const SIGCHLD: Signal = Signal(consts::SIGCHLD);
    /// The process goes on after it was stopped.
    pub const SIGCONT: Signal = Signal(consts::SIGCONT);
    /// Ctrl-Z.
    pub const SIGTSTP: Signal = Signal(consts::SIGTSTP);
    /// The alarm clock of the operating system, which nobody needs beside a loop.
    pub const SIGALRM: Signal = Signal(consts::SIGALRM);

    /// Any other. Whether there is such a signal shows when somebody wants to hear it.
    pub const fn numbered(number: i32) -> Self {
        Signal(number)
    }

    /// Its number: what a shell adds to 128.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Refuses those that nobody can hear, or hear of in time: after SIGSEGV and its like the
    /// program cannot go on to its next turn.
    fn check(self) -> io::Result<()> {
        if consts::FORBIDDEN.contains(&self.0) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{self} cannot be listened for"),
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match low_level::signal_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hears signals as long as it lives. It must be made inside a running loop.
///
/// Everybody who listens hears a signal. When nobody does any more, it does nothing: what it did at
/// first, to end the process for instance, does not come back. (asyncio's `remove_signal_handler`
/// brings it back, and takes the signal from everybody else in the process.)
#[derive(Debug)]
pub struct Signals {
    pipes: Vec<Pipe>,
}

#[derive(Debug)]
struct Pipe {
    signal: Signal,
    socket: Socket<UnixStream>,
    _registration: Registration,
}

/// While it lives, a signal writes a byte into a socket.
#[derive(Debug)]
struct Registration(SigId);

impl Registration {
    /// The socket that the bytes can be read from, and what keeps them coming.
    fn new(signal: Signal) -> io::Result<(UnixStream, Self)> {
        signal.check()?;
        let (ours, handlers) = UnixStream::pair()?;
        let registration = Registration(low_level::pipe::register(signal.number(), handlers)?);
        // Behind that, so that a signal in between is heard by both and not by neither.
        if signal == Signal::SIGUSR1 {
            sigusr1::give_way();
        }
        if signal == Signal::SIGINT {
            interrupt::give_way();
        }
        Ok((ours, registration))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        low_level::unregister(self.0);
    }
}

impl Signals {
    /// Hears SIGINT and SIGTERM, with which a program is asked to end: from now on these two do not
    /// end the process.
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
        Signals::made_by("Signals::new()", [Signal::SIGINT, Signal::SIGTERM])
    }

    /// Hears these signals: from now on they do not do what they would do by themselves.
    ///
    /// # Errors
    ///
    /// For SIGKILL, SIGSTOP, SIGSEGV, SIGILL and SIGFPE; if there is no such signal; if the
    /// operating system refuses a descriptor or the handler.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn of(signals: impl IntoIterator<Item = Signal>) -> io::Result<Self> {
        Signals::made_by("Signals::of()", signals)
    }

    #[track_caller]
    fn made_by(what: &str, signals: impl IntoIterator<Item = Signal>) -> io::Result<Self> {
        // Asked first: what a signal did by itself would not come back.
        event_loop::running(what);
        let mut pipes: Vec<Pipe> = Vec::new();
        for signal in signals {
            if !pipes.iter().any(|pipe| pipe.signal == signal) {
                let (ours, registration) = Registration::new(signal)?;
                pipes.push(Pipe { signal, socket: Socket::new(ours)?, _registration: registration });
            }
        }
        Ok(Signals { pipes })
    }

    /// Waits for the next signal. Several of one kind that come at once count as one; of several
    /// kinds, the one that was listed first comes first.
    ///
    /// # Errors
    ///
    /// What the operating system says of the socket behind it: practically never.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = io::Result<Signal>> {
        let place = Spot::here();
        poll_fn(move |cx| {
            for pipe in &self.pipes {
                if pipe.poll_rung(cx, place)?.is_ready() {
                    return Poll::Ready(Ok(pipe.signal));
                }
            }
            Poll::Pending
        })
    }
}

impl Pipe {
    /// Whether the handler has written since this was last asked.
    fn poll_rung(&self, cx: &Context<'_>, place: Spot) -> Poll<io::Result<()>> {
        let mut bytes = [0; 64];
        while self.socket.is_ready(Direction::Read) {
            match self.socket.get().read(&mut bytes) {
                // One byte or sixty: it was rung. What does not fit is one more ring.
                Ok(_count) => return Poll::Ready(Ok(())),
                Err(error) => self.socket.tried(Direction::Read, error)?,
            }
        }
        self.socket.arm(Direction::Read, Awaiting::Signal, cx, place)?;
        Poll::Pending
    }
}
