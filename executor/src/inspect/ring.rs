//! The last events, for those who look on while the loop runs.
//!
//! It holds so many and no more: where another comes, the oldest goes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Waker;

use super::event::Record;
use super::narrator::{Narrator, Observer};

/// How many events are kept: a busy loop makes as many in a few milliseconds, an idle one in minutes.
const CAPACITY: usize = 16 * 1024;

/// The ring of one loop, shared by its [viewers](super::Viewer).
#[derive(Default)]
pub(crate) struct Ring {
    /// The number of the last event before it.
    before: u64,
    records: RefCell<VecDeque<Record>>,
    /// Who waits for the next event, one place for each viewer.
    wakers: RefCell<slab::Slab<Option<Waker>>>,
    anybody_waits: Cell<bool>,
}

impl Ring {
    /// A ring that has all that is told from here on, as long as there is room.
    pub(super) fn begin(narrator: &Narrator) -> Rc<Ring> {
        let ring = Rc::new(Ring { before: narrator.seq(), ..Ring::default() });
        narrator.add_observer(Rc::clone(&ring) as Rc<dyn Observer>);
        ring
    }

    /// Nothing more is put into it.
    pub(super) fn end(self: &Rc<Self>, narrator: &Narrator) {
        let ring = Rc::clone(self) as Rc<dyn Observer>;
        narrator.remove_observer(&ring);
    }

    /// Whether the event of this number came after the ring began. Before, nobody looked and nothing was
    /// counted: what somebody knows from then is too old, also if no event has come since.
    pub(super) fn has_begun_before(&self, seq: u64) -> bool {
        seq > self.before
    }

    /// A place for one more viewer.
    pub(super) fn enter(&self) -> usize {
        self.wakers.borrow_mut().insert(None)
    }

    /// A viewer gives up its place. Says whether it was the last.
    pub(super) fn leave(&self, key: usize) -> bool {
        let waker = self.wakers.borrow_mut().remove(key);
        drop(waker);
        self.wakers.borrow().is_empty()
    }

    /// Has `waker` woken when the next event comes.
    pub(super) fn wait(&self, key: usize, waker: &Waker) {
        let before = self.wakers.borrow_mut()[key].replace(waker.clone());
        drop(before);
        self.anybody_waits.set(true);
    }

    /// The first few of the events that follow on `seen`, if all of them up to `last` are there.
    pub(super) fn behind(&self, seen: u64, last: u64, limit: usize) -> Option<Vec<Record>> {
        let records = self.records.borrow();
        // What is not in the ring begins behind the last.
        let oldest = records.front().map_or(last + 1, |record| record.seq);
        if seen + 1 < oldest {
            return None;
        }
        let first = records.partition_point(|record| record.seq <= seen);
        Some(records.range(first..).take(limit).cloned().collect())
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
    use crate::inspect::event::Event;
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
