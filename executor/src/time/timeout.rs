//! `timeout`: a future with a time limit.
//!
//! What a limit is to a future, and which of the two counts if they come in the same turn, is told in
//! `timeout/limit.rs`. A limit that can be moved while it is at work is a [`Deadline`](crate::Deadline).

pub(super) mod limit;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::instant::Instant;
use crate::event_loop::{self, LoopState};
use crate::inspect::names::Spot;
use limit::Limit;

/// Waits for `future`, but no longer than `limit`: then the future is dropped with the [`Timeout`],
/// and the answer is [`Elapsed`].
///
/// A future that never yields is never interrupted: the loop has to come round to look at the time.
/// If its result and the deadline come in the same turn, the result counts; with asyncio's way to
/// wake, the deadline does, as in asyncio. Limits may be nested: each answers for its own. asyncio:
/// `asyncio.timeout`, which throws into the task instead; for that see
/// [`wait_for`](crate::wait_for).
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, Elapsed, EventLoop, sleep, timeout};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let coffee = async {
///         sleep(Duration::from_secs(5)).await;
///         "coffee"
///     };
///     // The coffee is given up half way, and nobody makes it any more.
///     assert_eq!(timeout(Duration::from_secs(3), coffee).await, Err(Elapsed));
///     assert_eq!(timeout(Duration::from_secs(3), async { "tea" }).await, Ok("tea"));
/// });
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Elapsed`] if the limit came first.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "wait_for")]
pub fn timeout<F: IntoFuture>(limit: Duration, future: F) -> Timeout<F::IntoFuture> {
    let state = event_loop::running("timeout()");
    let deadline = state.now() + limit;
    Timeout::new(future.into_future(), state, deadline, Spot::here())
}

/// As [`timeout`], with a moment on the loop's clock for a limit. asyncio: `asyncio.timeout_at`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    let state = event_loop::running("timeout_at()");
    Timeout::new(future.into_future(), state, deadline, Spot::here())
}

/// The limit came before the result. asyncio: `TimeoutError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "TimeoutError")]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit came before the result")
    }
}

impl std::error::Error for Elapsed {}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        limit: Limit,
    }
}

impl<F> Timeout<F> {
    fn new(future: F, state: Rc<LoopState>, deadline: Instant, place: Spot) -> Self {
        let requests = state.requests_of_running();
        Timeout { future, limit: Limit::new(state, deadline, place, requests) }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.limit.comes_first(cx) {
            this.limit.end();
            return Poll::Ready(Err(Elapsed));
        }
        if let Poll::Ready(value) = this.future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        if this.limit.has_come(cx) {
            this.limit.end();
            return Poll::Ready(Err(Elapsed));
        }
        Poll::Pending
    }
}
