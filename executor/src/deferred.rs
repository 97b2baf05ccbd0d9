//! A value that somebody sets from outside, and that many may wait for. asyncio: `Future`.
//!
//! Everything that waits in asyncio waits for one of these: `sleep` is a future and a timer that
//! sets it, a task *is* a future. Here leaf futures leave their wakers directly where they are
//! needed, and a `Deferred` is what remains: the bridge from code that calls back to code that
//! awaits. (In Rust, `Future` is the name of what can be polled; this is one of the many.)

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::cancel::Cancelled;
use crate::cancel::cancellation::{CancelFirst, Target};
use crate::cancel::stand::Stand;
use crate::event_loop::{self, LoopState};
use crate::inspect::names::{Awaiting, Spot};
use crate::ready::{Entry, callback};

/// A value that is set once, from outside: by another task, by a callback. Clones are handles on
/// the same. asyncio: `asyncio.Future`, `loop.create_future`.
///
/// * Any number of tasks may `.await` it; each gets a clone of the value, and they run in the order
///   in which they began to wait, in the turn after the value was set.
/// * Awaiting one that is set does not wait.
/// * A task that is [cancelled](crate::JoinHandle::cancel) while it waits cancels the `Deferred`,
///   and so everybody else who waits for it, exactly as in asyncio. Where that is not meant, let
///   each wait for its own, or for a task through [`shield`](crate::shield).
///
/// ```
/// # use executor::{Deferred, call_soon, run};
/// # fn main() -> Result<(), executor::BuildError> {
/// let answer = run(async {
///     let deferred = Deferred::new();
///     let theirs = deferred.clone();
///     call_soon(move || theirs.set(42).expect("nobody else sets it"));
///     deferred.await
/// })?;
/// assert_eq!(answer, Ok(42));
/// # Ok(())
/// # }
/// ```
#[doc(alias("Future", "create_future"))]
pub struct Deferred<T> {
    shared: Rc<Shared<T>>,
}

struct Shared<T> {
    state: Rc<LoopState>,
    inner: RefCell<Inner<T>>,
}

struct Inner<T> {
    /// Shared, so that a clone is made of it when nothing is borrowed: how a `T` clones itself is
    /// foreign code.
    outcome: Option<Rc<Result<T, Cancelled>>>,
    /// First come, first served. Few wait for the same value, so a plain list will do.
    waiters: Vec<(u64, Waiter<T>)>,
    last_ticket: u64,
}

enum Waiter<T> {
    Task(Waker),
    Callback(Box<dyn FnOnce(Result<T, Cancelled>)>),
}

impl<T> Inner<T> {
    fn add(&mut self, waiter: Waiter<T>) -> u64 {
        self.last_ticket += 1;
        self.waiters.push((self.last_ticket, waiter));
        self.last_ticket
    }

    fn replace(&mut self, ticket: u64, waiter: Waiter<T>) -> Option<Waiter<T>> {
        let position = self.waiters.iter().position(|(theirs, _)| *theirs == ticket)?;
        Some(mem::replace(&mut self.waiters[position].1, waiter))
    }

    /// Tasks that wait have tickets too, and nobody may take theirs.
    fn remove_callback(&mut self, ticket: u64) -> Option<Waiter<T>> {
        let is_it =
            |(theirs, waiter): &(u64, Waiter<T>)| *theirs == ticket && matches!(waiter, Waiter::Callback(_));
        let position = self.waiters.iter().position(is_it)?;
        Some(self.waiters.remove(position).1)
    }

    fn remove(&mut self, ticket: u64) -> Option<Waiter<T>> {
        let position = self.waiters.iter().position(|(theirs, _)| *theirs == ticket)?;
        Some(self.waiters.remove(position).1)
    }
}

/// Which callback: what [`Deferred::remove_done_callback`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoneCallback(u64);

impl<T: Clone + 'static> Deferred<T> {
    /// One that is not set.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "it needs a running loop, which a default value must not")]
    pub fn new() -> Self {
        let state = event_loop::running("Deferred::new()");
        let inner = Inner { outcome: None, waiters: Vec::new(), last_ticket: 0 };
        Deferred { shared: Rc::new(Shared { state, inner: RefCell::new(inner) }) }
    }

    /// Sets the value. Who waits runs in the next turn. asyncio: `Future.set_result` (and
    /// `set_exception`, if `T` is a `Result`).
    ///
    /// # Errors
    ///
    /// Gives the value back if it is set or cancelled already. asyncio: `InvalidStateError`.
    #[doc(alias("set_result", "set_exception", "InvalidStateError"))]
    pub fn set(&self, value: T) -> Result<(), T> {
        if self.is_done() {
            return Err(value);
        }
        self.shared.settle(Ok(value));
        Ok(())
    }

    /// Cancels it: whoever waits gets [`Cancelled`]. Says whether it was still open. asyncio:
    /// `Future.cancel`.
    pub fn cancel(&self) -> bool {
        self.shared.cancel()
    }

    /// Whether it is set or cancelled. asyncio: `Future.done`.
    #[doc(alias = "done")]
    pub fn is_done(&self) -> bool {
        self.shared.inner.borrow().outcome.is_some()
    }

    /// Whether it was cancelled. asyncio: `Future.cancelled`.
    #[doc(alias = "cancelled")]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.shared.inner.borrow().outcome.as_deref(), Some(Err(Cancelled)))
    }

    /// A clone of the value, or of the news that there will be none; nothing while it is open.
    /// asyncio: `Future.result`.
    #[doc(alias("result", "exception"))]
    pub fn get(&self) -> Option<Result<T, Cancelled>> {
        let outcome = self.shared.inner.borrow().outcome.clone()?;
        Some((*outcome).clone())
    }

    /// Has `call` called with the outcome, as a callback of the turn after it is set; of the next
    /// turn if it is set already. Tasks and callbacks stand in one line. asyncio:
    /// `Future.add_done_callback`.
    pub fn add_done_callback(&self, call: impl FnOnce(Result<T, Cancelled>) + 'static) -> DoneCallback {
        let mut inner = self.shared.inner.borrow_mut();
        let Some(outcome) = inner.outcome.clone() else {
            return DoneCallback(inner.add(Waiter::Callback(Box::new(call))));
        };
        drop(inner);
        self.shared.state.ready.push(Entry::Callback(callback(move || call((*outcome).clone()))));
        DoneCallback(0)
    }

    /// Takes a callback back, and says whether it was still there. asyncio:
    /// `Future.remove_done_callback`.
    pub fn remove_done_callback(&self, which: DoneCallback) -> bool {
        // Dropped at the end of this block, when nothing is borrowed any more.
        let callback = self.shared.inner.borrow_mut().remove_callback(which.0);
        callback.is_some()
    }
}

impl<T: Clone + 'static> Shared<T> {
    fn settle(&self, outcome: Result<T, Cancelled>) {
        let outcome = Rc::new(outcome);
        let mut inner = self.inner.borrow_mut();
        inner.outcome = Some(Rc::clone(&outcome));
        let waiters = mem::take(&mut inner.waiters);
        drop(inner);
        for (_, waiter) in waiters {
            match waiter {
                Waiter::Task(waker) => waker.wake(),
                Waiter::Callback(call) => {
                    let outcome = Rc::clone(&outcome);
                    self.state.ready.push(Entry::Callback(callback(move || call((*outcome).clone()))));
                }
            }
        }
    }
}

impl<T: Clone + 'static> CancelFirst for Shared<T> {
    fn cancel(&self) -> bool {
        let open = self.inner.borrow().outcome.is_none();
        if open {
            self.settle(Err(Cancelled));
        }
        open
    }
}

impl<T> Clone for Deferred<T> {
    fn clone(&self) -> Self {
        Deferred { shared: Rc::clone(&self.shared) }
    }
}

impl<T> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.shared.inner.borrow().outcome.is_some();
        f.debug_struct("Deferred").field("done", &done).finish_non_exhaustive()
    }
}

impl<T: Clone + 'static> IntoFuture for Deferred<T> {
    type Output = Result<T, Cancelled>;
    type IntoFuture = WaitDeferred<T>;

    #[track_caller]
    fn into_future(self) -> WaitDeferred<T> {
        WaitDeferred { deferred: self, ticket: None, stand: Stand::default(), place: Spot::here() }
    }
}

impl<T: Clone + 'static> IntoFuture for &Deferred<T> {
    type Output = Result<T, Cancelled>;
    type IntoFuture = WaitDeferred<T>;

    #[track_caller]
    fn into_future(self) -> WaitDeferred<T> {
        WaitDeferred { deferred: self.clone(), ticket: None, stand: Stand::default(), place: Spot::here() }
    }
}

/// The wait for a [`Deferred`]: what `deferred.await` polls.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct WaitDeferred<T> {
    deferred: Deferred<T>,
    /// Its place among those who wait.
    ticket: Option<u64>,
    /// Whoever cancels the waiting task cancels the `Deferred`.
    stand: Stand,
    place: Spot,
}

impl<T: Clone + 'static> Future for WaitDeferred<T> {
    type Output = Result<T, Cancelled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(outcome) = self.deferred.get() {
            self.stand.leave();
            return Poll::Ready(outcome);
        }
        let shared = Rc::clone(&self.deferred.shared);
        let waker = cx.waker().clone();
        let mut inner = shared.inner.borrow_mut();
        // Polled again, it keeps its place in the line; only the latest waker counts.
        let before = if let Some(ticket) = self.ticket {
            inner.replace(ticket, Waiter::Task(waker))
        } else {
            self.ticket = Some(inner.add(Waiter::Task(waker)));
            None
        };
        drop(inner);
        drop(before);
        shared.state.awaits(Awaiting::Deferred, self.place);
        let first: Rc<dyn CancelFirst> = Rc::clone(&shared) as Rc<dyn CancelFirst>;
        self.stand.pass_to(Target::Other(first));
        Poll::Pending
    }
}

impl<T> Drop for WaitDeferred<T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let waiter = self.deferred.shared.inner.borrow_mut().remove(ticket);
        drop(waiter);
    }
}
