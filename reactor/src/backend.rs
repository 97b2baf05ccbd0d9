//! What a backend must do, and the choice of one at run time.
//!
//! A backend is the thin part that differs between ways of asking the operating system. The
//! [`Reactor`](crate::Reactor) keeps the table of who waits for what; a backend only carries
//! questions down and answers up:
//!
//! | step | mio: edge-triggered | polling: oneshot |
//! |---|---|---|
//! | `register` | both directions, for the life of the socket | the descriptor, interested in nothing |
//! | `arm` | nothing to do: every change is reported anyway | tell the kernel, in one system call |
//! | `repeat` | register anew: the kernel looks again | nothing to do: arming makes it look |
//! | the end of a wait | an alarm beside the sockets | the library has an alarm of its own |
//! | an event | reported once per change of state | reported once, then silent until armed again |
//! | `deregister` | nothing to do: closing is enough to leave | must come before the descriptor is closed |
//!
//! Both columns keep the contract of the [crate page](crate), and one conformance suite
//! (`tests/conformance.rs`) runs on each. An edge-triggered backend costs no system call per arming
//! and is the default; the other shows that the contract does not depend on edges, and is near to
//! how most textbooks and asyncio's own selectors work (*level-triggered*: told again and again, as long
//! as it is true).

mod alarm;
mod mio;
mod polling;

use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::str::FromStr;

use crate::notifier::Notifier;
use crate::until::Until;

/// Which library asks the operating system. asyncio: the choice between `EpollSelector`,
/// `KqueueSelector`, ...
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendKind {
    /// [mio](https://docs.rs/mio): edge-triggered, registered once. The default.
    #[default]
    Mio,
    /// [polling](https://docs.rs/polling): oneshot, armed again for every event.
    Polling,
}

impl BackendKind {
    /// Every backend by the name that [`FromStr`] takes.
    pub const NAMES: [&str; 2] = ["mio", "polling"];

    /// The name that [`FromStr`] takes for it.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl FromStr for BackendKind {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        match name {
            "mio" => Ok(BackendKind::Mio),
            "polling" => Ok(BackendKind::Polling),
            _ => Err(UnknownBackend),
        }
    }
}

/// A name that is none of [`BackendKind::NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownBackend;

impl fmt::Display for UnknownBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "known backends: {}", BackendKind::NAMES.join(", "))
    }
}

impl std::error::Error for UnknownBackend {}

/// What one wait says about one socket. Index 0 of each pair is about reading, 1 about writing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readiness {
    /// The number under which the socket was registered.
    pub(crate) token: usize,
    /// Worth trying.
    pub(crate) ready: [bool; 2],
    /// Closed or failed: no more will come, or nothing more can be sent. A try says which. A
    /// backend that repeats itself when armed again need not say it here.
    pub(crate) ended: [bool; 2],
}

/// A backend: an enum and not a trait object, so that a debugger steps straight into the one in
/// use, and a reader sees in one place what each of them does at each step.
#[derive(Debug)]
pub(crate) enum Backend {
    Mio(mio::MioBackend),
    Polling(polling::PollingBackend),
}

impl Backend {
    /// Asks the operating system for its end of it: an epoll or kqueue descriptor, one for the notifier,
    /// and on Linux one for the alarm.
    pub(crate) fn new(kind: BackendKind) -> io::Result<Self> {
        match kind {
            BackendKind::Mio => Ok(Backend::Mio(mio::MioBackend::new()?)),
            BackendKind::Polling => Ok(Backend::Polling(polling::PollingBackend::new()?)),
        }
    }

    /// The choice that was made.
    pub(crate) fn kind(&self) -> BackendKind {
        match self {
            Backend::Mio(_) => BackendKind::Mio,
            Backend::Polling(_) => BackendKind::Polling,
        }
    }

    /// What another thread needs to end this backend's wait.
    pub(crate) fn notifier(&self) -> Notifier {
        match self {
            Backend::Mio(backend) => backend.notifier(),
            Backend::Polling(backend) => backend.notifier(),
        }
    }

    /// From now on, `fd` is known under `token`. It stays open until it is deregistered.
    pub(crate) fn register(&self, fd: RawFd, token: usize) -> io::Result<()> {
        match self {
            Backend::Mio(backend) => backend.register(fd, token),
            Backend::Polling(backend) => backend.register(fd, token),
        }
    }

    /// Somebody waits for these directions of `fd`. Replaces what was armed before.
    pub(crate) fn arm(&self, fd: RawFd, token: usize, read: bool, write: bool) -> io::Result<()> {
        match self {
            // Registered for both directions once and for all.
            Backend::Mio(_) => Ok(()),
            Backend::Polling(backend) => backend.arm(fd, token, read, write),
        }
    }

    /// What is true of `fd` now is to be reported, even if it was reported before.
    pub(crate) fn repeat(&self, fd: RawFd, token: usize) -> io::Result<()> {
        match self {
            Backend::Mio(backend) => backend.repeat(fd, token),
            // To be armed is to be told.
            Backend::Polling(_) => Ok(()),
        }
    }

    /// `fd` is about to be closed.
    pub(crate) fn deregister(&self, fd: RawFd) {
        match self {
            // The kernel forgets a descriptor when it is closed.
            Backend::Mio(_) => {}
            Backend::Polling(backend) => backend.deregister(fd),
        }
    }

    /// Waits, and adds to `found` what the operating system says. `room` is how many events may come: one
    /// that was left for the next wait would be heard of after a timer that is due now, though it was there
    /// before. (asyncio's selectors count their sockets as well.)
    ///
    /// A moment is rounded up to what the system can count, never down. A signal handler that ran
    /// meanwhile (EINTR) makes no difference: the wait goes on.
    pub(crate) fn wait(&mut self, until: Until, room: usize, found: &mut Vec<Readiness>) -> io::Result<()> {
        match self {
            Backend::Mio(backend) => backend.wait(until, room, found),
            Backend::Polling(backend) => backend.wait(until, room, found),
        }
    }
}
