//! `wait_for`: a task with a time limit, after which it is cancelled and may clean up.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Bell, IntoTask, watch_one};
use crate::cancel::stand::Stand;
use crate::event_loop;
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;
use crate::time::sleep::{Sleep, sleep};
use crate::time::timeout::Elapsed;

/// Waits for a task, but no longer than `limit` (one of zero still lets it begin): then it is
/// [cancelled](JoinHandle::cancel), and this goes on waiting until it is over, clean-up included.
/// asyncio: `asyncio.wait_for`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, EventLoop, now, sleep, wait_for};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let before = now();
///     let late = wait_for(Duration::from_secs(3), sleep(Duration::from_secs(5))).await;
///     assert!(late.is_err());
///     assert_eq!(now().since(before), Duration::from_secs(3));
/// });
/// # Ok(())
/// # }
/// ```
///
/// The cheaper [`timeout`](crate::timeout) needs no task, and drops what it waits for: nothing of
/// it goes on, and no clean-up can wait.
///
/// # Errors
///
/// [`Elapsed`] if the limit came first and the task ended by being cancelled. One that has a result all the
/// same gives that. The inner error is what awaiting the handle says: [`JoinError::Cancelled`] also if it was
/// the waiting task that was cancelled, and the task did not refuse. (asyncio's answer to a task that refuses
/// differs: until 3.11 the waiter is cancelled, since then it has the result, as here.) If the task was over
/// when the waiter was cancelled, its result is given, and the waiter is told at its next await.
///
/// # Panics
///
/// Outside of a running loop, or of the one that the task is of: from there it could not be cancelled.
#[track_caller]
pub fn wait_for<C>(limit: Duration, child: C) -> WaitFor<C::Output>
where
    C: IntoTask<Output: 'static>,
{
    let handle = child.into_task();
    let state = event_loop::running("wait_for()");
    assert!(handle.is_of(&state.ready.inbox), "wait_for() of a task of another loop than the one that runs");
    let (over, bell) = (Rc::new(Cell::new(false)), Rc::new(Bell::default()));
    let noted = Rc::clone(&over);
    let watch = watch_one(&handle, &bell, move || noted.set(true));
    let (limit, stand, place) = (Some(sleep(limit)), Stand::default(), Spot::here());
    WaitFor { handle, _watch: watch, over, bell, limit, was_cancelled: false, stand, place }
}

/// The future of [`wait_for`].
#[must_use = "the task runs, but its limit is forgotten unless you `.await` it"]
pub struct WaitFor<T> {
    handle: JoinHandle<T>,
    _watch: Watch<T>,
    /// Whether the watcher has said that the task is over: with asyncio's wake-ups it does so a turn
    /// later, as everybody's does.
    over: Rc<Cell<bool>>,
    bell: Rc<Bell>,
    /// Nothing any more once the task was cancelled, for whatever reason.
    limit: Option<Sleep>,
    /// Whether the reason is that the waiting task was.
    was_cancelled: bool,
    stand: Stand,
    place: Spot,
}

impl<T> Future for WaitFor<T> {
    type Output = Result<Result<T, JoinError>, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut over = this.over.get();
        if this.stand.take_request() {
            // If it is over, the result is there, whether or not the watcher has said so.
            over |= this.handle.is_finished();
            if over && let Some(state) = event_loop::running_if_any() {
                state.cancel_what_is_left();
            }
            this.was_cancelled = true;
            this.limit = None;
            this.handle.pass_on();
        }
        if !over
            && let Some(limit) = &mut this.limit
            && Pin::new(limit).poll(cx).is_ready()
        {
            over = this.handle.is_finished();
            if !over {
                this.limit = None;
                this.handle.cancel();
            }
        }
        if over {
            this.stand.leave();
            let result = this.handle.expect_result();
            let by_limit = this.limit.is_none() && !this.was_cancelled;
            return Poll::Ready(match result {
                Err(JoinError::Cancelled) if by_limit => Err(Elapsed),
                result => Ok(result),
            });
        }
        this.bell.listen(cx, Awaiting::Task(this.handle.id()), this.place);
        this.stand.listen(cx);
        Poll::Pending
    }
}

impl<T> fmt::Debug for WaitFor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitFor").field(&self.handle).finish()
    }
}
