//! polling: oneshot, re-armed for every event, deleted before it closes.
//!
//! *Oneshot* means that the kernel says "readable" once and then nothing more about that socket, in
//! either direction, until it is asked again. So next to nothing is reported that nobody waits for; the
//! price is one system call for each arming.
//!
//! This is the only file of the project that may hold `unsafe`: `polling` hands the caller the duty
//! that mio takes on itself, to keep a descriptor open while it is registered.
//! [`Registered`](crate::Registered) fulfils it by construction: it owns the socket, never lends it
//! mutably, and deregisters it when dropped, before the socket's own drop closes it.

#![allow(
    unsafe_code,
    reason = "polling::Poller::add, and a borrow of a descriptor that the table knows to be open"
)]

use std::io;
use std::num::NonZeroUsize;
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::Arc;

use polling::{Event, Events, PollMode, Poller};

use super::Readiness;
use crate::notifier::Notifier;
use crate::until::Until;

/// polling's poller and the memory for its events.
#[derive(Debug)]
pub(crate) struct PollingBackend {
    poller: Arc<Poller>,
    events: Events,
}

impl PollingBackend {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(PollingBackend { poller: Arc::new(Poller::new()?), events: Events::new() })
    }

    pub(crate) fn notifier(&self) -> Notifier {
        Notifier::polling(Arc::clone(&self.poller))
    }

    pub(crate) fn register(&self, fd: RawFd, token: usize) -> io::Result<()> {
        // SAFETY: the descriptor must be deleted from the poller before it is closed. `Registered`
        // owns the socket and calls `deregister` in its drop, before the socket is dropped.
        unsafe { self.poller.add_with_mode(fd, Event::none(token), PollMode::Oneshot) }
    }

    pub(crate) fn arm(&self, fd: RawFd, token: usize, read: bool, write: bool) -> io::Result<()> {
        self.poller.modify_with_mode(borrow(&fd), Event::new(token, read, write), PollMode::Oneshot)
    }

    pub(crate) fn deregister(&self, fd: RawFd) {
        // The descriptor is registered and open, so this fails only if somebody closed it behind
        // our back; then there is nothing left to take out.
        let _ = self.poller.delete(borrow(&fd));
    }

    pub(crate) fn wait(&mut self, until: Until, room: usize, found: &mut Vec<Readiness>) -> io::Result<()> {
        self.events.clear();
        if self.events.capacity().get() < room {
            self.events = Events::with_capacity(NonZeroUsize::MIN.saturating_add(2 * room));
        }
        self.poller.wait(&mut self.events, until.left())?;
        for event in self.events.iter() {
            // A closed or failed socket is reported again at the next arming, so nothing needs to
            // remember it.
            found.push(Readiness {
                token: event.key,
                ready: [event.readable, event.writable],
                ended: [false, false],
            });
        }
        Ok(())
    }
}

/// The descriptor as `polling` wants to see it.
fn borrow(fd: &RawFd) -> BorrowedFd<'_> {
    // SAFETY: `fd` comes from an entry of the reactor's table, and an entry is removed before its
    // socket is closed.
    unsafe { BorrowedFd::borrow_raw(*fd) }
}
