//! A way to abort a task that does not wait for it.

use std::fmt;
use std::sync::Arc;

use crate::event_loop;
use crate::inbox::{Inbox, TaskKey};
use crate::inspect::names::TaskId;
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

    /// That of the task that is running: a task that aborts itself with it stops at its next
    /// `.await`. Nothing in a callback. asyncio: `asyncio.current_task`.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "current_task")]
    pub fn current() -> Option<AbortHandle> {
        let state = event_loop::running("AbortHandle::current()");
        let task = state.narrator().task_key()?;
        state.tasks.waker(task).map(AbortHandle)
    }

    /// Whether the task is of the loop with this inbox.
    pub(crate) fn is_of(&self, inbox: &Arc<Inbox>) -> bool {
        self.0.is_of(inbox)
    }

    pub(crate) fn key(&self) -> TaskKey {
        self.0.key
    }

    /// The task's name in traces.
    pub fn id(&self) -> TaskId {
        self.0.key.id
    }

    /// As [`JoinHandle::abort`](crate::JoinHandle::abort). Nothing happens to a task that is over.
    pub fn abort(&self) {
        self.0.abort();
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortHandle").field(&self.id()).finish()
    }
}
