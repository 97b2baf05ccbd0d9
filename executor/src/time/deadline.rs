//! `Deadline`: a time limit that can be moved while it is at work.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::instant::Instant;
use super::timeout::Elapsed;
use super::timeout::limit::Limit;
use crate::event_loop::{self, LoopState};
use crate::inspect::names::Spot;

/// A time limit that can be moved while it is at work, also from inside of what it limits. Clones
/// are handles on the same. asyncio: the object behind `async with asyncio.timeout(...) as limit`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{Deadline, now, run, sleep};
/// # fn main() -> Result<(), executor::BuildError> {
/// run(async {
///     let limit = Deadline::after(Duration::from_millis(5));
///     let inside = limit.clone();
///     let answer = limit.enforce(async move {
///         // There is more to do than we thought.
///         inside.reschedule(Some(now() + Duration::from_secs(60)));
///         sleep(Duration::from_millis(10)).await;
///         "done"
///     });
///     assert_eq!(answer.await, Ok("done"));
///     assert!(!limit.is_expired());
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[doc(alias("timeout", "Timeout"))]
pub struct Deadline {
    shared: Rc<Shared>,
}

struct Shared {
    state: Rc<LoopState>,
    when: Cell<Option<Instant>>,
    /// Whether it has been given something to limit.
    enforced: Cell<bool>,
    expired: Cell<bool>,
    /// Whether it was moved since the future at work last looked.
    moved: Cell<bool>,
    /// Wakes the future at work, so that it looks.
    waker: RefCell<Option<Waker>>,
}

impl Deadline {
    #[track_caller]
    fn new(what: &str, when: impl FnOnce(&LoopState) -> Option<Instant>) -> Self {
        let state = event_loop::running(what);
        let when = Cell::new(when(&state));
        let (enforced, expired, moved) = (Cell::new(false), Cell::new(false), Cell::new(false));
        Deadline {
            shared: Rc::new(Shared { state, when, enforced, expired, moved, waker: RefCell::default() }),
        }
    }

    /// A limit of `limit` from now. asyncio: `asyncio.timeout(limit)`.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn after(limit: Duration) -> Self {
        Deadline::new("Deadline::after()", |state| Some(state.now() + limit))
    }

    /// A limit at a moment on the loop's clock, or none as yet. asyncio: `asyncio.timeout_at(when)`.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[doc(alias = "timeout_at")]
    pub fn at(when: Option<Instant>) -> Self {
        Deadline::new("Deadline::at()", |_| when)
    }

    /// When it is. asyncio: `Timeout.when`.
    pub fn when(&self) -> Option<Instant> {
        self.shared.when.get()
    }

    /// Moves it, or takes it away. It is too late for a limit that has [expired](Self::is_expired), or, with
    /// asyncio's way to wake, whose time is up: that ends what it limits all the same. asyncio:
    /// `Timeout.reschedule`, which raises when the limit has expired; one whose time is up, and whose callback
    /// has not run, it still moves.
    pub fn reschedule(&self, when: Option<Instant>) {
        if self.is_expired() {
            return;
        }
        self.shared.when.set(when);
        self.shared.moved.set(true);
        let waker = self.shared.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether it ended what it limited. asyncio: `Timeout.expired`.
    #[doc(alias = "expired")]
    pub fn is_expired(&self) -> bool {
        self.shared.expired.get()
    }

    /// Waits for `future`, but no longer than the limit, wherever that has been moved to meanwhile.
    /// Otherwise as [`timeout`](crate::timeout). asyncio: `async with` it.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if the limit came first.
    ///
    /// # Panics
    ///
    /// If it has been given something to limit before: there is one answer to whether it
    /// [has expired](Self::is_expired). asyncio refuses to enter a `Timeout` twice.
    #[track_caller]
    pub fn enforce<F: IntoFuture>(&self, future: F) -> Enforce<F::IntoFuture> {
        let again = self.shared.enforced.replace(true);
        assert!(!again, "Deadline::enforce(): it has limited something before; make another Deadline");
        let (future, place) = (future.into_future(), Spot::here());
        self.shared.moved.set(false);
        let requests = self.shared.state.requests_of_running();
        let limit = self.limit(place, requests);
        Enforce { future, deadline: self.clone(), limit, place, requests }
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline").field("when", &self.when()).field("expired", &self.is_expired()).finish()
    }
}

pin_project! {
    /// The future of [`Deadline::enforce`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Enforce<F> {
        #[pin]
        future: F,
        deadline: Deadline,
        limit: Option<Limit>,
        place: Spot,
        // How many to be cancelled the task had had before.
        requests: u32,
    }
}

impl<F: Future> Future for Enforce<F> {
    type Output = Result<F::Output, Elapsed>;

    /// The three questions of [`Timeout`](crate::Timeout), with a look before and after the future at
    /// whether the limit was moved.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Whoever moves the limit from inside of the future need not wake it: it is at work, and
        // looks at the limit when it is done.
        let before = this.deadline.shared.waker.take();
        drop(before);
        this.deadline.follow(this.limit, *this.place, *this.requests);
        if this.limit.as_mut().is_some_and(|limit| limit.comes_first(cx)) {
            return this.deadline.expire(this.limit);
        }
        if let Poll::Ready(value) = this.future.poll(cx) {
            // The timer goes now, and not when whoever awaits lets go of this.
            *this.limit = None;
            return Poll::Ready(Ok(value));
        }
        this.deadline.follow(this.limit, *this.place, *this.requests);
        if this.limit.as_mut().is_some_and(|limit| limit.has_come(cx)) {
            return this.deadline.expire(this.limit);
        }
        let before = this.deadline.shared.waker.replace(Some(cx.waker().clone()));
        drop(before);
        Poll::Pending
    }
}

impl Deadline {
    /// Exchanges the limit at work if the deadline was moved, unless its time is up already.
    fn follow(&self, limit: &mut Option<Limit>, place: Spot, requests: u32) {
        if self.shared.moved.take() && !limit.as_ref().is_some_and(Limit::has_rung) {
            *limit = self.limit(place, requests);
        }
    }

    /// A limit for where it is now.
    fn limit(&self, place: Spot, requests: u32) -> Option<Limit> {
        self.when().map(|when| Limit::new(Rc::clone(&self.shared.state), when, place, requests))
    }

    fn expire<T>(&self, limit: &mut Option<Limit>) -> Poll<Result<T, Elapsed>> {
        if let Some(limit) = limit.take() {
            limit.end();
        }
        self.shared.expired.set(true);
        Poll::Ready(Err(Elapsed))
    }
}
