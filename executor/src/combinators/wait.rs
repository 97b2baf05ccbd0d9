//! `wait`: until the first of several tasks is over, or all of them, or some time has passed.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Bell, IntoTask, into_tasks, watch_each};
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;
use crate::running::now;
use crate::time::sleep::{Sleep, sleep_until};

/// When a [`wait`] is over. asyncio: `return_when`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "return_when")]
pub enum When {
    /// When one task is over, in whatever way. asyncio: `FIRST_COMPLETED`.
    FirstCompleted,
    /// When one has panicked (or, with [`try_wait`], returned an error), or all are over.
    /// Cancellation does not count. asyncio: `FIRST_EXCEPTION`.
    FirstError,
    /// When all are over. asyncio: `ALL_COMPLETED`.
    AllCompleted,
}

/// Waits until enough of these tasks are over, and gives their handles back in two parts: those
/// that are done, whose results are there, and those that are pending. Nothing is cancelled, also
/// not by the [time limit](Wait::limit). asyncio: `asyncio.wait`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, EventLoop, When, sleep, wait};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let minutes = |count: u64| sleep(Duration::from_secs(60 * count));
///     let (done, pending) = wait([minutes(5), minutes(3)], When::FirstCompleted).await;
///     assert_eq!((done.len(), pending.len()), (1, 1));
///     // The other one goes on, and its handle is here to wait for it.
///     for task in pending {
///         assert!(task.await.is_ok());
///     }
/// });
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Without any task; outside of a running loop, if there are futures to make tasks of.
#[track_caller]
#[doc(alias("FIRST_COMPLETED", "ALL_COMPLETED"))]
pub fn wait<C>(children: impl IntoIterator<Item = C>, when: When) -> Wait<C::Output>
where
    C: IntoTask<Output: 'static>,
{
    Wait::new(into_tasks(children), when, |result| matches!(result, Err(JoinError::Panicked(_))))
}

/// As [`wait`], for tasks that return a `Result`: for [`When::FirstError`], an error counts as much
/// as a panic. asyncio: `asyncio.wait`.
///
/// # Panics
///
/// As [`wait`].
#[track_caller]
#[doc(alias("wait", "FIRST_EXCEPTION"))]
pub fn try_wait<C, T, E>(children: impl IntoIterator<Item = C>, when: When) -> Wait<Result<T, E>>
where
    C: IntoTask<Output = Result<T, E>>,
    T: 'static,
    E: 'static,
{
    Wait::new(into_tasks(children), when, |result| matches!(result, Ok(Err(_)) | Err(JoinError::Panicked(_))))
}

/// The future of [`wait`] and [`try_wait`]: the handles of those that are done, and of those that
/// are pending, both in the order in which they were given.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Wait<T> {
    handles: Vec<JoinHandle<T>>,
    _watches: Vec<Watch<T>>,
    enough: Rc<Cell<bool>>,
    bell: Rc<Bell>,
    limit: Option<Sleep>,
    place: Spot,
}

impl<T: 'static> Wait<T> {
    #[track_caller]
    fn new(handles: Vec<JoinHandle<T>>, when: When, fails: fn(&Result<T, JoinError>) -> bool) -> Self {
        assert!(!handles.is_empty(), "wait() needs at least one task to wait for");
        let enough = Rc::new(Cell::new(false));
        let bell = Rc::new(Bell::default());
        let left = Cell::new(handles.len());
        let noted = Rc::clone(&enough);
        let children: Vec<JoinHandle<T>> = handles.iter().map(JoinHandle::another).collect();
        let watcher = move |position: usize| {
            left.set(left.get() - 1);
            let is_enough = match when {
                When::FirstCompleted => true,
                When::FirstError => children[position].peek(fails) == Some(true),
                When::AllCompleted => false,
            };
            if is_enough || left.get() == 0 {
                noted.set(true);
            }
            noted.get()
        };
        let watcher: Rc<dyn Fn(usize) -> bool> = Rc::new(watcher);
        let held = watch_each(&handles, &bell, &watcher);
        Wait { handles, _watches: held, enough, bell, limit: None, place: Spot::here() }
    }

    /// Ends the wait after `limit` as well, counted from this call, with whatever is done by then.
    /// asyncio: `asyncio.wait(..., timeout=...)`.
    ///
    /// # Panics
    ///
    /// Outside of a running loop.
    #[track_caller]
    pub fn limit(mut self, limit: Duration) -> Self {
        // A timer, even for a limit of zero: a sleep of zero would not let anybody begin.
        self.limit = Some(sleep_until(now() + limit));
        self
    }
}

impl<T> Future for Wait<T> {
    type Output = (Vec<JoinHandle<T>>, Vec<JoinHandle<T>>);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let late = match &mut this.limit {
            Some(limit) => Pin::new(limit).poll(cx).is_ready(),
            None => false,
        };
        if !this.enough.get() && !late {
            this.bell.listen(cx, Awaiting::Wait, this.place);
            return Poll::Pending;
        }
        let (mut done, mut pending) = (Vec::new(), Vec::new());
        for handle in this.handles.drain(..) {
            if handle.is_finished() {
                done.push(handle);
            } else {
                pending.push(handle);
            }
        }
        Poll::Ready((done, pending))
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("tasks", &self.handles).finish_non_exhaustive()
    }
}
