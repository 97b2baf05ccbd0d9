//! A place in a task at which it may stand, as far as its cancellation is concerned.
//!
//! It is a part of every future that can hear of a request or that passes it on, and tells the task's
//! [`Cancellation`] when the task comes to this place and when it goes.

use std::fmt;
use std::rc::Rc;
use std::task::Context;

use super::cancellation::{Cancellation, Target};
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Stand {
    /// Nothing before the task has come to it, and after it has gone.
    place: Option<Place>,
}

/// Where that is.
#[derive(Clone)]
struct Place {
    state: Rc<LoopState>,
    task: TaskKey,
    /// Its number in the task.
    number: u32,
}

impl Stand {
    /// To be called before what is awaited is polled: whether the task is told here and now that it is to
    /// stop. It is told once.
    pub(crate) fn take_request(&self) -> bool {
        let Some(Place { state, task, number }) = &self.place else { return false };
        state.tasks.cancellation(*task, |cancellation| cancellation.take_request(*number)).unwrap_or(false)
    }

    /// To be called when the wait goes on: the task can be told here.
    pub(crate) fn listen(&mut self, cx: &Context<'_>) {
        let Some(Place { state, task, number }) = self.come() else { return };
        let waker = cx.waker().clone();
        // What it replaces is dropped at the end of this block, when the table is not borrowed.
        let _old = state.tasks.cancellation(task, |cancellation| cancellation.listen(number, waker));
    }

    /// To be called when the wait goes on: whoever cancels the task cancels this first.
    pub(crate) fn pass_to(&mut self, target: Target) {
        let Some(Place { state, task, number }) = self.come() else { return };
        let _old = state.tasks.cancellation(task, |cancellation| cancellation.pass_to(number, target));
    }

    /// The wait is over: the task does not stand here any more.
    pub(crate) fn leave(&mut self) {
        let Some(Place { state, task, number }) = self.place.take() else { return };
        let _left = state.tasks.cancellation(task, |cancellation| cancellation.leave(number));
    }

    /// The task goes on without the wait being over. A request that is held here gets no answer any more:
    /// it is told at the task's next await.
    fn give_up(&mut self) {
        if let Some(Place { state, task, number }) = &self.place
            && state.ending.get() != Some(*task)
            && state.tasks.cancellation(*task, |cancellation| cancellation.held == Some(*number))
                == Some(true)
        {
            state.cancel_at_next_step(*task);
        }
        self.leave();
    }

    /// The running task has come here.
    fn come(&mut self) -> Option<Place> {
        let state = event_loop::running_if_any()?;
        let running = state.narrator().task_key()?;
        match &self.place {
            Some(place) if place.task == running && Rc::ptr_eq(&place.state, &state) => {}
            // For the first time; or the future has moved to another task since.
            _ => {
                self.give_up();
                let number = state.tasks.cancellation(running, Cancellation::next_number)?;
                self.place = Some(Place { state, task: running, number });
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
        f.debug_struct("Stand").field("number", &self.place.as_ref().map(|place| place.number)).finish()
    }
}
