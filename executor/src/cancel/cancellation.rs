//! What a task's slot keeps of its cancellation: whether the task was asked to stop, and which part of it
//! hears.
//!
//! A task is one future made of many. Each that waits says what is to become of a request meanwhile: "I
//! shall hear it" (it *listens*), or "whoever cancels you is to cancel this first" (it has a *target*). The
//! innermost says so first, because `Pending` travels outwards, and it is the one that counts. Of several
//! beside each other (as in a `join!`), only the first that was polled is remembered.
//!
//! Whoever has heard a request, or has passed it on, *holds* it until its wait is over. For example,
//! [`wait_for`](crate::wait_for) hears, cancels its task, and waits on. If a `timeout` drops it meanwhile,
//! nobody is left to answer, so the task is told again at its next await.

use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;

use crate::inbox::TaskKey;

/// Who is to hear of a task's cancellation before the task itself does.
#[derive(Clone)]
pub(crate) enum Target {
    /// The task that it joins.
    Task(TaskKey),
    /// The tasks that it gathers.
    Tasks(Rc<Gathered>),
    /// Something that is set from outside.
    Other(Rc<dyn CancelFirst>),
}

/// The tasks of a gathering, and how far it has come.
pub(crate) struct Gathered {
    pub(crate) keys: Vec<TaskKey>,
    /// How many it has not heard of.
    pub(crate) left: Cell<usize>,
    /// The first that failed.
    pub(crate) failed: Cell<Option<usize>>,
    /// Whether they were cancelled in its place. asyncio: `_cancel_requested`.
    pub(crate) cancelled: Cell<bool>,
}

impl Gathered {
    /// Whether it has its result: then there is nothing to cancel.
    pub(crate) fn is_decided(&self) -> bool {
        self.failed.get().is_some() || self.left.get() == 0
    }
}

/// Something that can be cancelled in place of the task that waits for it.
pub(crate) trait CancelFirst {
    /// Says whether there was anything to cancel.
    fn cancel(&self) -> bool;
}

/// A wait that has passed its task's request on to others, and holds it until they have answered.
#[derive(Clone, Copy)]
pub(super) struct Passer {
    pub(super) task: TaskKey,
    /// The number of the wait.
    pub(super) place: u32,
}

/// So many steps in a row may go by in which the one that is to hear is not polled: somebody around it may
/// have others to poll first. After that it counts as put aside: another hears, or nothing in the task can.
const MOST_MISSED: u8 = 100;

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Cancellation {
    /// How many requests the task has heard of or is about to. asyncio: `_num_cancels_requested`.
    pub(crate) requests: u32,
    /// Whether one has yet to be told. asyncio: `_must_cancel`.
    pub(super) untold: bool,
    /// Who hears of it first. asyncio: `_fut_waiter`.
    target: Innermost<Target>,
    /// The await that listens, and the waker that has it polled, until that was called.
    listener: Innermost<Option<Waker>>,
    /// The one that is to hear when it is polled, from the beginning of a step on: a request is not told in
    /// the step in which it comes.
    asked: Option<u32>,
    /// In how many steps in a row it was not polled.
    missed: u8,
    /// The wait that holds the request.
    pub(super) held: Option<u32>,
    /// Who last passed a request on to this task. That may be long ago: the wait there may be over.
    pub(super) passed_by: Option<Passer>,
    last_number: u32,
}

/// What the innermost of several has said of itself.
struct Innermost<T> {
    /// The number of whoever said it, and what.
    said: Option<(u32, T)>,
    /// Whether it was said in this step: then who comes later stands further out.
    fresh: bool,
}

impl<T> Default for Innermost<T> {
    fn default() -> Self {
        Innermost { said: None, fresh: false }
    }
}

impl<T> Innermost<T> {
    fn number(&self) -> Option<u32> {
        self.said.as_ref().map(|(number, _)| *number)
    }

    /// Gives back what is not wanted, to be dropped where nothing is borrowed.
    fn say(&mut self, number: u32, what: T) -> Option<T> {
        if self.fresh {
            return Some(what);
        }
        self.fresh = true;
        self.said.replace((number, what)).map(|(_, before)| before)
    }

    fn take_back(&mut self, number: u32) -> Option<T> {
        let taken = self.said.take_if(|(theirs, _)| *theirs == number);
        if taken.is_some() {
            // Whoever comes now is the innermost, in this step too.
            self.fresh = false;
        }
        taken.map(|(_, what)| what)
    }
}

impl Cancellation {
    /// A step begins. Says whether the task is to be dropped instead, because it was asked to stop and
    /// nothing in it can hear.
    pub(crate) fn step_begins(&mut self) -> bool {
        self.target.fresh = false;
        self.listener.fresh = false;
        if !self.untold {
            return false;
        }
        if self.missed >= MOST_MISSED {
            if self.asked == self.listener.number() {
                return true;
            }
            (self.asked, self.missed) = (None, 0);
        }
        self.asked = self.asked.or(self.listener.number());
        self.asked.is_none()
    }

    /// A step is over, and the task waits. Says whether it was asked to stop and not told.
    pub(crate) fn step_ends(&mut self) -> bool {
        self.missed = if self.asked.is_some() { self.missed.saturating_add(1) } else { 0 };
        self.untold
    }

    /// Takes back a request that nobody is to hear yet: it came in the step before, or who was to hear is
    /// gone. Says whether there is one.
    pub(super) fn take_untold(&mut self) -> bool {
        let taken = self.untold && self.asked.is_none();
        self.untold &= !taken;
        taken
    }

    /// There is nothing left to tell, and nothing to answer.
    pub(super) fn forget_request(&mut self) {
        self.untold = false;
        self.asked = None;
        self.held = None;
    }

    /// The task is to be told in its next step. Gives back the waker that has the listener polled.
    pub(super) fn mark_untold(&mut self) -> Option<Waker> {
        self.untold = true;
        self.listener.said.as_mut().and_then(|(_, waker)| waker.take())
    }

    /// What the task waits for was cancelled in its place.
    pub(super) fn mark_passed_on(&mut self) {
        self.held = self.target.number();
    }

    pub(crate) fn is_untold(&self) -> bool {
        self.untold
    }

    /// Who hears first, and the wait that has said so.
    pub(super) fn target(&self) -> Option<(u32, Target)> {
        self.target.said.clone()
    }

    /// A number for a place in the task that has none.
    pub(super) fn next_number(&mut self) -> u32 {
        self.last_number = self.last_number.wrapping_add(1);
        self.last_number
    }

    /// Whether the place of this number is to hear of a request now. It hears of it once.
    pub(super) fn take_request(&mut self, number: u32) -> bool {
        let hears = self.untold && self.asked == Some(number);
        if hears {
            self.forget_request();
            self.held = Some(number);
        }
        hears
    }

    /// The place of this number listens. Gives back what is not wanted.
    pub(super) fn listen(&mut self, number: u32, waker: Waker) -> Option<Waker> {
        self.listener.say(number, Some(waker)).flatten()
    }

    /// Whoever cancels the task while it waits at this place cancels `target` first. Gives back what is not
    /// wanted.
    pub(super) fn pass_to(&mut self, number: u32, target: Target) -> Option<Target> {
        self.target.say(number, target)
    }

    /// The task stands at this place no more. Gives back what is not wanted.
    pub(super) fn leave(&mut self, number: u32) -> (Option<Target>, Option<Waker>) {
        self.held.take_if(|held| *held == number);
        self.asked.take_if(|asked| *asked == number);
        (self.target.take_back(number), self.listener.take_back(number).flatten())
    }
}
