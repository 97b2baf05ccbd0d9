//! Where a task stands, as far as its cancellation is concerned: what in it is told, and what it waits
//! for that hears first.
//!
//! A task is one future made of many, and each that waits says so: "I can be told", or "whoever cancels
//! you should cancel this first". The innermost says so first, because `Pending` travels outwards, and
//! counts. What has said so takes it back when it is dropped: a [`timeout`](crate::timeout) that drops a
//! wait leaves a task that stands elsewhere.
//!
//! Who has taken a request *holds* it until its wait is over; if it is dropped before, the task is told at
//! its next await. (The last one taken is remembered.) And who was to be told but is not asked, because it
//! was put aside and nobody polls it any more, is passed over after [`MOST_MISSED`] steps.
//!
//! Of several that stand beside each other, one is remembered. Where a future polls its own only when they
//! are woken, the others are not known again until they are polled.

use std::fmt;
use std::rc::Rc;
use std::task::{Context, Wake, Waker};

use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;

/// Who is to hear of a task's cancellation before the task itself does.
#[derive(Clone)]
pub(crate) enum Target {
    /// The task that it joins.
    Task(TaskKey),
    /// The children that it gathers.
    Tasks(Rc<Children>),
    /// Something that is set from outside.
    Other(Rc<dyn CancelFirst>),
}

/// The children of a gathering.
pub(crate) struct Children {
    pub(crate) keys: Vec<TaskKey>,
    /// Whether they were cancelled in its place. asyncio: `_cancel_requested`.
    pub(crate) cancelled: std::cell::Cell<bool>,
}

/// Something that can be cancelled in place of the task that waits for it.
pub(crate) trait CancelFirst {
    /// Says whether there was anything to cancel.
    fn cancel(&self) -> bool;
}

/// So many steps in a row may go by without the one that is to be told being asked: somebody in between
/// may have others to poll first.
const MOST_MISSED: u8 = 2;

/// What a task's slot keeps of its cancellation.
#[derive(Default)]
pub(crate) struct Cancellation {
    /// How many requests the task has heard of or is about to. asyncio: `_num_cancels_requested`.
    pub(super) requests: u32,
    /// Whether one has yet to be told. asyncio: `_must_cancel`.
    pub(super) untold: bool,
    /// Who hears of it first. asyncio: `_fut_waiter`.
    target: Entry<Target>,
    /// The innermost await that can be told, and the waker that has it polled, until that was called.
    catcher: Entry<Option<Waker>>,
    /// The one that is told in the step under way.
    telling: Option<u32>,
    /// In how many steps in a row it was not asked.
    missed: u8,
    /// The wait that was told last, or in whose place somebody else was.
    pub(super) held: Option<u32>,
    last_number: u32,
}

/// What the innermost of several has said of itself.
struct Entry<T> {
    /// The number of whoever said it, and what.
    said: Option<(u32, T)>,
    /// Whether it was said in this step: then who comes later stands further out.
    fresh: bool,
}

impl<T> Default for Entry<T> {
    fn default() -> Self {
        Entry { said: None, fresh: false }
    }
}

impl<T> Entry<T> {
    fn number(&self) -> Option<u32> {
        self.said.as_ref().map(|(number, _)| *number)
    }

    /// Gives back what is not wanted, to be dropped where nothing is borrowed.
    fn say(&mut self, number: u32, what: T) -> Option<(u32, T)> {
        if self.fresh {
            return Some((number, what));
        }
        self.fresh = true;
        self.said.replace((number, what))
    }

    fn take_back(&mut self, number: u32) -> Option<(u32, T)> {
        let taken = self.said.take_if(|(theirs, _)| *theirs == number);
        // Whoever comes now is the innermost, in this step too.
        self.fresh &= taken.is_none();
        taken
    }
}

impl Cancellation {
    /// A step begins. Says whether the task is to be dropped instead, because it was asked to stop and
    /// nothing in it can be told.
    pub(crate) fn step_begins(&mut self) -> bool {
        self.target.fresh = false;
        self.catcher.fresh = false;
        let catcher = if self.missed < MOST_MISSED { self.catcher.number() } else { None };
        self.telling = if self.untold { catcher } else { None };
        self.untold && catcher.is_none()
    }

    /// A step is over, and the task waits. Says whether it needs another one, because the one that was to
    /// be told was not asked.
    pub(crate) fn step_ends(&mut self) -> bool {
        let told = self.telling.take();
        let missed = self.untold && told.is_some() && told == self.catcher.number();
        self.missed = if missed { self.missed + 1 } else { 0 };
        missed
    }

    /// The task is to be told in its next step. Gives back what has the one polled that is to be told.
    pub(super) fn mark_untold(&mut self) -> Option<Waker> {
        self.untold = true;
        self.catcher.said.as_mut().and_then(|(_, waker)| waker.take())
    }

    /// What the task waits for was told in its place.
    pub(super) fn mark_passed_on(&mut self) {
        self.held = self.target.number();
    }

    pub(crate) fn is_untold(&self) -> bool {
        self.untold
    }

    pub(super) fn target(&self) -> Option<Target> {
        self.target.said.as_ref().map(|(_, target)| target.clone())
    }

    /// Whether the await of this number is the one to be told. It is told once.
    fn tell(&mut self, number: u32) -> bool {
        let told = self.untold && self.telling == Some(number);
        if told {
            self.telling = None;
            self.untold = false;
            self.held = Some(number);
        }
        told
    }
}

/// A place in a task at which it may stand. Part of every future that can be told or that passes a
/// cancellation on.
#[derive(Default)]
pub(crate) struct Stand {
    /// The task that has come to it, in its loop, and the place's number there.
    place: Option<(Rc<LoopState>, TaskKey, u32)>,
}

impl Stand {
    /// To be asked before what is awaited is polled: whether the task is told here and now.
    pub(crate) fn is_told(&self) -> bool {
        let Some((state, task, number)) = &self.place else { return false };
        state.tasks.cancellation(*task, |cancellation| cancellation.tell(*number)).unwrap_or(false)
    }

    /// To be said when the wait goes on: the task can be told here.
    pub(crate) fn can_be_told(&mut self, cx: &Context<'_>) {
        let Some((state, task, number)) = self.come() else { return };
        let waker = cx.waker().clone();
        let said = state.tasks.cancellation(task, |cancellation| {
            cancellation.missed = 0;
            (cancellation.untold, cancellation.catcher.say(number, Some(waker)))
        });
        // It was asked to stop when it stood elsewhere, and that place is gone.
        if matches!(said, Some((true, _))) {
            cx.waker().wake_by_ref();
        }
    }

    /// To be said when the wait goes on: whoever cancels the task cancels this first.
    pub(crate) fn pass_to(&mut self, target: Target) {
        let Some((state, task, number)) = self.come() else { return };
        // What it replaces is dropped at the end of this block, when the table is not borrowed.
        let _old = state.tasks.cancellation(task, |cancellation| cancellation.target.say(number, target));
    }

    /// The wait is over: the task does not stand here any more.
    pub(crate) fn leave(&mut self) {
        let Some((state, task, number)) = self.place.take() else { return };
        let left = state.tasks.cancellation(task, |cancellation| {
            let unheard = cancellation.telling.take_if(|telling| *telling == number).is_some();
            cancellation.held.take_if(|held| *held == number);
            (unheard, cancellation.target.take_back(number), cancellation.catcher.take_back(number))
        });
        // It was to be told here and went without listening: it is told at its next await.
        if let (Some((true, ..)), Some(waker)) = (&left, state.tasks.waker(task)) {
            waker.wake();
        }
    }

    /// The task goes on without the wait being over. A request that is held here gets no answer any more:
    /// it is told at the task's next await.
    fn give_up(&mut self) {
        if let Some((state, task, number)) = &self.place
            && state.ending.get() != Some(*task)
            && state.tasks.cancellation(*task, |cancellation| cancellation.held == Some(*number))
                == Some(true)
        {
            state.tell_at_next_step(*task);
        }
        self.leave();
    }

    /// The running task's place here, with a number of its own.
    fn come(&mut self) -> Option<(Rc<LoopState>, TaskKey, u32)> {
        let state = event_loop::running_if_any()?;
        let running = state.narrator().task_key()?;
        match &self.place {
            Some((of, task, _)) if *task == running && Rc::ptr_eq(of, &state) => {}
            // The future has moved to another task since.
            _ => {
                self.give_up();
                let number = state.tasks.cancellation(running, |cancellation| {
                    cancellation.last_number = cancellation.last_number.wrapping_add(1);
                    cancellation.last_number
                })?;
                self.place = Some((state, running, number));
            }
        }
        self.place.clone()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl fmt::Debug for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stand").field("number", &self.place.as_ref().map(|(_, _, number)| number)).finish()
    }
}
