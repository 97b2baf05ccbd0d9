//! `timeout`: a future with a time limit.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::instant::Instant;
use super::sleep::{Sleep, sleep, sleep_until};

/// Waits for `future`, but no longer than `limit`: then the future is dropped with the [`Timeout`],
/// and the answer is [`Elapsed`].
///
/// The future is asked first: if its result and the deadline come in the same turn, the result
/// counts. (asyncio decides the other way.) A future that never yields is never interrupted: the
/// loop has to come round to look at the time. asyncio: `asyncio.timeout`, `asyncio.wait_for`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "wait_for")]
pub fn timeout<F: IntoFuture>(limit: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout { future: future.into_future(), limit: sleep(limit) }
}

/// As [`timeout`], with a moment on the loop's clock for a limit. asyncio: `asyncio.timeout_at`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout { future: future.into_future(), limit: sleep_until(deadline) }
}

/// The limit came before the result. asyncio: `TimeoutError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        #[pin]
        limit: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(value) = this.future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        let (awaiting, place) = this.limit.narrator().awaiting();
        match this.limit.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(Elapsed)),
            Poll::Pending => {
                // What the task waits for is what the future said; the limit only says how long.
                if let Some(place) = place {
                    this.limit.narrator().awaits(awaiting, place);
                }
                Poll::Pending
            }
        }
    }
}
