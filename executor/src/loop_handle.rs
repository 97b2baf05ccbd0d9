//! The loop, as seen from other threads.
//!
//! A loop belongs to one thread and so does nearly everything in this crate. A [`LoopHandle`] is
//! what may leave it: it can send work to the loop, and it can wait for the result.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, OnceLock, mpsc};

use crate::abort_handle::AbortHandle;
use crate::event_loop::{self, EventLoop};
use crate::inbox::{Inbox, News};
use crate::join_error::JoinError;
use crate::ready::{self, Entry, callback};

/// A handle on a loop that may be sent to other threads. Handles of a loop that is gone do nothing.
#[derive(Clone)]
pub struct LoopHandle {
    inbox: Arc<Inbox>,
}

/// The handle of the loop that runs on this thread.
///
/// # Panics
///
/// Outside of a running loop; before it runs, use [`EventLoop::handle`].
#[track_caller]
pub fn handle() -> LoopHandle {
    LoopHandle { inbox: Arc::clone(&event_loop::running("handle()").ready.inbox) }
}

impl EventLoop {
    /// The handle of this loop.
    pub fn handle(&self) -> LoopHandle {
        LoopHandle { inbox: Arc::clone(&self.state.ready.inbox) }
    }
}

impl LoopHandle {
    /// Calls `call` on the loop's thread, as soon as the loop comes to it; if it waits, it stops
    /// waiting. asyncio: `loop.call_soon_threadsafe`.
    #[doc(alias = "call_soon")]
    pub fn call_soon_threadsafe(&self, call: impl FnOnce() + Send + 'static) {
        match ready::at_home() {
            // On the loop's own thread there is nobody to wake, and the order with other callbacks
            // is kept.
            Some(queue) if Arc::ptr_eq(&queue.inbox, &self.inbox) => {
                queue.push(Entry::Callback(callback(call)));
            }
            _ => self.inbox.put(News::Call(Box::new(call))),
        }
    }

    /// Lets the turn that is under way be the last. asyncio:
    /// `loop.call_soon_threadsafe(loop.stop)`.
    pub fn stop(&self) {
        self.call_soon_threadsafe(crate::stop);
    }

    /// Makes a task of a future, on the loop's thread. asyncio: `asyncio.run_coroutine_threadsafe`.
    #[track_caller]
    #[doc(alias = "run_coroutine_threadsafe")]
    pub fn spawn<F>(&self, future: F) -> RemoteTask<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let place = Location::caller();
        let (sender, result) = mpsc::sync_channel(1);
        let task = Arc::new(OnceLock::new());
        let born = Arc::clone(&task);
        self.call_soon_threadsafe(move || {
            let state = event_loop::running("LoopHandle::spawn()");
            let handle = state.spawn(None, place, future);
            // Nobody else sets it.
            let _ = born.set(handle.abort_handle());
            let hand_over = async move {
                // Nobody may wait for the result any more.
                let _ = sender.send(handle.await);
            };
            drop(state.spawn(Some("hand-over"), place, hand_over));
        });
        RemoteTask { result, task, handle: self.clone() }
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopHandle").finish_non_exhaustive()
    }
}

/// A task that was spawned from another thread. asyncio: the `concurrent.futures.Future` of
/// `run_coroutine_threadsafe`.
///
/// Dropping it leaves the task as it is.
#[must_use = "dropping it detaches the task; bind it to `_` if that is meant"]
pub struct RemoteTask<T> {
    result: mpsc::Receiver<Result<T, JoinError>>,
    /// Known once the loop has made the task.
    task: Arc<OnceLock<AbortHandle>>,
    handle: LoopHandle,
}

impl<T> RemoteTask<T> {
    /// Blocks this thread until the task is over. If the loop is dropped before, the task was
    /// cancelled.
    ///
    /// # Errors
    ///
    /// As awaiting a [`JoinHandle`](crate::JoinHandle).
    ///
    /// # Panics
    ///
    /// On the loop's own thread, which would wait for itself for ever.
    #[track_caller]
    pub fn join(self) -> Result<T, JoinError> {
        let own = matches!(ready::at_home(), Some(queue) if Arc::ptr_eq(&queue.inbox, &self.handle.inbox));
        assert!(!own, "RemoteTask::join() on the loop's own thread would block the loop that it waits for");
        self.result.recv().unwrap_or(Err(JoinError::Cancelled))
    }

    /// Asks that the task be stopped, as [`JoinHandle::abort`](crate::JoinHandle::abort) does.
    pub fn abort(&self) {
        let task = Arc::clone(&self.task);
        // By way of the inbox, on whatever thread: so it comes after the call that makes the task.
        self.handle.inbox.put(News::Call(Box::new(move || {
            if let Some(task) = task.get() {
                task.abort();
            }
        })));
    }
}

impl<T> fmt::Debug for RemoteTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteTask").field("task", &self.task.get()).finish_non_exhaustive()
    }
}
