//! The exception handler that a loop has, and what it is told.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;

use crate::inspect::names::TaskId;
use crate::join_error::panic_message;

/// Something went wrong, and nobody awaits it. asyncio: the `context` of an exception handler.
#[derive(Debug, Clone, Copy)]
pub struct Unhandled<'a> {
    /// What kind of thing it was. asyncio: `context["message"]`.
    pub message: &'static str,
    /// The task that failed, if it was one. asyncio: `context["future"]`.
    pub task: Option<TaskId>,
    /// What it said: the text of the panic, or the error. asyncio: `context["exception"]`.
    pub exception: &'a str,
}

impl fmt::Display for Unhandled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.exception)
    }
}

type Handler = Rc<dyn Fn(&Unhandled<'_>)>;

/// The handler of one loop.
#[derive(Default)]
pub(crate) struct ExceptionHandler {
    handler: RefCell<Option<Handler>>,
}

impl ExceptionHandler {
    /// Tells the handler, if there is one. The borrow ends before it runs: it may set another. Its own
    /// panic is reported by the panic hook and goes no further.
    pub(crate) fn call(&self, unhandled: &Unhandled<'_>) {
        let handler = self.handler.borrow().clone();
        if let Some(handler) = handler {
            let _ = panic::catch_unwind(AssertUnwindSafe(|| handler(unhandled)));
        }
    }

    /// The same, for a callback that panicked.
    pub(crate) fn callback_panicked(&self, panic: &(dyn Any + Send)) {
        self.call(&Unhandled { message: "a callback panicked", task: None, exception: panic_message(panic) });
    }

    /// Lets the handler go: it may hold the loop that holds it.
    pub(crate) fn clear(&self) {
        let handler = self.handler.take();
        let _ = panic::catch_unwind(AssertUnwindSafe(move || drop(handler)));
    }

    pub(crate) fn is_set(&self) -> bool {
        self.handler.borrow().is_some()
    }

    pub(super) fn set(&self, handler: Handler) {
        let before = self.handler.replace(Some(handler));
        drop(before);
    }
}
