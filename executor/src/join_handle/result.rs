//! The result in a task's cell: how it is taken, and asked about.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use super::JoinHandle;
use crate::inbox::Inbox;
use crate::inspect::names::Outcome;
use crate::join_error::JoinError;

impl<T> JoinHandle<T> {
    /// The result, if the task is over and nobody has taken it. asyncio: `Task.result`.
    #[doc(alias("result", "exception"))]
    pub fn take(&mut self) -> Option<Result<T, JoinError>> {
        self.take_result()
    }

    pub(crate) fn take_result(&self) -> Option<Result<T, JoinError>> {
        self.shared.borrow_mut().take()
    }

    /// The result of a task that is over, for who awaits it.
    ///
    /// # Panics
    ///
    /// When it was taken before: a task has one result, and whoever awaits it first gets it.
    pub(crate) fn expect_result(&self) -> Result<T, JoinError> {
        self.take_result().expect("the result of this task was taken by an earlier await")
    }

    /// Another handle on the same task: for this crate's futures, which see to it that only one of
    /// them takes the result.
    pub(crate) fn another(&self) -> JoinHandle<T> {
        JoinHandle { shared: Rc::clone(&self.shared), task: Arc::clone(&self.task) }
    }

    /// Answers a question about the result, if it is there.
    pub(crate) fn peek<R>(&self, ask: impl FnOnce(&Result<T, JoinError>) -> R) -> Option<R> {
        self.shared.borrow().result.as_ref().map(ask)
    }

    /// Whether the task is of the loop with this inbox.
    pub(crate) fn is_of(&self, inbox: &Arc<Inbox>) -> bool {
        self.task.is_of(inbox)
    }

    pub(crate) fn was_cancelled(&self) -> bool {
        self.shared.borrow().outcome == Some(Outcome::Cancelled)
    }

    /// Whether the task panicked, whoever has its panic.
    pub(crate) fn has_panicked(&self) -> bool {
        self.shared.borrow().outcome == Some(Outcome::Panicked)
    }

    /// Takes the panic that ended the task, if one did, and leaves a note in its place.
    pub(crate) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        let mut shared = self.shared.borrow_mut();
        if !matches!(shared.result, Some(Err(JoinError::Panicked(_)))) {
            return None;
        }
        shared.claim();
        match shared.result.replace(Err(JoinError::Failed)) {
            Some(Err(JoinError::Panicked(panic))) => Some(panic),
            _ => None,
        }
    }
}
