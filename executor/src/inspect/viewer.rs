//! Somebody who looks on while the loop runs.
//!
//! The first [`Viewer`] has the loop keep its latest events in a [ring](super::ring), and the last one to
//! leave has it stop: nobody looking costs the loop the one branch that it costs anyway. A viewer asks for
//! events in batches, whenever it is ready for more. It never holds up the loop, and however slow it is there
//! is never more kept for it than the ring: if that overflows, the oldest events go, and the viewer
//! gets a [`Gap`](Event::Gap) that says how many it has missed, and a [snapshot](Event::Snapshot) of how
//! things stand now.
//!
//! Whoever serves a viewer from the loop itself marks its task as one that is
//! [left out](super::leave_out), or the viewer would see itself being served.

use std::fmt;
use std::future::{self, Future};
use std::rc::{Rc, Weak};
use std::task::Poll;

use super::event::{Event, Record};
use super::names::{Awaiting, Spot};
use super::ring::Ring;
use crate::event_loop::{self, LoopState};

/// Somebody who looks at the running loop. Dropping it ends that.
pub struct Viewer {
    state: Rc<LoopState>,
    ring: Rc<Ring>,
    /// The number of the last event that the viewer has; nothing before its first snapshot.
    seen: Option<u64>,
    /// Where in the ring its waker is.
    key: usize,
}

impl Viewer {
    /// A viewer of the running loop, whose first batch begins with a snapshot. If it has looked on
    /// before and knows the number of the last event that it has, it goes on behind that if others have
    /// looked meanwhile and the ring still has what followed.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn new(last_seen: Option<u64>) -> Self {
        let state = event_loop::running("Viewer::new()");
        let running = state.extras.ring.borrow().upgrade();
        let ring = running.unwrap_or_else(|| {
            let ring = Ring::begin(state.narrator());
            *state.extras.ring.borrow_mut() = Rc::downgrade(&ring);
            ring
        });
        let seen = last_seen.filter(|seen| ring.has_begun_before(*seen));
        let key = ring.enter();
        Viewer { state, ring, seen, key }
    }

    /// The next events, at least one and at most `limit` (or two, where a gap and a snapshot are due):
    /// waits until there are some. Cancelling the wait loses nothing.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    pub fn next(&mut self, limit: usize) -> impl Future<Output = Vec<Record>> {
        assert!(limit > 0, "Viewer::next(0): no event would ever come");
        let place = Spot::here();
        future::poll_fn(move |cx| {
            let batch = self.take(limit);
            if !batch.is_empty() {
                return Poll::Ready(batch);
            }
            self.ring.wait(self.key, cx.waker());
            self.state.awaits(Awaiting::Unknown, place);
            Poll::Pending
        })
    }

    /// As [`next`](Self::next), without waiting: nothing if there is nothing new.
    #[must_use]
    pub fn take(&mut self, limit: usize) -> Vec<Record> {
        let last = self.state.narrator().seq();
        // Numbers behind the last belong to another loop, one that ran before.
        let seen = self.seen.filter(|seen| *seen <= last);
        let Some(seen) = seen else {
            self.seen = Some(last);
            return vec![self.snapshot()];
        };
        let Some(batch) = self.ring.behind(seen, last, limit) else {
            self.seen = Some(last);
            let gap = Event::Gap { dropped: last - seen, from: seen + 1 };
            return vec![self.state.narrator().aside(gap), self.snapshot()];
        };
        if let Some(last) = batch.last() {
            self.seen = Some(last.seq);
        }
        batch
    }

    /// How things stand behind the last event.
    fn snapshot(&self) -> Record {
        self.state.narrator().aside(Event::Snapshot(Box::new(self.state.state())))
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        if self.ring.leave(self.key) {
            *self.state.extras.ring.borrow_mut() = Weak::new();
            self.ring.end(self.state.narrator());
        }
    }
}

impl fmt::Debug for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Viewer").field("seen", &self.seen).finish_non_exhaustive()
    }
}
