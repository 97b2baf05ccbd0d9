//! `interval`: a beat.

use std::time::Duration;

use super::instant::Instant;
use super::sleep::sleep_until;
use crate::event_loop;

/// A beat every `period`, the first one a period from now. The beats keep to their grid: a late one
/// does not shift those that follow, and beats that were missed altogether are left out.
///
/// # Panics
///
/// Outside of a running loop, or with a period of zero.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "interval() needs a period greater than zero");
    Interval { next: event_loop::look_at_running("interval()", |state| state.now()) + period, period }
}

/// See [`interval`].
#[derive(Debug)]
pub struct Interval {
    next: Instant,
    period: Duration,
}

impl Interval {
    /// Waits for the next beat, and says for when it was due. Dropping the future loses no beat.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn tick(&mut self) -> impl Future<Output = Instant> {
        let beat = sleep_until(self.next);
        async move {
            beat.await;
            let due = self.next;
            let now = event_loop::look_at_running("Interval::tick()", |state| state.now());
            self.next = next_beat(due, now, self.period);
            due
        }
    }
}

/// The first beat after `now`, on the grid that `due` is on: one that falls on `now` itself has been missed.
fn next_beat(due: Instant, now: Instant, period: Duration) -> Instant {
    let late = now.since(due).as_nanos() % period.as_nanos();
    let late = u64::try_from(late).expect("no more than what a moment counts");
    now - Duration::from_nanos(late) + period
}
