//! A way to abort a task that does not wait for it.

use std::fmt;
use std::sync::Arc;

use crate::inspect::event::TaskId;
use crate::waker::TaskWaker;

/// Aborts a task, from any thread. Made by
/// [`JoinHandle::abort_handle`](crate::JoinHandle::abort_handle), for whoever must stop a task that
/// somebody else awaits.
#[derive(Clone)]
pub struct AbortHandle(Arc<TaskWaker>);

impl AbortHandle {
    pub(crate) fn new(task: Arc<TaskWaker>) -> Self {
        AbortHandle(task)
    }

    /// The task's name in traces.
    pub fn id(&self) -> TaskId {
        self.0.task.id
    }

    /// As [`JoinHandle::abort`](crate::JoinHandle::abort). Nothing happens to a task that is over.
    #[doc(alias = "cancel")]
    pub fn abort(&self) {
        self.0.cancel();
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortHandle").field(&self.id()).finish()
    }
}
