//! Cancellation as asyncio has it: an error that a task sees at its `.await`, and may clean up
//! after.
//!
//! [`JoinHandle::abort`] drops a task's future. That is the Rust way, and it is certain: a future
//! that is not there cannot go on. But a destructor cannot `.await`, so a task that is dropped
//! cannot say goodbye to its peer, wait for its children, or refuse.
//!
//! | | [`abort`](JoinHandle::abort): dropping | [`cancel`](JoinHandle::cancel): throwing |
//! |---|---|---|
//! | what the task sees | nothing: its destructors run | `Err(Cancelled)` at a [`cancellable`] await |
//! | clean-up that waits | impossible | as much as it likes |
//! | going on all the same | impossible | possible: a request, not an order |
//! | who hears of it first | the task itself | what the task waits for, then the task |
//! | delivered | in the task's next turn | the same |
//!
//! [`cancel`](JoinHandle::cancel) does what asyncio's does, turn by turn:
//!
//! 1. What the task waits for is cancelled first: a task that it joins, the children of its
//!    [`gather`](crate::gather), a [`Deferred`](crate::Deferred). The task hears of it when that is
//!    over, as a result like any other.
//! 2. If it waits for something else, it is told in its own next step. Where it stands in a
//!    [`cancellable`] await, that await ends with [`Cancelled`], the innermost if there are
//!    several. Where it does not, nobody would hear: its future is dropped, as by `abort`.
//! 3. Before its first step the task stands nowhere, so its body never runs.
//! 4. If it asks for it itself, and then returns without another await, it counts as cancelled.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Wake};

use pin_project_lite::pin_project;

use crate::abort_handle::AbortHandle;
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;

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

/// Who is to hear of a task's cancellation before the task itself does.
#[derive(Clone)]
pub(crate) enum Target {
    /// The task that it joins.
    Task(TaskKey),
    /// The children that it gathers.
    Tasks(Rc<[TaskKey]>),
    /// Something that is set from outside.
    Other(Rc<dyn CancelFirst>),
}

/// Something that can be cancelled in place of the task that waits for it.
pub(crate) trait CancelFirst {
    /// Says whether there was anything to cancel.
    fn cancel(&self) -> bool;
}

/// What a task's slot keeps of its cancellation.
#[derive(Default)]
pub(crate) struct Cancellation {
    /// How many requests the task has heard of or is about to. asyncio: `_num_cancels_requested`.
    requests: u32,
    /// Whether one has yet to be told. asyncio: `_must_cancel`.
    untold: bool,
    /// Who hears of it first. asyncio: `_fut_waiter`.
    target: Option<Target>,
    /// The innermost [`cancellable`] await at which the task stands, by its number.
    catcher: Option<u32>,
    /// The one that is told in the step under way.
    telling: Option<u32>,
    last_number: u32,
}

impl Cancellation {
    /// A step begins, so the task stands nowhere until its next `Pending`. Says whether it is to be
    /// dropped instead, because nobody in it would hear.
    pub(crate) fn step_begins(&mut self) -> bool {
        self.target = None;
        let catcher = self.catcher.take();
        self.telling = if self.untold { catcher } else { None };
        self.untold && catcher.is_none()
    }

    pub(crate) fn is_untold(&self) -> bool {
        self.untold
    }

    /// Whether the await of this number is the one to be told. It is told once.
    fn tell(&mut self, number: u32) -> bool {
        let told = self.telling == Some(number);
        if told {
            self.telling = None;
            self.untold = false;
        }
        told
    }
}

impl LoopState {
    /// Asks that a task be cancelled. Says whether there was anything to cancel.
    pub(crate) fn cancel(&self, task: TaskKey) -> bool {
        if self.ending.get() == Some(task) {
            return false;
        }
        let target = self.tasks.cancellation(task, |cancellation| {
            cancellation.requests += 1;
            cancellation.target.clone()
        });
        // The task is over.
        let Some(target) = target else { return false };
        let passed_on = match target {
            None => false,
            Some(Target::Task(other)) => self.cancel(other),
            Some(Target::Tasks(children)) => self.cancel_all(&children),
            Some(Target::Other(other)) => other.cancel(),
        };
        if !passed_on {
            self.tasks.cancellation(task, |cancellation| cancellation.untold = true);
            if let Some(waker) = self.tasks.waker(task) {
                waker.wake();
            }
        }
        true
    }

    /// The same for several: whether there was anything to cancel in any of them.
    pub(crate) fn cancel_all(&self, tasks: &[TaskKey]) -> bool {
        let mut any = false;
        for task in tasks {
            any |= self.cancel(*task);
        }
        any
    }

    /// The running task is about to wait for something that is to be cancelled in its place. The
    /// first to say so in a step is the innermost, and counts.
    pub(crate) fn pass_cancellation_to(&self, target: Target) {
        if let Some(task) = self.narrator().task_key() {
            // Whatever it replaces is dropped here, outside of the table.
            let _late = self.tasks.cancellation(task, |cancellation| {
                if cancellation.target.is_some() {
                    return Some(target);
                }
                cancellation.target = Some(target);
                None
            });
        }
    }

    /// The running task has dealt with one request. Says how many are left.
    pub(crate) fn uncancel(&self) -> u32 {
        let left = self.running_cancellation(|cancellation| {
            cancellation.requests = cancellation.requests.saturating_sub(1);
            // Once the last is taken back, there is nothing left to tell.
            cancellation.untold &= cancellation.requests > 0;
            cancellation.requests
        });
        left.unwrap_or(0)
    }

    /// Whether the running task was asked to stop and has not been told.
    fn is_untold(&self) -> bool {
        self.narrator().task_key().is_some_and(|task| self.tasks.is_untold(task))
    }

    /// The running task's cancellation, for the futures in it.
    fn running_cancellation<R>(&self, look: impl FnOnce(&mut Cancellation) -> R) -> Option<R> {
        self.tasks.cancellation(self.narrator().task_key()?, look)
    }
}

/// The result of the running task, which is about to end. If it was asked to stop in this very step,
/// by itself as it were, there is no further await to tell it at, and it counts as cancelled all the
/// same; an error stays an error. asyncio: `_must_cancel`, at the end of `Task.__step`.
pub(crate) fn unless_untold<T>(result: Result<T, JoinError>) -> Result<T, JoinError> {
    match event_loop::running_if_any() {
        Some(state) if result.is_ok() && state.is_untold() => Err(JoinError::Cancelled),
        _ => result,
    }
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
    Cancellable { future: future.into_future(), catch: Catch::default() }
}

/// One point in a task at which it can be told.
#[derive(Debug, Default)]
pub(crate) struct Catch {
    /// Its number in the task, once the task stands there.
    number: Option<u32>,
}

impl Catch {
    /// To be asked before each poll of what is awaited: whether the task is told here and now.
    pub(crate) fn is_told(&self) -> bool {
        let (Some(number), Some(state)) = (self.number, event_loop::running_if_any()) else { return false };
        state.running_cancellation(|cancellation| cancellation.tell(number)).unwrap_or(false)
    }

    /// To be said after each poll that came to `Pending`: the task stands here. The first to say so
    /// in a step is the innermost, and counts.
    pub(crate) fn stand(&mut self, cx: &Context<'_>) {
        let Some(state) = event_loop::running_if_any() else { return };
        let untold = state.running_cancellation(|cancellation| {
            let number = *self.number.get_or_insert_with(|| {
                cancellation.last_number += 1;
                cancellation.last_number
            });
            cancellation.catcher.get_or_insert(number);
            cancellation.untold
        });
        // It was cancelled when it stood elsewhere, and that place is gone.
        if untold == Some(true) {
            cx.waker().wake_by_ref();
        }
    }
}

pin_project! {
    /// The future of [`cancellable`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Cancellable<F> {
        #[pin]
        future: F,
        catch: Catch,
    }
}

impl<F: Future> Future for Cancellable<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.catch.is_told() {
            return Poll::Ready(Err(Cancelled));
        }
        match this.future.poll(cx) {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending => {
                this.catch.stand(cx);
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
    state.spawn_concluding(None, Location::caller(), future, |output| output.map_err(JoinError::from))
}

impl<T> JoinHandle<T> {
    /// Asks that the task be cancelled, in asyncio's way: see the [module](crate::cancellable) for
    /// what becomes of it. Says whether there was anything to cancel. asyncio: `Task.cancel`.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let state = event_loop::running("JoinHandle::cancel()");
        !self.is_finished() && state.cancel(self.key())
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
    /// Outside of a running loop.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        event_loop::running("AbortHandle::cancel()").cancel(self.key())
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
    state.running_cancellation(|cancellation| cancellation.requests).unwrap_or(0)
}

/// The running task has dealt with one request to be cancelled, and goes on. Says how many are
/// left. asyncio: `current_task().uncancel()`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn uncancel() -> u32 {
    event_loop::running("uncancel()").uncancel()
}
