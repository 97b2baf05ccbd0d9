//! The timer wheel: where sleeping tasks sleep.
//!
//! A server arms a timer for nearly everything it does and cancels most of them before they fire,
//! so a timer must cost next to nothing to arm and to cancel. A sorted structure (asyncio's heap)
//! pays for an order that is hardly ever looked at. A wheel sorts only as far as it must: a timer
//! that is due in an hour is thrown on a coarse pile, and the pile is sorted more finely when its
//! hour comes.
//!
//! # The picture
//!
//! Six levels of 64 slots, like the digits of a number in base 64. A slot of level 0 is one
//! millisecond wide, so the level spans 64 ms; a slot of level 1 is 64 ms wide, and so on up to two
//! years. What lies beyond waits in an overflow list.
//!
//! ```text
//! level 5   slot = 12 days      all 64 = 2.2 years
//! level 4   slot = 4.7 hours    all 64 = 12 days
//! level 3   slot = 4.4 minutes  all 64 = 4.7 hours
//! level 2   slot = 4.1 seconds  all 64 = 4.4 minutes
//! level 1   slot = 64 ms        all 64 = 4.1 seconds
//! level 0   slot = 1 ms         all 64 = 64 ms
//! ```
//!
//! `cursor` is the millisecond that the wheel has come to: all that was due in those before it has
//! fired. A timer belongs to the level of the highest base-64 digit in which its millisecond differs
//! from the cursor's, in the slot that this digit names. With the cursor at 100, which is 1|36 in
//! base 64, a timer for 120 (1|56) differs in the last digit: level 0, slot 56. One for 200 (3|8)
//! differs in the digit before: level 1, slot 3; and when the cursor comes to 192 (3|0), it moves
//! down to level 0, slot 8.
//!
//! A timer of level 0 agrees with the cursor in all digits but the last; one of level 1 is ahead of
//! it in the digit before. So all of level 0 comes before all of level 1, that before level 2, and
//! within a level the slots follow each other: the earliest timer is in the first occupied slot of
//! the lowest occupied level, and a bitmap per level finds it without a search. When the cursor
//! enters a slot of a higher level, its timers now agree with the cursor in one more digit, and move
//! down: they *cascade*. (If some of them are due by then, these fire at once.)
//!
//! # Exact deadlines
//!
//! Slots sort by the millisecond, but deadlines stay exact to the nanosecond: only a timer whose
//! exact deadline has passed fires, and the loop waits for exact deadlines, not for the edges of
//! slots. Each slot remembers the earliest deadline that was put into it since it was last empty
//! (`not_before`), so asking needs no scan. If that timer is cancelled, the loop wakes for nothing,
//! empties the slot, puts back what is not due, which sets `not_before` right, and sleeps on.
//!
//! The idea is from G. Varghese and T. Lauck, "Hashed and hierarchical timing wheels" (1987). Linux
//! has one in `kernel/time/timer.c`, which no longer cascades (its far timers are less exact instead),
//! and tokio has one in `runtime/time/wheel`. asyncio uses the heap of [`heap.rs`](super::heap).

#![expect(clippy::cast_possible_truncation, reason = "slots and positions are small numbers")]

mod listing;

use std::mem;

use slab::Slab;

use super::instant::Instant;
use super::{Due, TimerId, TimerKey};

const LEVELS: usize = 6;
const SLOTS: usize = 64;
/// Each level reads this many bits of the millisecond.
const DIGIT_BITS: usize = SLOTS.trailing_zeros() as usize;
/// The list behind the last slot of the last level: what no level reaches, because it differs from
/// the cursor in a digit above all of them.
const OVERFLOW: usize = LEVELS * SLOTS;

/// One armed timer. It knows where its slot has it, so that it can be taken out without a search.
#[derive(Debug)]
pub(super) struct Timer<T> {
    pub(super) id: TimerId,
    pub(super) deadline: Instant,
    /// `level * SLOTS + slot`, or [`OVERFLOW`].
    slot: u16,
    /// Where in [`Slot::timers`].
    position: u32,
    /// What it wakes.
    pub(super) payload: T,
}

/// One slot: its timers' places in the slab, in no particular order. Numbers and not pointers, so no
/// `unsafe` is needed; and in a row, so that the processor can fetch several timers at once, where it
/// would have to go through a chain link by link.
#[derive(Debug)]
struct Slot {
    timers: Vec<u32>,
    /// No timer in the list is due before this.
    not_before: Instant,
}

const EMPTY: Slot = Slot { timers: Vec::new(), not_before: Instant::FAR_FUTURE };

/// The wheel. `T` is whatever a timer is to wake.
#[derive(Debug)]
pub struct Wheel<T> {
    pub(super) timers: Slab<Timer<T>>,
    slots: [Slot; OVERFLOW + 1],
    /// For each level, one bit for each slot that holds a timer.
    occupied: [u64; LEVELS],
    /// The millisecond the wheel has come to.
    cursor: u64,
    last_id: Option<TimerId>,
}

impl<T> Default for Wheel<T> {
    /// An empty wheel that stands at [`Instant::START`].
    fn default() -> Self {
        Wheel {
            timers: Slab::new(),
            slots: [const { EMPTY }; OVERFLOW + 1],
            occupied: [0; LEVELS],
            cursor: 0,
            last_id: None,
        }
    }
}

impl<T> Wheel<T> {
    /// How many timers are armed.
    pub fn armed(&self) -> usize {
        self.timers.len()
    }

    /// Arms a timer, in constant time. A deadline in the past is due at once. asyncio:
    /// `heapq.heappush` in `call_at`.
    ///
    /// # Panics
    ///
    /// With more than 2^32 timers armed at once.
    pub fn insert(&mut self, deadline: Instant, payload: T) -> TimerKey {
        let id = TimerId::after(self.last_id);
        self.last_id = Some(id);
        let index = u32::try_from(self.timers.vacant_key()).expect("at most 2^32 timers");
        let (slot, position) = self.put(index, deadline);
        self.timers.insert(Timer { id, deadline, slot, position, payload });
        TimerKey { index, id }
    }

    /// Takes a timer out, in constant time, and gives back what it was armed with; nothing if it is
    /// no longer armed. asyncio: `TimerHandle.cancel`, which leaves the handle in the heap until it
    /// is swept.
    pub fn cancel(&mut self, key: TimerKey) -> Option<T> {
        if self.timers.get(key.index as usize)?.id != key.id {
            return None;
        }
        let Timer { slot, position, payload, .. } = self.timers.remove(key.index as usize);
        self.take_out(usize::from(slot), position as usize);
        Some(payload)
    }

    /// A moment before which no timer is due: the earliest deadline, or an earlier one whose timer
    /// was cancelled. Nothing if no timer is armed. asyncio: `self._scheduled[0]._when`.
    pub fn earliest(&self) -> Option<Instant> {
        let slot = self.first_occupied()?;
        Some(self.slots[slot].not_before)
    }

    /// Goes on to `now` and adds every timer whose deadline has come to `due`, in the order of
    /// (deadline, name). `now` is not before that of the last call: no clock goes back. asyncio: the
    /// loop over `_scheduled` in `_run_once`.
    pub fn advance(&mut self, now: Instant, due: &mut Vec<Due<T>>) {
        let first_due = due.len();
        let now_millis = now.millis();
        while let Some(slot) = self.first_occupied() {
            let begin = self.begin_of(slot);
            if begin > now_millis {
                break;
            }
            self.cursor = begin;
            // In the millisecond that is under way, some is due and some not yet. No other slot begins in it:
            // the higher ones that might, the cursor has reached, and with that they were emptied.
            let is_under_way = slot < SLOTS && begin == now_millis;
            if is_under_way && self.slots[slot].not_before > now {
                break;
            }
            self.drain_slot(slot, now, due);
            if is_under_way {
                // What is due later in this millisecond is in the same slot again: the loop would find
                // it for ever.
                break;
            }
        }
        // No timer has to move with it: no slot that holds one begins between the last one and `now`.
        self.cursor = self.cursor.max(now_millis);
        due[first_due..].sort_unstable_by_key(|timer| (timer.deadline, timer.id));
    }

    /// The level and slot in which a timer waits; nothing if it is not armed or in the overflow
    /// list.
    pub fn place(&self, key: TimerKey) -> Option<(u8, u8)> {
        let timer = self.timers.get(key.index as usize)?;
        let slot = usize::from(timer.slot);
        if timer.id != key.id || slot == OVERFLOW {
            return None;
        }
        Some(((slot / SLOTS) as u8, (slot % SLOTS) as u8))
    }

    /// The slot that a millisecond belongs to: the highest digit in which it differs from the
    /// cursor decides.
    fn slot_of(&self, millis: u64) -> usize {
        // What is overdue waits where the cursor stands, which is the first place to be looked at.
        let millis = millis.max(self.cursor);
        let difference = millis ^ self.cursor;
        let level = if difference == 0 { 0 } else { difference.ilog2() as usize / DIGIT_BITS };
        if level >= LEVELS {
            return OVERFLOW;
        }
        let digit = (millis >> (level * DIGIT_BITS)) % SLOTS as u64;
        level * SLOTS + digit as usize
    }

    /// The first millisecond of a slot.
    fn begin_of(&self, slot: usize) -> u64 {
        let level = slot / SLOTS;
        let shift = level * DIGIT_BITS;
        if slot == OVERFLOW {
            // It is slot 0 of a level above all others: the next number that differs from the cursor in
            // a digit of that level.
            return ((self.cursor >> shift) + 1) << shift;
        }
        // Above its own digit the slot agrees with the cursor; below it, it begins with zeros.
        let above = (self.cursor >> (shift + DIGIT_BITS)) << (shift + DIGIT_BITS);
        above | ((slot % SLOTS) as u64) << shift
    }

    /// The slot of the earliest timer: the first occupied one of the lowest occupied level.
    fn first_occupied(&self) -> Option<usize> {
        for level in 0..LEVELS {
            // Slots behind the cursor are empty: they have fired. So the lowest bit is the first in
            // time.
            if self.occupied[level] != 0 {
                return Some(level * SLOTS + self.occupied[level].trailing_zeros() as usize);
            }
        }
        if self.slots[OVERFLOW].timers.is_empty() { None } else { Some(OVERFLOW) }
    }

    /// Empties the slot that the cursor has entered: what is due goes to `due`, the rest to where it
    /// belongs now.
    fn drain_slot(&mut self, slot: usize, now: Instant, due: &mut Vec<Due<T>>) {
        let timers = mem::take(&mut self.slots[slot].timers);
        self.mark_empty(slot);
        for index in timers {
            if self.timers[index as usize].deadline <= now {
                self.fire(index, due);
            } else {
                let (slot, position) = self.put(index, self.timers[index as usize].deadline);
                let timer = &mut self.timers[index as usize];
                (timer.slot, timer.position) = (slot, position);
            }
        }
    }

    fn fire(&mut self, index: u32, due: &mut Vec<Due<T>>) {
        let timer = self.timers.remove(index as usize);
        due.push(Due { deadline: timer.deadline, id: timer.id, payload: timer.payload });
    }

    /// Puts a timer into the slot where it belongs now, and says which that is and where it is there.
    fn put(&mut self, index: u32, deadline: Instant) -> (u16, u32) {
        let number = self.slot_of(deadline.millis());
        let slot = &mut self.slots[number];
        let position = slot.timers.len() as u32;
        slot.timers.push(index);
        slot.not_before = slot.not_before.min(deadline);
        if number < OVERFLOW {
            self.occupied[number / SLOTS] |= 1 << (number % SLOTS);
        }
        (number as u16, position)
    }

    /// Takes a timer out of its slot: the last one there takes its place.
    fn take_out(&mut self, slot: usize, position: usize) {
        let timers = &mut self.slots[slot].timers;
        timers.swap_remove(position);
        if let Some(&moved) = timers.get(position) {
            self.timers[moved as usize].position = position as u32;
        }
        if timers.is_empty() {
            self.mark_empty(slot);
        }
    }

    fn mark_empty(&mut self, slot: usize) {
        self.slots[slot].not_before = Instant::FAR_FUTURE;
        if slot < OVERFLOW {
            self.occupied[slot / SLOTS] &= !(1 << (slot % SLOTS));
        }
    }
}
