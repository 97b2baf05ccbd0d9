//! mio: edge-triggered, registered once, through `SourceFd`.
//!
//! *Edge-triggered* means that the kernel reports a change ("bytes have arrived") and not a state
//! ("there are bytes"). An edge that nobody looked at is not repeated, so the reactor's table
//! remembers it. In return a socket is registered once, for both directions, and costs no further
//! call: no `epoll_ctl` per request, and none when it closes, because the kernel forgets a
//! descriptor whose last copy is closed.
//!
//! That a wait ends in time is the business of [`Alarm`]: what `epoll_wait` makes of a timeout is not exact.

use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::Readiness;
use super::alarm::Alarm;
use crate::notifier::Notifier;
use crate::until::Until;

/// The notifier's own registration: a number that no source can have.
const NOTIFIER: Token = Token(usize::MAX);

/// The alarm's.
const ALARM: Token = Token(usize::MAX - 1);

/// Every socket is watched in both directions.
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// mio's poll, the memory for its events, and the two that are registered with it: for other threads,
/// and for the time.
#[derive(Debug)]
pub(crate) struct MioBackend {
    poll: Poll,
    events: Events,
    waker: Arc<mio::Waker>,
    alarm: Alarm,
}

impl MioBackend {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        // mio allows one waker for each poll, so everybody shares this one.
        let waker = Arc::new(mio::Waker::new(poll.registry(), NOTIFIER)?);
        let alarm = Alarm::new(&poll, ALARM)?;
        // Room enough for some hundred sockets: with more, a wait makes more.
        Ok(MioBackend { poll, events: Events::with_capacity(1024), waker, alarm })
    }

    pub(crate) fn notifier(&self) -> Notifier {
        Notifier::mio(Arc::clone(&self.waker))
    }

    /// `SourceFd` is mio's way to register a descriptor that belongs to somebody else: the sockets
    /// here are the standard library's, which both backends can watch.
    pub(crate) fn register(&self, fd: RawFd, token: usize) -> io::Result<()> {
        self.poll.registry().register(&mut SourceFd(&fd), Token(token), BOTH)
    }

    /// A registration that is renewed begins with what is true, as a new one does: edges are counted
    /// from there.
    pub(crate) fn repeat(&self, fd: RawFd, token: usize) -> io::Result<()> {
        self.poll.registry().reregister(&mut SourceFd(&fd), Token(token), BOTH)
    }

    /// Asks the kernel, and puts its answers in the terms of the reactor's table. (In what mio hands out
    /// there are no names of ours but the token, and its events live only until the next wait.)
    pub(crate) fn wait(&mut self, until: Until, room: usize, found: &mut Vec<Readiness>) -> io::Result<()> {
        // The list grows by doubling, as a `Vec` does: so it hardly ever grows.
        if self.events.capacity() < room {
            self.events = Events::with_capacity(2 * room);
        }
        self.alarm.wait(&mut self.poll, &mut self.events, until)?;
        for event in &self.events {
            match event.token() {
                // It has done its work by ending the wait.
                NOTIFIER => {}
                // So has this one, and it has to be set anew.
                ALARM => self.alarm.heard(),
                // An end is an edge too, and comes once: often in one event with the last bytes. Whoever
                // reads those bytes must know that there is more to find out, so it is noted apart.
                Token(token) => found.push(Readiness {
                    token,
                    ready: [event.is_readable(), event.is_writable()],
                    ended: [
                        event.is_read_closed() || event.is_error(),
                        event.is_write_closed() || event.is_error(),
                    ],
                }),
            }
        }
        Ok(())
    }
}
