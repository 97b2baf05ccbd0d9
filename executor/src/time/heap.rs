//! The structure that asyncio keeps its timers in: a binary heap.
//!
//! It is here for two reasons. It is the *oracle*: thirty obvious lines that say what the wheel
//! must do, and a property test compares the two over thousands of random scripts. And it is a
//! *swap-in*: with `LOOP_TIMERS=heap` the loop runs on it, so that the difference can be measured.
//!
//! A heap finds the earliest timer at once but cannot take one out of its middle. So a cancelled
//! timer leaves its entry behind, which is thrown away when it comes to the top; and if more than
//! half of more than a hundred entries are such leftovers, the heap is built anew
//! (`_MIN_SCHEDULED_TIMER_HANDLES` and `_MIN_CANCELLED_TIMER_HANDLES_FRACTION` in
//! `base_events.py`). Unlike asyncio's, this heap compares (deadline, name), so equal deadlines
//! fire in the order of their arming.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use slab::Slab;

use super::instant::Instant;
use super::{Due, TimerId, TimerKey};
use crate::inspect::state::TimerStand;

/// Below this many entries, leftovers are not worth sweeping.
const SWEEP_ABOVE: usize = 100;

/// The heap. `T` is whatever a timer is to wake.
#[derive(Debug)]
pub struct Heap<T> {
    /// The smallest on top: `BinaryHeap` alone would have the largest there.
    entries: BinaryHeap<Reverse<(Instant, TimerId, u32)>>,
    /// What each entry is to wake, as long as it is not cancelled.
    armed: Slab<(TimerId, T)>,
    last_id: Option<TimerId>,
}

impl<T> Default for Heap<T> {
    /// An empty heap.
    fn default() -> Self {
        Heap { entries: BinaryHeap::new(), armed: Slab::new(), last_id: None }
    }
}

impl<T> Heap<T> {
    /// How many timers are armed: leftovers do not count.
    pub fn armed(&self) -> usize {
        self.armed.len()
    }

    /// Arms a timer. A deadline in the past is due at once.
    ///
    /// # Panics
    ///
    /// With 2^32 timers armed at once.
    pub fn insert(&mut self, deadline: Instant, payload: T) -> TimerKey {
        let id = TimerId::after(self.last_id);
        self.last_id = Some(id);
        let index = u32::try_from(self.armed.insert((id, payload))).expect("fewer than 2^32 timers");
        self.entries.push(Reverse((deadline, id, index)));
        TimerKey { index, id }
    }

    /// Disarms a timer and gives back what it was armed with; nothing if it is no longer armed.
    pub fn cancel(&mut self, key: TimerKey) -> Option<T> {
        if !self.is_armed(key.id, key.index) {
            return None;
        }
        let (_, payload) = self.armed.remove(key.index as usize);
        if self.entries.len() > SWEEP_ABOVE && self.entries.len() > 2 * self.armed.len() {
            let mut entries = std::mem::take(&mut self.entries).into_vec();
            entries.retain(|Reverse((_, id, index))| self.is_armed(*id, *index));
            self.entries = BinaryHeap::from(entries);
        }
        Some(payload)
    }

    /// The earliest deadline, or nothing if no timer is armed. Throws away the leftovers on its way
    /// there.
    pub fn earliest(&mut self) -> Option<Instant> {
        while let Some(Reverse((deadline, id, index))) = self.entries.peek().copied() {
            if self.is_armed(id, index) {
                return Some(deadline);
            }
            self.entries.pop();
        }
        None
    }

    /// Adds every timer whose deadline has come to `due`, in the order of (deadline, name).
    pub fn advance(&mut self, now: Instant, due: &mut Vec<Due<T>>) {
        while let Some(deadline) = self.earliest() {
            if deadline > now {
                break;
            }
            if let Some(Reverse((_, id, index))) = self.entries.pop() {
                let (_, payload) = self.armed.remove(index as usize);
                due.push(Due { deadline, id, payload });
            }
        }
    }

    /// Every armed timer, in no particular order.
    pub(super) fn all(&self) -> Vec<(Instant, TimerId, &T)> {
        let mut all = Vec::new();
        for Reverse((deadline, id, index)) in &self.entries {
            if self.is_armed(*id, *index) {
                all.push((*deadline, *id, &self.armed[*index as usize].1));
            }
        }
        all
    }

    /// What a timer is to wake.
    pub(crate) fn payload(&self, key: TimerKey) -> Option<&T> {
        let (id, payload) = self.armed.get(key.index as usize)?;
        if *id == key.id { Some(payload) } else { None }
    }

    /// Every armed timer.
    pub(crate) fn timers(&self) -> impl Iterator<Item = (TimerStand, &T)> {
        self.entries.iter().filter_map(|Reverse((deadline, id, index))| {
            let payload = self.payload(TimerKey { index: *index, id: *id })?;
            let (timer, deadline) = (*id, *deadline);
            Some((TimerStand { timer, deadline, level: None, slot: None, woke: None }, payload))
        })
    }

    fn is_armed(&self, id: TimerId, index: u32) -> bool {
        matches!(self.armed.get(index as usize), Some((armed, _)) if *armed == id)
    }
}
