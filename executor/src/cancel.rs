//! Cancellation as asyncio has it: an error that a task sees at its `.await`, and may clean up
//! after.
//!
//! [`JoinHandle::abort`] drops a task's future. That is the Rust way, and it is certain: a future
//! that is not there cannot go on. But a destructor cannot `.await`, so a task that is dropped
//! cannot say goodbye to its peer, wait for its children, or refuse.
//!
//! | | [`abort`](JoinHandle::abort): dropping | [`cancel`](JoinHandle::cancel): throwing |
//! |---|---|---|
//! | what the task sees | nothing: its destructors run | an error at an await that can hear |
//! | clean-up that waits | impossible | as much as it likes |
//! | going on all the same | impossible | possible: a request, not an order |
//! | who is stopped first | the task itself | what the task waits for, then the task |
//! | when | in the task's next turn | the same, or when what was stopped first is over |
//!
//! The rules of [`cancel`](JoinHandle::cancel) stand at the method.

pub(crate) mod cancellation;
pub(crate) mod stand;

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::abort_handle::AbortHandle;
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;
use crate::inspect::event::{Cause, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use cancellation::{Cancellation, Target};
use stand::Stand;

/// What a task's `.await` ends with when the task is cancelled. asyncio: `CancelledError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "CancelledError")]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task was cancelled")
    }
}

impl std::error::Error for Cancelled {}

impl From<Cancelled> for JoinError {
    fn from(_: Cancelled) -> Self {
        JoinError::Cancelled
    }
}

impl LoopState {
    /// Asks that a task be cancelled. Says whether there was anything to cancel.
    pub(crate) fn cancel(&self, task: TaskKey) -> bool {
        let there_was = self.can_be_cancelled(task);
        self.request(task, 1);
        there_was
    }

    /// A step of the task is over that has not told it of a request. If the request came in that step, it is
    /// only now known what the task waits for, and who hears first.
    pub(crate) fn cancel_what_it_came_to(&self, task: TaskKey) {
        self.narrator().because(Cause::Task(task.id));
        if self.tasks.cancellation(task, Cancellation::take_untold) == Some(true) {
            self.request(task, 0);
        } else {
            self.cancel_at_next_step(task);
        }
        self.narrator().because(Cause::Outside);
    }

    /// Passes a request on to whoever hears first, and counts it as so many of the task's own.
    ///
    /// Who hears first may itself wait for somebody else: the request goes along the whole chain, in
    /// a loop and not by recursion, since chains may be long. Tasks that wait for each other in a
    /// circle are each asked once. (asyncio: `RecursionError`.)
    fn request(&self, task: TaskKey, mut count: u32) {
        let mut asked: HashSet<TaskKey> =
            self.who_passes_on().filter(|from| *from != task).into_iter().collect();
        let mut next = vec![task];
        while let Some(task) = next.pop() {
            if !self.can_be_cancelled(task) || !asked.insert(task) {
                continue;
            }
            let is_running = self.narrator().task_key() == Some(task);
            let target = self.tasks.cancellation(task, |cancellation| {
                cancellation.requests += mem::replace(&mut count, 1);
                // A task that runs waits for nothing, whatever it said before.
                if is_running { None } else { cancellation.target() }
            });
            let is_next = |other: &TaskKey| self.can_be_cancelled(*other) && !asked.contains(other);
            let passed_on = match target.flatten() {
                None => false,
                Some(Target::Task(other)) => {
                    next.push(other);
                    is_next(&other)
                }
                Some(Target::Tasks(gathered)) if gathered.is_decided() => false,
                Some(Target::Tasks(gathered)) => {
                    if !gathered.keys.iter().any(|other| self.can_be_cancelled(*other)) {
                        // The gathering has yet to hear that all are over, and will wake the task.
                        self.tasks.cancellation(task, |cancellation| cancellation.untold = true);
                        continue;
                    }
                    // Backwards, because the last in the list is asked first.
                    next.extend(gathered.keys.iter().rev());
                    let any = gathered.keys.iter().any(is_next);
                    gathered.cancelled.set(gathered.cancelled.get() || any);
                    any
                }
                Some(Target::Other(other)) => other.cancel(),
            };
            if passed_on {
                self.tasks.cancellation(task, Cancellation::mark_passed_on);
            } else {
                self.cancel_at_next_step(task);
            }
        }
    }

    /// The running task, if it has heard a request and waits for those that are to answer it: if it cancels
    /// somebody, it passes that on.
    fn who_passes_on(&self) -> Option<TaskKey> {
        let holds = |task: &TaskKey| self.tasks.cancellation(*task, |it| it.held.is_some()) == Some(true);
        self.narrator().task_key().filter(holds)
    }

    /// The same for several: whether there was anything to cancel in any of them.
    pub(crate) fn cancel_all(&self, tasks: &[TaskKey]) -> bool {
        let mut any = false;
        for task in tasks {
            any |= self.cancel(*task);
        }
        any
    }

    /// The same, for a handle that may be of another loop: there, tasks have the same numbers.
    #[track_caller]
    fn cancel_of(&self, handle: &AbortHandle) -> bool {
        assert!(handle.is_of(&self.ready.inbox), "cancel() of a task of another loop than the one that runs");
        self.cancel(handle.key())
    }

    /// Whether the task is there, and its result is not out.
    fn can_be_cancelled(&self, task: TaskKey) -> bool {
        self.ending.get() != Some(task) && self.tasks.waker(task).is_some()
    }

    /// The task itself is told: nobody hears in its place. If it is running, the end of its step
    /// [sees to that](Self::cancel_what_it_came_to).
    pub(crate) fn cancel_at_next_step(&self, task: TaskKey) {
        if self.narrator().task_key() == Some(task) {
            self.tasks.cancellation(task, |cancellation| cancellation.untold = true);
            return;
        }
        let Some(waker) = self.tasks.waker(task).map(Waker::from) else { return };
        // Nearly always the task's own waker has the one that listens polled. But a future that waits for
        // many may poll only those of them whose own waker was called.
        let inner = self.tasks.cancellation(task, Cancellation::mark_untold).flatten();
        if let Some(inner) = inner.filter(|inner| !inner.will_wake(&waker)) {
            inner.wake();
        }
        waker.wake();
    }

    /// The running task ends a wait with something that says nothing of a request. If there is one that was
    /// not taken back, the task is told of it at its next await.
    pub(crate) fn cancel_what_is_left(&self) {
        if let Some(task) = self.narrator().task_key()
            && self.tasks.cancellation(task, |cancellation| cancellation.requests > 0) == Some(true)
        {
            self.cancel_at_next_step(task);
        }
    }

    /// A task has dealt with one request. Says how many are left.
    pub(crate) fn uncancel(&self, task: TaskKey) -> u32 {
        let left = self.tasks.cancellation(task, |cancellation| {
            cancellation.requests = cancellation.requests.saturating_sub(1);
            if cancellation.requests == 0 {
                cancellation.forget_request();
            }
            cancellation.requests
        });
        left.unwrap_or(0)
    }

    /// How many requests the running task has had, but for those that were taken back.
    pub(crate) fn requests_of_running(&self) -> u32 {
        self.narrator().task_key().map_or(0, |task| self.tasks.requests(task))
    }

    /// Whether the running task was asked to stop and has not been told.
    pub(crate) fn is_untold(&self) -> bool {
        self.narrator().task_key().is_some_and(|task| self.tasks.is_untold(task))
    }
}

/// The result of the running task, which is about to end. If it was asked to stop and not told, in this
/// very step as a rule, there is no further await to tell it at, and it counts as cancelled all the same;
/// a panic stays a panic. asyncio: `_must_cancel`, at the end of `Task.__step`. (There an exception stays one
/// too; to [`spawn`](crate::spawn), an `Err` that a task returns is a value like any other.)
#[inline]
pub(crate) fn or_cancelled<T>(result: Result<T, JoinError>) -> Result<T, JoinError> {
    let is_untold = || event_loop::running_if_any().is_some_and(|state| state.is_untold());
    if result.is_ok() && is_untold() { Err(JoinError::Cancelled) } else { result }
}

/// A point at which a task can be told to its face that it is cancelled: the await ends with
/// `Err(Cancelled)`, and what the task does about it is its own affair. asyncio: every `await`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{Cancelled, cancellable, run, sleep, spawn_cancellable, yield_now};
/// # fn main() -> Result<(), executor::BuildError> {
/// run(async {
///     let waiter = spawn_cancellable(async {
///         let woken = cancellable(sleep(Duration::from_secs(3600))).await;
///         // A clean-up that waits: what no destructor can do.
///         sleep(Duration::from_millis(1)).await;
///         woken
///     });
///     yield_now().await;
///     waiter.cancel();
///     assert!(waiter.await.unwrap_err().is_cancelled());
/// })?;
/// # Ok(())
/// # }
/// ```
///
/// The future is dropped with the await that was cancelled; a result that has come in the same turn
/// is dropped with it. Outside of a task it is the future and nothing more.
#[track_caller]
#[doc(alias = "CancelledError")]
pub fn cancellable<F: IntoFuture>(future: F) -> Cancellable<F::IntoFuture> {
    Cancellable { future: future.into_future(), stand: Stand::default() }
}

pin_project! {
    /// The future of [`cancellable`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Cancellable<F> {
        #[pin]
        future: F,
        stand: Stand,
    }
}

impl<F: Future> Future for Cancellable<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.stand.take_request() {
            this.stand.leave();
            return Poll::Ready(Err(Cancelled));
        }
        match this.future.poll(cx) {
            Poll::Ready(value) => {
                this.stand.leave();
                Poll::Ready(Ok(value))
            }
            Poll::Pending => {
                this.stand.listen(cx);
                Poll::Pending
            }
        }
    }
}

/// As [`spawn`](crate::spawn), for a task that answers for its own cancellation: when its future
/// ends with `Err(Cancelled)`, the task counts as cancelled, and whoever joins it sees
/// [`JoinError::Cancelled`].
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "create_task")]
pub fn spawn_cancellable<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, Cancelled>> + 'static,
    T: 'static,
{
    let state = event_loop::running("spawn_cancellable()");
    state.spawn_concluding(None, Spot::here(), future, |output| output.map_err(JoinError::from))
}

impl<T> JoinHandle<T> {
    /// Asks that the task be cancelled, in asyncio's way. Says whether there was anything to cancel. asyncio:
    /// `Task.cancel`, turn by turn:
    ///
    /// 1. What the task waits for is cancelled first: a task that it joins, the children of its
    ///    [`gather`](crate::gather), a [`Deferred`](crate::Deferred). The task hears of it when that is
    ///    over, as a result like any other. (It counts as what the task waits for until the wait is
    ///    dropped, even if the wait was put aside and is polled no more.)
    /// 2. If it waits for something else, it is told in its own next step. Where it stands in an await
    ///    that can hear, that await ends with [`Cancelled`]; the innermost, if there are several. These
    ///    can: [`cancellable`] around any other, [`shield`](crate::shield),
    ///    [`wait_for`](crate::wait_for) and [`task_group`](crate::task_group). Where it stands in none,
    ///    its future is dropped, as by `abort`.
    /// 3. Before its first step the task stands nowhere, so its body never runs.
    /// 4. If it was asked and not told, and returns without another await (it asked for it itself, as a
    ///    rule), it counts as cancelled.
    ///
    /// # Panics
    ///
    /// Outside of the running loop that the task is of.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let state = event_loop::running("JoinHandle::cancel()");
        !self.is_finished() && state.cancel_of(&self.abort_handle())
    }

    /// Whether the task is over because it was cancelled. asyncio: `Task.cancelled`.
    #[doc(alias = "cancelled")]
    pub fn is_cancelled(&self) -> bool {
        self.was_cancelled()
    }
}

impl AbortHandle {
    /// As [`JoinHandle::cancel`]: for whoever is to cancel a task that somebody else awaits, and for
    /// the task [itself](Self::current). asyncio: `Task.cancel`.
    ///
    /// # Panics
    ///
    /// Outside of the running loop that the task is of. From other threads there is
    /// [`abort`](Self::abort), and [`LoopHandle::call_soon_threadsafe`](crate::LoopHandle).
    #[track_caller]
    pub fn cancel(&self) -> bool {
        event_loop::running("AbortHandle::cancel()").cancel_of(self)
    }
}

/// How many requests to be cancelled the running task has had, but for those that it has
/// [taken back](uncancel). asyncio: `current_task().cancelling()`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn cancelling() -> u32 {
    let state = event_loop::running("cancelling()");
    state.requests_of_running()
}

/// The running task has dealt with one request to be cancelled, and goes on. Says how many are
/// left. asyncio: `current_task().uncancel()`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn uncancel() -> u32 {
    let state = event_loop::running("uncancel()");
    state.narrator().task_key().map_or(0, |task| state.uncancel(task))
}
