//! What the loop tells about itself: kept apart from `tick.rs` and `event_loop.rs`, so that they can
//! be read without it.
//!
//! Every function here does nothing but one branch when nobody listens.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use reactor::{Fired, Until};

use super::event::Event;
use super::names::{Outcome, Spot, TaskId};
use crate::event_loop::LoopState;
use crate::inbox::TaskKey;
use crate::ready::{Entry, Wakeup};
use crate::settings::Choice;
use crate::task::About;
use crate::time::instant::Instant;
use crate::time::{Due, TimerKey};

impl LoopState {
    pub(crate) fn tell_loop_begin(&self) {
        if self.narrator().is_observed() {
            // Not in the call: the timers would be borrowed as long as the observers are told.
            let timers = self.timers.borrow().kind().name();
            self.narrator().tell(Event::LoopBegin {
                backend: self.reactor.backend().name(),
                timers,
                wake: self.ready.mode.name(),
                clock: self.clock().kind().name(),
            });
        }
    }

    pub(crate) fn tell_loop_end(&self) {
        if self.narrator().is_observed() {
            self.narrator().tell(Event::LoopEnd);
        }
    }

    pub(crate) fn tell_spawned(&self, task: TaskId, name: &Rc<str>, place: Spot) {
        let left_out = self.narrator().left_out.inherits(task, self.narrator().task());
        if self.narrator().is_observed() && !left_out {
            self.narrator().tell(Event::Spawned { task, name: Rc::clone(name), place: place.place() });
        }
    }

    pub(crate) fn tell_timer_armed(&self, key: TimerKey, deadline: Instant, place: Spot) {
        if !self.narrator().is_observed() {
            return;
        }
        let delay = deadline.since(self.now());
        let timers = self.timers.borrow();
        let (level, slot) = timers.place(key).unzip();
        let woke = timers.payload(key).and_then(Wakeup::task);
        drop(timers);
        let (timer, place) = (key.id(), place.place());
        self.narrator().tell(Event::TimerArmed { timer, delay, deadline, level, slot, woke, place });
    }

    /// The timers that the wheel's next move may bring down a level: to be asked before it.
    pub(crate) fn timers_about_to_move(&self) -> Vec<TimerKey> {
        if self.narrator().is_observed() {
            self.timers.borrow().about_to_move(self.turn_time.get())
        } else {
            Vec::new()
        }
    }

    /// Those of them that it has brought down and that did not fire.
    pub(crate) fn tell_timers_moved(&self, higher: Vec<TimerKey>) {
        for key in higher {
            let place = self.timers.borrow().place(key);
            if let Some((level, slot)) = place {
                self.narrator().tell(Event::TimerMoved { timer: key.id(), level, slot });
            }
        }
    }

    pub(crate) fn tell_timer_cancelled(&self, key: TimerKey) {
        if self.narrator().is_observed() {
            self.narrator().tell(Event::TimerCancelled { timer: key.id() });
        }
    }

    pub(crate) fn tell_ended(&self, task: TaskKey, outcome: Outcome, polls: u32) {
        let left_out = self.narrator().left_out.ends(task.id);
        if self.narrator().is_observed() && !left_out {
            self.narrator().tell(Event::Ended { task: task.id, outcome, polls });
        }
    }

    pub(crate) fn tell_abandoned(&self, task: TaskKey, about: About) {
        let left_out = self.narrator().left_out.ends(task.id);
        if self.narrator().is_observed() && !left_out {
            let About { name, place: spawned, awaiting: (awaiting, place), .. } = about;
            let (spawned, place) = (spawned.place(), place.map(Spot::place));
            self.narrator().tell(Event::Abandoned { task: task.id, name, spawned, awaiting, place });
        }
    }

    pub(crate) fn tell_callback_ran(&self, began: Option<Instant>) {
        if let Some(began) = self.narrator().began(began) {
            let took = self.narrator().elapsed(began);
            self.narrator().tell(Event::CallbackRan { took, behind: self.ready.len() });
        }
    }

    pub(crate) fn tell_turn_begin(&self) {
        if self.narrator().is_observed() {
            self.narrator().tell(Event::TurnBegin { ready: self.ready.len() });
            self.forget_the_gone();
        }
    }

    /// A waker may be called when its task is gone, and then no step takes the note of it away.
    fn forget_the_gone(&self) {
        let mut queued = self.narrator().queued.borrow_mut();
        if queued.len() > 2 * self.ready.len() + 64 {
            let mut there = HashSet::new();
            self.ready.for_each(|entry| {
                if let Entry::Step(task) = entry {
                    there.insert(task.id);
                }
            });
            queued.retain(|task, _| there.contains(task));
        }
    }

    /// `began` is when the turn's last phase began.
    pub(crate) fn tell_turn_end(&self, ran: usize, began: Option<Instant>) {
        if let Some(began) = self.narrator().began(began) {
            self.narrator().tell(Event::TurnEnd { ran, busy: self.narrator().elapsed(began) });
        }
    }

    pub(crate) fn tell_wait_begin(&self, until: Until<Instant>) -> Option<Instant> {
        let began = self.narrator().stopwatch()?;
        let timeout = match until {
            Until::Now => Some(Duration::ZERO),
            Until::At(moment) => Some(moment.since(began)),
            Until::Forever => None,
        };
        let timers = self.timers.borrow().armed();
        self.narrator().tell(Event::WaitBegin { timeout, sources: self.reactor.sources(), timers });
        Some(began)
    }

    pub(crate) fn tell_wait_end(&self, began: Option<Instant>, fired: &[Fired<Wakeup>]) {
        let Some(began) = began else { return };
        for Fired { source, direction, waiter } in fired {
            self.narrator().tell(Event::Io { source: *source, direction: *direction, woke: waiter.task() });
        }
        self.narrator().tell(Event::WaitEnd { waited: self.narrator().elapsed(began) });
    }

    pub(crate) fn tell_fired(&self, due: &[Due<Wakeup>]) {
        if !self.narrator().is_observed() {
            return;
        }
        for timer in due {
            let late = self.turn_time.get().since(timer.deadline);
            self.narrator().tell(Event::TimerFired { timer: timer.id, late, woke: timer.payload.task() });
        }
    }

    /// Since when a task waits that has just come to it: exactly, if somebody looks on; else what the time
    /// was when it was last looked at.
    pub(crate) fn waits_since(&self, began: Option<Instant>) -> Instant {
        if began.is_some() { self.now() } else { self.turn_time.get() }
    }

    #[inline]
    pub(crate) fn tell_polled(&self, task: TaskKey, began: Option<Instant>, pending: bool) {
        if let Some(began) = self.narrator().began(began) {
            self.tell_poll(task, began, pending);
        }
    }

    // The others here are short enough for the compiler to put their one branch where they are called.
    #[cold]
    fn tell_poll(&self, task: TaskKey, began: Instant, pending: bool) {
        let took = self.narrator().elapsed(began);
        let poll = self.tasks.polls(task);
        let queued = began.since(self.narrator().queued_since().unwrap_or(began));
        // If it has woken itself, it stands there too.
        let again = self.tasks.waker(task).is_some_and(|waker| waker.is_queued());
        let (awaiting, place) = self.awaiting();
        let pending = if pending { Some((awaiting, place.map(Spot::place))) } else { None };
        let behind = self.ready.len().saturating_sub(usize::from(again));
        self.narrator().tell(Event::Polled { task: task.id, poll, queued, took, behind, pending });
    }
}
