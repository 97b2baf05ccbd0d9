//! What becomes of a panic that nobody awaits.
//!
//! A task's panic goes to whoever joins it. A callback has nobody like that, and a task whose handle
//! was dropped has nobody left; but one bad callback must not stop a loop that serves a thousand
//! others. So the loop goes on, and tells the exception handler. asyncio:
//! `loop.call_exception_handler`.

pub(crate) mod handler;

use std::rc::Rc;

use crate::event_loop::{self, EventLoop};
pub use handler::Unhandled;

/// Has `handler` called, on the loop's thread, when something goes wrong that nobody awaits: a callback
/// panics, or a task does whose panic nobody took (or one of [`spawn_fallible`](crate::spawn_fallible)
/// ends with an error that nobody took). It takes the place of the one before. The panic hook of the
/// program has spoken by then; without a handler, that is all. asyncio: `loop.set_exception_handler`.
///
/// # Panics
///
/// Outside of a running loop; before it runs, use [`EventLoop::set_exception_handler`].
#[track_caller]
#[doc(alias("call_exception_handler", "default_exception_handler"))]
pub fn set_exception_handler(handler: impl Fn(&Unhandled<'_>) + 'static) {
    event_loop::running("set_exception_handler()").extras.exceptions.set(Rc::new(handler));
}

impl EventLoop {
    /// As [`set_exception_handler`], for a loop that need not run yet.
    pub fn set_exception_handler(&self, handler: impl Fn(&Unhandled<'_>) + 'static) {
        self.state.extras.exceptions.set(Rc::new(handler));
    }
}
