//! Callbacks: the older half of an event loop, and the simpler one.
//!
//! A callback is a closure in the ready queue. asyncio is built of them: even the step of a task is
//! one. Here tasks and callbacks stand side by side in the same queue, and callbacks are what a
//! program uses that wants no future for something small.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::event_loop::{self, EventLoop, LoopState};
use crate::inspect::names::Spot;
use crate::ready::{Callback, Entry, Wakeup, callback};
use crate::time::TimerKey;
use crate::time::instant::Instant;

/// Calls `call` in the next turn, behind everything that is ready now. asyncio: `loop.call_soon`.
///
/// # Panics
///
/// Outside of a running loop; before it runs, use [`EventLoop::call_soon`].
#[track_caller]
pub fn call_soon(call: impl FnOnce() + 'static) -> CallbackHandle {
    soon(&event_loop::running("call_soon()"), call)
}

/// Calls `call` when `delay` has passed: in the turn that finds it due. asyncio: `loop.call_later`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn call_later(delay: Duration, call: impl FnOnce() + 'static) -> CallbackHandle {
    let state = event_loop::running("call_later()");
    let deadline = state.now() + delay;
    at(&state, deadline, call, Spot::here())
}

/// Calls `call` when the loop's clock shows `deadline`; if that is in the past, in the next turn.
/// asyncio: `loop.call_at`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn call_at(deadline: Instant, call: impl FnOnce() + 'static) -> CallbackHandle {
    at(&event_loop::running("call_at()"), deadline, call, Spot::here())
}

impl EventLoop {
    /// As [`call_soon`], for a loop that need not run yet.
    pub fn call_soon(&self, call: impl FnOnce() + 'static) -> CallbackHandle {
        soon(&self.state, call)
    }
}

fn soon(state: &Rc<LoopState>, call: impl FnOnce() + 'static) -> CallbackHandle {
    let callback = callback(call);
    state.ready.push(Entry::Callback(Rc::clone(&callback)));
    CallbackHandle { state: Rc::clone(state), callback, timer: None, cancelled: Cell::new(false) }
}

fn at(
    state: &Rc<LoopState>,
    deadline: Instant,
    call: impl FnOnce() + 'static,
    place: Spot,
) -> CallbackHandle {
    let callback = callback(call);
    let key = state.arm_timer(deadline, Wakeup::Callback(Rc::clone(&callback)), place);
    let timer = Some((key, deadline));
    CallbackHandle { state: Rc::clone(state), callback, timer, cancelled: Cell::new(false) }
}

/// A callback that has yet to run. Dropping the handle leaves it as it is. asyncio: `Handle` and
/// `TimerHandle`.
#[doc(alias("Handle", "TimerHandle"))]
pub struct CallbackHandle {
    state: Rc<LoopState>,
    callback: Callback,
    timer: Option<(TimerKey, Instant)>,
    cancelled: Cell<bool>,
}

impl CallbackHandle {
    /// Sees to it that the callback does not run any more, and drops it. Its timer is taken out at
    /// once; an entry that stands in the ready queue is skipped when its turn comes. asyncio:
    /// `Handle.cancel`.
    pub fn cancel(&self) {
        if let Some((timer, _)) = self.timer {
            self.state.cancel_timer(timer);
        }
        self.cancelled.set(true);
        drop(self.callback.take());
    }

    /// Whether it was cancelled through this handle. asyncio: `Handle.cancelled`.
    #[doc(alias = "cancelled")]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// When it is due, if a timer holds it. asyncio: `TimerHandle.when`.
    pub fn when(&self) -> Option<Instant> {
        self.timer.map(|(_, deadline)| deadline)
    }
}

impl fmt::Debug for CallbackHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackHandle").field("timer", &self.timer).finish_non_exhaustive()
    }
}
