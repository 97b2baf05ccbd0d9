//! `timeout`: a future with a time limit.
//!
//! What if the result and the deadline come in the same turn? With direct wake-ups the future is
//! asked first, and its result counts: it is there, so why throw it away? With asyncio's the
//! deadline counts once its entry of the ready queue has run, as asyncio has it: there the entry
//! cancels the task, and a task that is cancelled does not look at results any more.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::instant::Instant;
use super::sleep::Sleep;
use crate::event_loop::{self, LoopState};
use crate::inspect::event::Spot;
use crate::settings::WakeMode;

/// Waits for `future`, but no longer than `limit`: then the future is dropped with the [`Timeout`],
/// and the answer is [`Elapsed`].
///
/// A future that never yields is never interrupted: the loop has to come round to look at the time.
/// If its result and the deadline come in the same turn, the result counts; with asyncio's way to
/// wake, the deadline does, as in asyncio. Limits may be nested: each answers for its own. asyncio:
/// `asyncio.timeout`, which throws into the task instead; for that see
/// [`wait_for`](crate::wait_for).
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
    Timeout { future: future.into_future(), limit: Limit::new(state, deadline, Spot::here()) }
}

/// As [`timeout`], with a moment on the loop's clock for a limit. asyncio: `asyncio.timeout_at`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    let state = event_loop::running("timeout_at()");
    Timeout { future: future.into_future(), limit: Limit::new(state, deadline, Spot::here()) }
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

/// A time limit at work on somebody's future.
#[derive(Debug)]
struct Limit {
    sleep: Sleep,
    /// With asyncio's wake-ups: remembers whether the deadline's entry has run.
    rung: Option<Arc<Remembering>>,
}

impl Limit {
    fn new(state: Rc<LoopState>, deadline: Instant, place: Spot) -> Self {
        Limit { sleep: Sleep::new(state, Some(deadline), place), rung: None }
    }

    /// To be asked before the future is: whether it is not to be asked any more.
    fn is_over(&self) -> bool {
        self.rung.as_ref().is_some_and(|rung| rung.called.load(Ordering::Acquire))
    }

    /// To be asked after the future has said that it is pending: whether its time is up.
    fn comes(&mut self, cx: &mut Context<'_>) -> bool {
        // What the task waits for is what the future said; the limit only says how long.
        let (awaiting, place) = self.sleep.state.awaiting();
        let over = self.poll(cx);
        if let Some(place) = place {
            self.sleep.state.awaits(awaiting, place);
        }
        over
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        if self.sleep.state.ready.mode == WakeMode::Direct {
            return Pin::new(&mut self.sleep).poll(cx).is_ready();
        }
        let rung = self.rung.get_or_insert_with(|| Remembering::new(cx.waker()));
        if rung.set_waker(cx.waker()) && !self.sleep.is_over() {
            // The timer is armed anew, in the name of the task that waits now.
            self.sleep.disarm();
        }
        let waker = Waker::from(Arc::clone(rung));
        // It may say that the deadline is past before the deadline's entry has had its turn.
        let _ = Pin::new(&mut self.sleep).poll(&mut Context::from_waker(&waker));
        self.is_over()
    }
}

/// A waker that knows whether it was called. It stays the same when another task comes to wait: the
/// call may be under way.
#[derive(Debug)]
struct Remembering {
    /// Whom it wakes. Behind a lock, because any waker must be able to travel: nobody ever waits for it.
    waker: Mutex<Arc<Waker>>,
    called: AtomicBool,
}

impl Remembering {
    fn new(waker: &Waker) -> Arc<Self> {
        let waker = Mutex::new(Arc::new(waker.clone()));
        Arc::new(Remembering { waker, called: AtomicBool::new(false) })
    }

    /// From now on it wakes this one. Says whether that is another than before.
    fn set_waker(&self, waker: &Waker) -> bool {
        let is_another = !self.waker().will_wake(waker);
        if is_another {
            // Wakers are foreign code: none is cloned, called or dropped under the lock.
            let waker = Arc::new(waker.clone());
            let _before = mem::replace(&mut *self.lock(), waker);
        }
        is_another
    }

    fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Remembering {
    fn wake(self: Arc<Self>) {
        self.called.store(true, Ordering::Release);
        self.waker().wake_by_ref();
    }
}

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

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.limit.is_over() {
            return Poll::Ready(Err(Elapsed));
        }
        if let Poll::Ready(value) = this.future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        if this.limit.comes(cx) { Poll::Ready(Err(Elapsed)) } else { Poll::Pending }
    }
}

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
        let (expired, moved) = (Cell::new(false), Cell::new(false));
        Deadline { shared: Rc::new(Shared { state, when, expired, moved, waker: RefCell::default() }) }
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

    /// Moves it, or takes it away. It is too late for a limit that has [expired](Self::is_expired).
    /// asyncio: `Timeout.reschedule`.
    pub fn reschedule(&self, when: Option<Instant>) {
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
    /// Otherwise as [`timeout`].
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if the limit came first.
    #[track_caller]
    pub fn enforce<F: IntoFuture>(&self, future: F) -> Enforce<F::IntoFuture> {
        let (future, place) = (future.into_future(), Spot::here());
        let mut limit = None;
        self.shared.moved.set(true);
        self.follow(&mut limit, place);
        Enforce { future, deadline: self.clone(), limit, place }
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
    }
}

impl<F: Future> Future for Enforce<F> {
    type Output = Result<F::Output, Elapsed>;

    /// The three questions of [`Timeout`], with a look before and after the future at whether the
    /// limit was moved.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Whoever moves the limit from inside of the future need not wake it: it is at work, and
        // looks at the limit when it is done.
        let before = this.deadline.shared.waker.take();
        drop(before);
        this.deadline.follow(this.limit, *this.place);
        if this.limit.as_ref().is_some_and(Limit::is_over) {
            return this.deadline.expire(this.limit);
        }
        if let Poll::Ready(value) = this.future.poll(cx) {
            // The timer goes now, and not when whoever awaits lets go of this.
            *this.limit = None;
            return Poll::Ready(Ok(value));
        }
        this.deadline.follow(this.limit, *this.place);
        if this.limit.as_mut().is_some_and(|limit| limit.comes(cx)) {
            return this.deadline.expire(this.limit);
        }
        let before = this.deadline.shared.waker.replace(Some(cx.waker().clone()));
        drop(before);
        Poll::Pending
    }
}

impl Deadline {
    /// Exchanges the limit at work if the deadline was moved.
    fn follow(&self, limit: &mut Option<Limit>, place: Spot) {
        if self.shared.moved.take() {
            *limit = None;
            if let Some(when) = self.when() {
                *limit = Some(Limit::new(Rc::clone(&self.shared.state), when, place));
            }
        }
    }

    fn expire<T>(&self, limit: &mut Option<Limit>) -> Poll<Result<T, Elapsed>> {
        *limit = None;
        self.shared.expired.set(true);
        Poll::Ready(Err(Elapsed))
    }
}
