//! Who is left out of the story: the tasks that work for those who look on.
//!
//! A page that shows the loop is served by the loop. Each of its messages takes turns, polls and
//! timers, and if those were told, each message would be about the one before it, for ever. So a
//! task can be [left out](super::leave_out), and with it all that it spawns, arms and waits for. A turn in
//! which nothing else happened is left out as a whole; to know that, the beginning of a turn is held
//! back until something happens in it. A callback is told all the same, since it belongs to nobody:
//! who looks on should have none called. What merely counts (how many entries are ready, how many
//! timers armed) counts them, too: they do take their place.
//!
//! Python has nothing like it: its debuggers look in from outside.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use reactor::SourceId;

use super::event::Event;
use super::names::{TaskId, TimerId};
use super::state::Who;

/// Who and what is left out.
#[derive(Default)]
pub(crate) struct LeftOut {
    /// Whether anybody is, or was when this turn began: else nothing here costs more than a branch.
    in_use: Cell<bool>,
    tasks: RefCell<HashSet<TaskId>>,
    timers: RefCell<HashSet<TimerId>>,
    sources: RefCell<HashSet<SourceId>>,
    /// Whether something has been told of this turn.
    turn_is_told: Cell<bool>,
    /// Whether the callback under way has woken a task that is left out.
    woke_one: Cell<bool>,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is told, and before it what was held back.
    Tell,
    /// It is kept until something else happens in its turn.
    Hold,
    /// What is held back is forgotten, and this is kept.
    HoldAnew,
    /// It is nobody's business.
    Drop,
}

impl LeftOut {
    pub(super) fn is_in_use(&self) -> bool {
        self.in_use.get()
    }

    pub(super) fn has_task(&self, task: Option<TaskId>) -> bool {
        self.in_use.get() && task.is_some_and(|task| self.tasks.borrow().contains(&task))
    }

    pub(super) fn has_timer(&self, timer: TimerId, woke: Option<TaskId>) -> bool {
        self.in_use.get() && (self.timers.borrow().contains(&timer) || self.has_task(woke))
    }

    pub(super) fn has(&self, source: SourceId, who: Who) -> bool {
        match who {
            Who::Task(task) => self.has_task(Some(task)),
            Who::Callback => self.sources.borrow().contains(&source),
        }
    }

    pub(super) fn add(&self, task: TaskId) -> bool {
        if !self.in_use.replace(true) {
            // The beginning of this turn is out already.
            self.turn_is_told.set(true);
        }
        self.tasks.borrow_mut().insert(task)
    }

    /// A task is spawned: whether it is left out, as whoever spawned it is.
    pub(super) fn inherits(&self, task: TaskId, by: Option<TaskId>) -> bool {
        let inherits = self.has_task(by);
        if inherits {
            self.add(task);
        }
        inherits
    }

    /// A task is over: whether it was left out.
    pub(super) fn ends(&self, task: TaskId) -> bool {
        self.in_use.get() && self.tasks.borrow_mut().remove(&task)
    }

    /// Says what becomes of an event that happens while `running` is.
    pub(super) fn judge(&self, event: &Event, running: Option<TaskId>) -> Verdict {
        match event {
            Event::TurnBegin { .. } => {
                if self.tasks.borrow().is_empty() {
                    self.in_use.set(false);
                    return Verdict::Tell;
                }
                self.turn_is_told.set(false);
                return Verdict::HoldAnew;
            }
            Event::WaitBegin { .. } | Event::WaitEnd { .. } | Event::TurnEnd { .. } => {
                return if self.turn_is_told.get() { Verdict::Tell } else { Verdict::Hold };
            }
            _ => {}
        }
        if self.concerns_them(event, running) {
            return Verdict::Drop;
        }
        self.woke_one.set(false);
        self.turn_is_told.set(true);
        Verdict::Tell
    }

    fn concerns_them(&self, event: &Event, running: Option<TaskId>) -> bool {
        match event {
            Event::Woken { task, .. } => {
                let left_out = self.has_task(Some(*task));
                self.woke_one.set(left_out && running.is_none());
                left_out
            }
            Event::Polled { task, .. } => self.has_task(Some(*task)),
            Event::CallbackRan { .. } => self.woke_one.take(),
            Event::RequestBegin { .. } | Event::RequestEnd { .. } => self.has_task(running),
            Event::Armed { source, by, .. } => {
                let left_out = self.has_task(by.or(running));
                if left_out {
                    self.sources.borrow_mut().insert(*source);
                }
                left_out
            }
            Event::Io { source, woke: by, .. } | Event::Disarmed { source, by, .. } => {
                self.sources.borrow_mut().remove(source) || self.has_task(*by)
            }
            Event::TimerArmed { timer, woke, .. } => {
                let left_out = self.has_task(woke.or(running));
                if left_out {
                    self.timers.borrow_mut().insert(*timer);
                }
                left_out
            }
            Event::TimerMoved { timer, .. } => self.timers.borrow().contains(timer),
            Event::TimerFired { timer, woke, .. } => {
                self.timers.borrow_mut().remove(timer) || self.has_task(*woke)
            }
            Event::TimerCancelled { timer } => {
                self.timers.borrow_mut().remove(timer) || self.has_task(running)
            }
            _ => false,
        }
    }
}
