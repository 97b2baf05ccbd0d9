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
pub(crate) mod request;
pub(crate) mod stand;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::abort_handle::AbortHandle;
use crate::event_loop;
use crate::inspect::names::Spot;
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
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
    /// 5. Where tasks wait for each other in a circle, there comes one that could only ask somebody who waits
    ///    for its own answer. Then one of the two is dropped, and the circle comes to its end.
    ///
    /// # Panics
    ///
    /// Outside of the running loop that the task is of.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let state = event_loop::running("JoinHandle::cancel()");
        !self.is_finished() && state.cancel_of(&self.abort_handle())
    }

    /// As [`cancel`](Self::cancel), by a wait of the running task that has heard a request itself, and waits
    /// on for this task's answer.
    pub(crate) fn pass_on(&self) {
        if let Some(state) = event_loop::running_if_any()
            && !self.is_finished()
        {
            state.pass_on(self.key());
        }
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
