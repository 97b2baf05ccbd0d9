//! How another thread ends the reactor's wait.
//!
//! A thread that sleeps in `epoll_wait` notices sockets and nothing else. So the loop keeps one
//! descriptor of its own in the set (an `eventfd` on Linux), and whoever has news from another
//! thread makes it readable. asyncio does the same with a socket pair: its "self-pipe",
//! `BaseSelectorEventLoop._write_to_self`. This is why an event loop "writes to its own socket".

use std::fmt;
use std::io;
use std::sync::Arc;

/// Ends the current [`Reactor::wait`](crate::Reactor::wait), or the next one if none is under way.
///
/// Cheap to clone, and may be called from any thread, also after the reactor is gone (then it does
/// nothing). Any number of calls between two waits ends one wait. The wait brings no event for it:
/// who notifies leaves the news elsewhere.
#[derive(Clone)]
pub struct Notifier(Way);

#[derive(Clone)]
enum Way {
    Mio(Arc<mio::Waker>),
    Polling(Arc<polling::Poller>),
}

impl Notifier {
    pub(crate) fn mio(waker: Arc<mio::Waker>) -> Self {
        Notifier(Way::Mio(waker))
    }

    pub(crate) fn polling(poller: Arc<polling::Poller>) -> Self {
        Notifier(Way::Polling(poller))
    }

    /// Ends the wait.
    ///
    /// # Errors
    ///
    /// What the operating system says of the write to the loop's own descriptor: practically never.
    pub fn notify(&self) -> io::Result<()> {
        match &self.0 {
            Way::Mio(waker) => waker.wake(),
            Way::Polling(poller) => poller.notify(),
        }
    }
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").finish_non_exhaustive()
    }
}
