//! Why a task that may fail has no value.

use std::any::Any;
use std::fmt;

use crate::join_error::{JoinError, panic_message};

/// Why a task that returns a `Result` has no value: the three ways to fail, side by side. asyncio
/// knows one way only, since its cancellations are exceptions too.
pub enum TaskError<E> {
    /// It returned this error.
    Failed(E),
    /// It was cancelled; or it is the child of a [group](super::task_group), which has its error.
    Cancelled,
    /// It panicked, with this.
    Panicked(Box<dyn Any + Send + 'static>),
}

impl<E> TaskError<E> {
    /// What the task returned, panics and cancellations included, as one result.
    pub(crate) fn flatten<T>(result: Result<Result<T, E>, JoinError>) -> Result<T, TaskError<E>> {
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(TaskError::Failed(error)),
            Err(JoinError::Cancelled | JoinError::Failed) => Err(TaskError::Cancelled),
            Err(JoinError::Panicked(panic)) => Err(TaskError::Panicked(panic)),
        }
    }

    /// The error that the task returned, if it did.
    pub fn failed(self) -> Option<E> {
        match self {
            TaskError::Failed(error) => Some(error),
            TaskError::Cancelled | TaskError::Panicked(_) => None,
        }
    }

    /// Whether the task was cancelled.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, TaskError::Cancelled)
    }
}

impl<E: fmt::Display> fmt::Display for TaskError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Failed(error) => error.fmt(f),
            TaskError::Cancelled => JoinError::Cancelled.fmt(f),
            TaskError::Panicked(panic) => write!(f, "the task panicked: {}", panic_message(panic.as_ref())),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for TaskError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
            TaskError::Cancelled => f.write_str("Cancelled"),
            TaskError::Panicked(panic) => {
                f.debug_tuple("Panicked").field(&panic_message(panic.as_ref())).finish()
            }
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for TaskError<E> {}
