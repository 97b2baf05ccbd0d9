//! Watchers: how those who wait for many tasks at once hear that one is over, without being the one task
//! that waits for it.

use std::panic::{self, AssertUnwindSafe};

use super::JoinHandle;
use crate::event_loop;
use crate::ready;

impl<T> JoinHandle<T> {
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
    /// The watcher's number; 0 if there is none to take back.
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
        // A watcher may cancel whoever waits for this task, and that must not cancel this one first: it is
        // over.
        state.ending.set(state.narrator().task_key());
    }
    for (_, watcher) in watchers {
        // It may drop a result whose destructor panics. The panic hook has told of that, and it goes no
        // further.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| report(watcher)));
    }
}

/// Tells a watcher that its task is over. It is [delivered](crate::ready::ReadyQueue::deliver) and not just
/// called, because asyncio's is a callback of its own, an entry of the ready queue.
fn report(watcher: Watcher) {
    let report = Report(Some(watcher));
    match ready::at_home() {
        Some(queue) => queue.deliver(queue.narrator.cause(), move || drop(report)),
        None => drop(report),
    }
}

/// Calls the watcher when it is dropped. So it is called even if the loop ends before the callback that
/// would do so has run: whoever waits may be on another loop, and has to hear.
struct Report(Option<Watcher>);

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(watcher) = self.0.take() {
            watcher();
        }
    }
}
