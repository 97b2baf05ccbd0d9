//! The loop, as seen from other threads.
//!
//! A loop belongs to one thread and so does nearly everything in this crate. A [`LoopHandle`] is
//! what may leave it: it can send work to the loop, and it can wait for the result.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::abort_handle::AbortHandle;
use crate::event_loop::{self, EventLoop};
use crate::inbox::{Inbox, News};
use crate::inspect::names::Spot;
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::ready::{self, Entry, callback};
use crate::running;

/// A handle on a loop that may be sent to other threads. Handles of a loop that is gone do nothing.
///
/// Nothing else of a loop may be sent, and the compiler sees to that. asyncio checks in debug mode, at
/// run time, that `call_soon` and its like are called on the loop's own thread; here a program that
/// gets it wrong does not compile:
///
/// ```compile_fail,E0277
/// # use executor::EventLoop;
/// let event_loop = EventLoop::builder().build().unwrap();
/// std::thread::spawn(move || event_loop.spawn(async { 5 }));
/// ```
///
/// ```
/// # use executor::EventLoop;
/// let event_loop = EventLoop::builder().build().unwrap();
/// let handle = event_loop.handle();
/// let other = std::thread::spawn(move || handle.spawn(async || 5).join());
/// # event_loop.block_on(async {});
/// # drop(event_loop);
/// # drop(other.join());
/// ```
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
#[doc(alias("get_running_loop", "get_event_loop"))]
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
        self.call_soon_threadsafe(running::stop);
    }

    /// Makes a task on the loop's thread, of the future that `make` returns there. asyncio:
    /// `asyncio.run_coroutine_threadsafe`.
    ///
    /// What travels is `make`, not the future: a future of this crate (a [`sleep`](crate::sleep), a
    /// socket's) belongs to its loop, needs it running to be made, and cannot be sent to another
    /// thread. A panic of `make` is the task's.
    ///
    /// ```
    /// # use std::{thread, time::Duration};
    /// # use executor::{handle, run, sleep, to_thread};
    /// # fn main() -> Result<(), executor::BuildError> {
    /// async fn add(a: u32, b: u32) -> u32 {
    ///     sleep(Duration::from_millis(1)).await;
    ///     a + b
    /// }
    ///
    /// let sum = run(async {
    ///     let event_loop = handle();
    ///     let other_thread = to_thread(move || event_loop.spawn(|| add(2, 3)).join());
    ///     other_thread.await.expect("the thread does not panic")
    /// })?;
    /// assert_eq!(sum.expect("adding does not panic"), 5);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    #[doc(alias = "run_coroutine_threadsafe")]
    pub fn spawn<M, F>(&self, make: M) -> RemoteTask<F::Output>
    where
        M: FnOnce() -> F + Send + 'static,
        F: Future + 'static,
        F::Output: Send,
    {
        let place = Spot::here();
        let (sender, result) = mpsc::sync_channel(1);
        let over = Arc::new(AtomicBool::new(false));
        let promise = Promise { sender, over: Arc::clone(&over) };
        let task = Arc::new(OnceLock::new());
        let born = Arc::clone(&task);
        self.call_soon_threadsafe(move || {
            let state = event_loop::running("LoopHandle::spawn()");
            let handle = state.spawn(None, place, async move { make().await });
            // Nobody else sets it.
            let _ = born.set(handle.abort_handle());
            let hand_over = HandOver { task: handle.another(), promise };
            handle.watch(Box::new(move || drop(hand_over))).leave();
        });
        RemoteTask { result, over, task, handle: self.clone() }
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopHandle").finish_non_exhaustive()
    }
}

/// The loop's end of a [`RemoteTask`]. If it is dropped without a result, the task was cancelled.
struct Promise<T> {
    sender: mpsc::SyncSender<Result<T, JoinError>>,
    over: Arc<AtomicBool>,
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

/// Keeps the promise when it is dropped: in the callback that hears of the task's end, or with that
/// callback, if the loop ends before it comes to it.
struct HandOver<T> {
    task: JoinHandle<T>,
    promise: Promise<T>,
}

impl<T> Drop for HandOver<T> {
    fn drop(&mut self) {
        let result = self.task.take_result().unwrap_or(Err(JoinError::Cancelled));
        // Nobody may wait for it any more.
        let _ = self.promise.sender.send(result);
    }
}

/// A task that was spawned from another thread. asyncio: the `concurrent.futures.Future` of
/// `run_coroutine_threadsafe`.
///
/// Dropping it leaves the task as it is.
#[must_use = "dropping it detaches the task; bind it to `_` if that is meant"]
#[doc(alias = "wrap_future")]
pub struct RemoteTask<T> {
    result: mpsc::Receiver<Result<T, JoinError>>,
    over: Arc<AtomicBool>,
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
    #[doc(alias = "result")]
    pub fn join(self) -> Result<T, JoinError> {
        self.refuse_at_home("RemoteTask::join()");
        self.result.recv().unwrap_or(Err(JoinError::Cancelled))
    }

    /// As [`join`](Self::join), but for `limit` at the most, by this thread's clock. asyncio:
    /// `future.result(timeout=...)`.
    ///
    /// # Errors
    ///
    /// The task itself, if it is not over by then: it goes on, and can be joined again or aborted.
    ///
    /// # Panics
    ///
    /// On the loop's own thread, which would wait for itself.
    #[track_caller]
    pub fn join_timeout(self, limit: Duration) -> Result<Result<T, JoinError>, Self> {
        self.refuse_at_home("RemoteTask::join_timeout()");
        match self.result.recv_timeout(limit) {
            Ok(result) => Ok(result),
            Err(RecvTimeoutError::Disconnected) => Ok(Err(JoinError::Cancelled)),
            Err(RecvTimeoutError::Timeout) => Err(self),
        }
    }

    #[track_caller]
    fn refuse_at_home(&self, what: &str) {
        let own = matches!(ready::at_home(), Some(queue) if Arc::ptr_eq(&queue.inbox, &self.handle.inbox));
        assert!(!own, "{what} on the loop's own thread would block the loop that it waits for");
    }

    /// Whether the task is over: then joining it does not wait. asyncio: `future.done()`.
    #[doc(alias = "done")]
    pub fn is_finished(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Asks that the task be stopped, as [`JoinHandle::abort`](crate::JoinHandle::abort) does. asyncio:
    /// `future.cancel()`.
    #[doc(alias = "cancel")]
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
        f.debug_struct("RemoteTask")
            .field("task", &self.task.get())
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
