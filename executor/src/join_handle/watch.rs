//! How those who wait for many tasks at once look into a task's cell: without being the one task
//! that waits for it.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use super::JoinHandle;
use crate::event_loop;
use crate::inbox::Inbox;
use crate::inspect::event::Outcome;
use crate::join_error::JoinError;
use crate::ready;

impl<T> JoinHandle<T> {
    /// The result, if the task is over and nobody has taken it. asyncio: `Task.result`.
    #[doc(alias("result", "exception"))]
    pub fn take(&mut self) -> Option<Result<T, JoinError>> {
        self.take_result()
    }

    pub(crate) fn take_result(&self) -> Option<Result<T, JoinError>> {
        self.shared.borrow_mut().take()
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

    /// Has `watcher` called when the task is over, unless the watch is dropped before: at once if it
    /// is over already.
    pub(crate) fn watch(&self, watcher: Watcher) -> Watch<T> {
        let mut shared = self.shared.borrow_mut();
        if shared.outcome.is_some() {
            drop(shared);
            report(watcher);
            return Watch { handle: self.another(), ticket: 0 };
        }
        let ticket = shared.add_watcher(watcher);
        drop(shared);
        Watch { handle: self.another(), ticket }
    }
}

/// What is called when a task is over.
pub(super) type Watcher = Box<dyn FnOnce()>;

/// A watch on a task. Dropping it takes the watcher back: a task that lives long may be waited for
/// many times.
#[must_use = "dropping it takes the watcher back: `leave` it if that is not meant"]
pub(crate) struct Watch<T> {
    pub(crate) handle: JoinHandle<T>,
    /// The watcher's place in the list; 0 if there is none to take back.
    ticket: u64,
}

impl<T> Watch<T> {
    /// Leaves the watcher where it is.
    pub(crate) fn leave(mut self) {
        self.ticket = 0;
    }
}

impl<T> Drop for Watch<T> {
    fn drop(&mut self) {
        let mut shared = self.handle.shared.borrow_mut();
        let watcher = shared.remove_watcher(self.ticket);
        // What the watcher holds goes when nothing is borrowed any more.
        drop(shared);
        drop(watcher);
    }
}

/// Tells those who watch the running task that it is over.
pub(super) fn report_end(watchers: Vec<(u64, Watcher)>) {
    if watchers.is_empty() {
        return;
    }
    if let Some(state) = event_loop::running_if_any() {
        // A watcher may cancel who waits for this task, and must not find it alive.
        state.ending.set(state.narrator().task_key());
    }
    for (_, watcher) in watchers {
        report(watcher);
    }
}

/// Tells a watcher that its task is over. It is not the task that waits, and only wakes it: asyncio
/// has a callback of its own for that, which takes a turn.
fn report(watcher: Watcher) {
    let report = Report(Some(watcher));
    match ready::at_home() {
        Some(queue) => queue.deliver(queue.narrator.cause(), move || drop(report)),
        None => drop(report),
    }
}

/// Calls the watcher when it is dropped: by its callback, or with it, if the loop ends before. Whoever waits
/// may be on another loop, and goes on.
struct Report(Option<Watcher>);

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(watcher) = self.0.take() {
            watcher();
        }
    }
}
