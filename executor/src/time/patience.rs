//! `Patience`: a time limit that moves along with what it limits.
//!
//! A connection is given a minute for its next request, and with each request the minute begins
//! anew. Arming a timer for each and taking it out again a moment later would be the dearest part
//! of many a request, and for nothing: nearly none of these timers ever fires. So the timer stays
//! where it is when the limit moves to a later time. It fires at the old one, finds that there is
//! time left, and is armed once for the new limit. A busy connection costs one timer a minute, and
//! not one a request. asyncio: `Timeout.reschedule`, which cancels its timer and arms another.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::TimerKey;
use super::instant::Instant;
use super::timeout::Elapsed;
use crate::event_loop::{self, LoopState};
use crate::inspect::names::Spot;
use crate::ready::Wakeup;

/// Waits for one thing after another, for each until a limit of its own: as
/// [`timeout_at`](crate::timeout_at) does, with one timer for all of them.
///
/// The timer may fire while the task waits for something without a limit, or for nothing at all.
/// That is one step of the task in vain.
pub struct Patience {
    state: Rc<LoopState>,
    armed: Option<Armed>,
    place: Spot,
}

/// The timer, which may have fired since: then its deadline has passed.
struct Armed {
    timer: TimerKey,
    deadline: Instant,
    /// Whom it wakes. A `Sleep` looks that up where the timers are; but this is asked with every request.
    waker: Waker,
}

impl Patience {
    /// Patience without a timer: the first wait that has to wait arms it.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "a default that panics outside of a loop would be a trap")]
    pub fn new() -> Self {
        Patience { state: event_loop::running("Patience::new()"), armed: None, place: Spot::here() }
    }

    /// Waits for `future` until the loop's clock shows `deadline`; then the future is dropped with
    /// the [`Waiting`], and the answer is [`Elapsed`]. The future is asked first, also when the
    /// deadline has passed already. asyncio: `asyncio.timeout_at`.
    #[doc(alias = "reschedule")]
    pub fn wait_until<F: IntoFuture>(&mut self, deadline: Instant, future: F) -> Waiting<'_, F::IntoFuture> {
        Waiting { future: future.into_future(), patience: self, deadline }
    }

    /// Sees to it that the task is woken at `deadline` or before.
    fn wake_by(&mut self, deadline: Instant, waker: &Waker) {
        if let Some(armed) = &self.armed {
            let is_pending = armed.deadline > self.state.turn_time.get();
            if is_pending && armed.deadline <= deadline && armed.waker.will_wake(waker) {
                return;
            }
        }
        self.disarm();
        let wakeup = Wakeup::Task(self.state.narrator().task(), waker.clone());
        let timer = self.state.arm_timer(deadline, wakeup, self.place);
        self.armed = Some(Armed { timer, deadline, waker: waker.clone() });
    }

    fn disarm(&mut self) {
        if let Some(armed) = self.armed.take() {
            self.state.cancel_timer(armed.timer);
        }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.disarm();
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deadline = self.armed.as_ref().map(|armed| armed.deadline);
        f.debug_struct("Patience").field("armed", &deadline).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Patience::wait_until`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Waiting<'a, F> {
        #[pin]
        future: F,
        patience: &'a mut Patience,
        deadline: Instant,
    }
}

impl<F: Future> Future for Waiting<'_, F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(value) = this.future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        // By the turn's time, as the timer is: what wakes the task is never too early for it.
        if *this.deadline <= this.patience.state.turn_time.get() {
            return Poll::Ready(Err(Elapsed));
        }
        this.patience.wake_by(*this.deadline, cx.waker());
        Poll::Pending
    }
}
