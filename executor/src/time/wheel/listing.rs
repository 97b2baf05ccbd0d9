//! Looking into the wheel without turning it: for those who look on.

use super::{OVERFLOW, SLOTS, Timer, Wheel};
use crate::inspect::state::TimerStand;
use crate::time::TimerKey;
use crate::time::instant::Instant;

impl<T> Wheel<T> {
    /// The timers that may go down a level when the wheel goes on to `now`: those in the slots above
    /// level 0 that its cursor will enter or pass.
    pub(crate) fn about_to_move(&self, now: Instant) -> Vec<TimerKey> {
        let mut keys = Vec::new();
        for slot in SLOTS..=OVERFLOW {
            if self.begin_of(slot) > now.millis() {
                continue;
            }
            for &index in &self.slots[slot].timers {
                keys.push(TimerKey { index, id: self.timers[index as usize].id });
            }
        }
        keys
    }

    /// What a timer is to wake.
    pub(crate) fn payload(&self, key: TimerKey) -> Option<&T> {
        let timer = self.timers.get(key.index as usize)?;
        if timer.id == key.id { Some(&timer.payload) } else { None }
    }

    /// Every armed timer.
    pub(crate) fn timers(&self) -> impl Iterator<Item = (TimerStand, &T)> {
        self.timers.iter().map(|(_, timer)| (stand(timer), &timer.payload))
    }

    /// The millisecond the wheel has come to.
    pub(crate) fn cursor(&self) -> u64 {
        self.cursor
    }
}

fn stand<T>(timer: &Timer<T>) -> TimerStand {
    let place = usize::from(timer.slot);
    let (mut level, mut slot) = (None, None);
    if place < OVERFLOW {
        (level, slot) = (u8::try_from(place / SLOTS).ok(), u8::try_from(place % SLOTS).ok());
    }
    TimerStand { timer: timer.id, deadline: timer.deadline, level, slot, woke: None }
}
