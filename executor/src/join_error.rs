//! Why a task has no result.

use std::any::Any;
use std::fmt;

/// Why a task has no result.
pub enum JoinError {
    /// It was aborted or cancelled, or its loop was dropped before it was done. asyncio: `CancelledError`.
    Cancelled,
    /// It panicked, with this.
    Panicked(Box<dyn Any + Send + 'static>),
    /// It failed (or panicked) as a child of a [`task_group`](crate::task_group), and the group has
    /// the error: there is but one of it.
    Failed,
}

impl JoinError {
    /// Whether the task was cancelled.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, JoinError::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self, JoinError::Panicked(_))
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::Cancelled => f.write_str("the task was cancelled"),
            JoinError::Panicked(panic) => write!(f, "the task panicked: {}", panic_message(panic.as_ref())),
            JoinError::Failed => f.write_str("the task failed, and its group has the error"),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for JoinError {}

/// The text of a panic, if it has one.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "(a panic without a text)"
    }
}
