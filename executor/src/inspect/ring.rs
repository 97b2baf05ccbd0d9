//! The last events, for those who look on while the loop runs.
//!
//! The first [`Viewer`] has the loop keep its latest events in a ring, and the last one to leave has it
//! stop: nobody looking costs the loop the one branch that it costs anyway. A viewer asks for events
//! in batches, whenever it is ready for more. It never holds up the loop, and however slow it is there
//! is never more kept for it than the ring: if that overflows, the oldest events go, and the viewer
//! gets a [`Gap`](Event::Gap) that says how many it has missed, and a [snapshot](Event::Snapshot) of how
//! things stand now.
//!
//! Whoever serves a viewer from the loop itself marks its task as one that is
//! [left out](super::leave_out), or the viewer would see itself being served.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::{self, Future};
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use super::event::{Awaiting, Event, Record};
use super::narrator::Observer;
use super::place::Spot;
use crate::event_loop::{self, LoopState};

/// How many events are kept: a busy loop makes as many in a few milliseconds, an idle one in minutes.
const CAPACITY: usize = 16 * 1024;

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
        let ring = running.unwrap_or_else(|| Ring::begin(&state));
        // Before the ring was, nobody looked and nothing was counted: what the viewer knows from then is
        // too old, also if no event has come since.
        let seen = last_seen.filter(|seen| *seen > ring.behind);
        let key = ring.wakers.borrow_mut().insert(None);
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
        let ring = self.ring.records.borrow();
        // All that it has not seen must be there: what is not in the ring begins behind the last.
        let oldest = ring.front().map_or(last + 1, |record| record.seq);
        if seen + 1 < oldest {
            drop(ring);
            self.seen = Some(last);
            let gap = Event::Gap { dropped: last - seen, from: seen + 1 };
            return vec![self.state.narrator().aside(gap), self.snapshot()];
        }
        let first = ring.partition_point(|record| record.seq <= seen);
        let batch: Vec<Record> = ring.range(first..).take(limit).cloned().collect();
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
        let waker = self.ring.wakers.borrow_mut().remove(self.key);
        drop(waker);
        if self.ring.wakers.borrow().is_empty() {
            *self.state.extras.ring.borrow_mut() = Weak::new();
            let ring = Rc::clone(&self.ring) as Rc<dyn Observer>;
            self.state.narrator().remove_observer(&ring);
        }
    }
}

impl fmt::Debug for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Viewer").field("seen", &self.seen).finish_non_exhaustive()
    }
}

/// The ring of one loop, shared by its viewers.
#[derive(Default)]
pub(crate) struct Ring {
    /// The number of the last event before it.
    behind: u64,
    records: RefCell<VecDeque<Record>>,
    /// Who waits for the next event, one place for each viewer.
    wakers: RefCell<slab::Slab<Option<Waker>>>,
    anybody_waits: Cell<bool>,
}

impl Ring {
    fn begin(state: &LoopState) -> Rc<Ring> {
        let ring = Rc::new(Ring { behind: state.narrator().seq(), ..Ring::default() });
        *state.extras.ring.borrow_mut() = Rc::downgrade(&ring);
        state.narrator().add_observer(Rc::clone(&ring) as Rc<dyn Observer>);
        ring
    }

    fn wait(&self, key: usize, waker: &Waker) {
        let before = self.wakers.borrow_mut()[key].replace(waker.clone());
        drop(before);
        self.anybody_waits.set(true);
    }
}

impl Observer for Ring {
    fn observe(&self, record: &Record) {
        let mut records = self.records.borrow_mut();
        // With an event may go the last hold on a text, and nothing else: it may go under the borrow.
        if records.len() == CAPACITY {
            records.pop_front();
        }
        records.push_back(record.clone());
        drop(records);
        if !self.anybody_waits.replace(false) {
            return;
        }
        let mut waiting = Vec::new();
        for (_, waker) in self.wakers.borrow_mut().iter_mut() {
            waiting.extend(waker.take());
        }
        for waker in waiting {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::instant::Instant;

    #[test]
    fn the_ring_keeps_no_more_than_it_has_room_for() {
        let ring = Ring::default();
        for seq in 1..=3 * CAPACITY as u64 {
            let event = Event::LoopEnd;
            ring.observe(&Record { seq, time: Instant::START, tick: 0, task: None, event });
            assert!(ring.records.borrow().len() <= CAPACITY);
        }
        assert_eq!(ring.records.borrow().front().map(|record| record.seq), Some(2 * CAPACITY as u64 + 1));
        assert!(ring.records.borrow().capacity() <= 2 * CAPACITY);
    }
}
