//! `shield`: a wait that can be cancelled without cancelling what it waits for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::{Bell, IntoTask, watch_one};
use crate::cancel::stand::Stand;
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;

/// Waits for a task and shields it: when the waiting task is [cancelled](JoinHandle::cancel), this
/// await ends with [`JoinError::Cancelled`] and the shielded task goes on. (A plain
/// `handle.await` would hand the request on to it.) asyncio: `asyncio.shield`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, EventLoop, shield, sleep, spawn};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let guest = spawn(async {
///         let mut payment = spawn(async {
///             sleep(Duration::from_secs(3)).await;
///             "paid"
///         });
///         match shield(&mut payment).await {
///             Ok(paid) => paid,
///             // The guest was called away, and the payment was not: there is still something to wait for.
///             Err(_) => payment.await.unwrap(),
///         }
///     });
///     sleep(Duration::from_secs(1)).await;
///     guest.cancel();
///     assert_eq!(guest.await.unwrap(), "paid");
/// });
/// # Ok(())
/// # }
/// ```
///
/// To drop the wait, or to abort who waits, leaves a task alone with or without a shield: dropping
/// a handle never stops its task.
///
/// # Errors
///
/// As awaiting the handle; [`JoinError::Cancelled`] also if it was the wait that was cancelled.
///
/// # Panics
///
/// Outside of a running loop, if there is a future to make a task of.
#[track_caller]
pub fn shield<C>(child: C) -> Shield<C::Output>
where
    C: IntoTask<Output: 'static>,
{
    let handle = child.into_task();
    let bell = Rc::new(Bell::default());
    // One that is over is not waited for.
    let watch = if handle.is_finished() { None } else { Some(watch_one(&handle, &bell, || ())) };
    Shield { handle, _watch: watch, bell, stand: Stand::default(), place: Spot::here() }
}

/// The future of [`shield`].
#[must_use = "the task runs, but its result is lost unless you `.await` it"]
pub struct Shield<T> {
    handle: JoinHandle<T>,
    _watch: Option<Watch<T>>,
    bell: Rc<Bell>,
    stand: Stand,
    place: Spot,
}

impl<T> Future for Shield<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.stand.take_request() {
            self.stand.leave();
            return Poll::Ready(Err(JoinError::Cancelled));
        }
        if self.handle.is_finished() {
            self.stand.leave();
            return Poll::Ready(self.handle.expect_result());
        }
        self.bell.listen(cx, Awaiting::Task(self.handle.id()), self.place);
        self.stand.listen(cx);
        Poll::Pending
    }
}

impl<T> fmt::Debug for Shield<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shield").field(&self.handle).finish()
    }
}
