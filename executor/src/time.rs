//! Time: the clock, the timers, and the futures that wait for them.
//!
//! Nobody counts while a task sleeps. A timer is a deadline in a sorted place, the loop waits for
//! the operating system no longer than until the earliest of them, and that is all.

pub(crate) mod clock;
pub(crate) mod deadline;
pub mod heap;
pub(crate) mod instant;
pub(crate) mod interval;
pub(crate) mod patience;
pub(crate) mod sleep;
pub(crate) mod timeout;
pub mod wheel;

use crate::inspect::names::TaskId;
pub use crate::inspect::names::TimerId;
use crate::inspect::state::TimerStand;
use crate::settings::TimerKind;
use heap::Heap;
use instant::Instant;
use wheel::Wheel;

/// How to find an armed timer again. A key of a timer that has fired or was cancelled finds
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerKey {
    /// The timer's place in its structure's slab, which another timer may take over later.
    pub(crate) index: u32,
    /// Its name, which none will.
    pub(crate) id: TimerId,
}

impl TimerKey {
    /// The timer's name.
    pub fn id(self) -> TimerId {
        self.id
    }
}

/// A timer whose deadline has come.
#[derive(Debug, PartialEq, Eq)]
pub struct Due<T> {
    /// When it was to fire. Never later than the time it was found due.
    pub deadline: Instant,
    /// Its name.
    pub id: TimerId,
    /// What it was armed with.
    pub payload: T,
}

/// The timers of a loop, in the structure that was chosen. Both keep the same promises
/// (`tests/timers.rs` compares them).
pub(crate) enum Timers<T> {
    // In a box: it is a hundred times the size of the other.
    Wheel(Box<Wheel<T>>),
    Heap(Heap<T>),
}

impl<T> Timers<T> {
    pub(crate) fn new(kind: TimerKind) -> Self {
        match kind {
            TimerKind::Wheel => Timers::Wheel(Box::default()),
            TimerKind::Heap => Timers::Heap(Heap::default()),
        }
    }

    pub(crate) fn kind(&self) -> TimerKind {
        match self {
            Timers::Wheel(_) => TimerKind::Wheel,
            Timers::Heap(_) => TimerKind::Heap,
        }
    }

    pub(crate) fn insert(&mut self, deadline: Instant, payload: T) -> TimerKey {
        match self {
            Timers::Wheel(wheel) => wheel.insert(deadline, payload),
            Timers::Heap(heap) => heap.insert(deadline, payload),
        }
    }

    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<T> {
        match self {
            Timers::Wheel(wheel) => wheel.cancel(key),
            Timers::Heap(heap) => heap.cancel(key),
        }
    }

    pub(crate) fn earliest(&mut self) -> Option<Instant> {
        match self {
            Timers::Wheel(wheel) => wheel.earliest(),
            Timers::Heap(heap) => heap.earliest(),
        }
    }

    pub(crate) fn advance(&mut self, now: Instant, due: &mut Vec<Due<T>>) {
        match self {
            Timers::Wheel(wheel) => wheel.advance(now, due),
            Timers::Heap(heap) => heap.advance(now, due),
        }
    }

    pub(crate) fn armed(&self) -> usize {
        match self {
            Timers::Wheel(wheel) => wheel.armed(),
            Timers::Heap(heap) => heap.armed(),
        }
    }

    /// Every armed timer, the next first: its deadline, its name and what it was armed with. For
    /// those who look on: the loop itself never needs them in order.
    pub(crate) fn in_order(&self) -> Vec<(Instant, TimerId, &T)> {
        let mut all = match self {
            Timers::Wheel(wheel) => {
                wheel.timers.iter().map(|(_, timer)| (timer.deadline, timer.id, &timer.payload)).collect()
            }
            Timers::Heap(heap) => heap.all(),
        };
        all.sort_unstable_by_key(|(deadline, id, _)| (*deadline, *id));
        all
    }

    /// Level and slot of a timer in the wheel; a heap has no such places.
    pub(crate) fn place(&self, key: TimerKey) -> Option<(u8, u8)> {
        match self {
            Timers::Wheel(wheel) => wheel.place(key),
            Timers::Heap(_) => None,
        }
    }

    /// What a timer is to wake.
    pub(crate) fn payload(&self, key: TimerKey) -> Option<&T> {
        match self {
            Timers::Wheel(wheel) => wheel.payload(key),
            Timers::Heap(heap) => heap.payload(key),
        }
    }

    /// The timers that may go down a level when time goes on to `now`.
    pub(crate) fn about_to_move(&self, now: Instant) -> Vec<TimerKey> {
        match self {
            Timers::Wheel(wheel) => wheel.about_to_move(now),
            Timers::Heap(_) => Vec::new(),
        }
    }

    /// Every armed timer in the order of names, with the task that `woke` says it will wake; and the
    /// millisecond to which the wheel has come.
    pub(crate) fn listed(&self, woke: fn(&T) -> Option<TaskId>) -> (Vec<TimerStand>, Option<u64>) {
        let stand = |(stand, payload)| TimerStand { woke: woke(payload), ..stand };
        let (mut timers, cursor): (Vec<TimerStand>, _) = match self {
            Timers::Wheel(wheel) => (wheel.timers().map(stand).collect(), Some(wheel.cursor())),
            Timers::Heap(heap) => (heap.timers().map(stand).collect(), None),
        };
        timers.sort_unstable_by_key(|stand| stand.timer);
        (timers, cursor)
    }
}
