//! `gather`: the results of several tasks, by position.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::task_error::TaskError;
use super::{Bell, IntoTask, into_tasks, watch_each};
use crate::cancel::cancellation::{Gathered, Target};
use crate::cancel::stand::Stand;
use crate::event_loop;
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;

/// Waits for all of these tasks and gives what they returned, by position and not in the order in
/// which they end. A task that is cancelled or panics ends the wait at once with that; the others
/// go on, and what becomes of them nobody hears. asyncio: `asyncio.gather`.
///
/// For tasks that return a `Result` see [`try_gather`], to wait for all whatever happens
/// [`gather_results`]. Cancelling the task that gathers cancels all the children, or none if one of
/// them is a task of another loop.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{gather, run, sleep, spawn};
/// # fn main() -> Result<(), executor::BuildError> {
/// async fn make(what: &'static str, millis: u64) -> &'static str {
///     sleep(Duration::from_millis(millis)).await;
///     what
/// }
/// // Both are made at the same time: it takes five milliseconds, not eight.
/// let served = run(async { gather([make("coffee", 5), make("toast", 3)]).await })?;
/// assert_eq!(served.unwrap(), ["coffee", "toast"]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The first [`JoinError`] of a child.
///
/// # Panics
///
/// Outside of a running loop, if there are futures to make tasks of.
#[track_caller]
#[doc(alias = "join_all")]
pub fn gather<C>(
    children: impl IntoIterator<Item = C>,
) -> Gather<C::Output, Result<Vec<C::Output>, JoinError>>
where
    C: IntoTask<Output: 'static>,
{
    Gather::new(&into_tasks(children), Some(Result::is_err), |results| results.into_iter().collect())
}

/// As [`gather`], for tasks that return a `Result`: an error that one of them returns ends the wait
/// as well. asyncio: `asyncio.gather`.
///
/// # Errors
///
/// The first [`TaskError`] of a child.
///
/// # Panics
///
/// As [`gather`].
#[track_caller]
#[doc(alias("gather", "try_join_all"))]
pub fn try_gather<C, T, E>(
    children: impl IntoIterator<Item = C>,
) -> Gather<Result<T, E>, Result<Vec<T>, TaskError<E>>>
where
    C: IntoTask<Output = Result<T, E>>,
    T: 'static,
    E: 'static,
{
    let fails = |result: &Result<Result<T, E>, JoinError>| !matches!(result, Ok(Ok(_)));
    Gather::new(&into_tasks(children), Some(fails), |results| {
        results.into_iter().map(TaskError::flatten).collect()
    })
}

/// As [`gather`], but it waits for all of them whatever happens, and gives results and errors side
/// by side. asyncio: `asyncio.gather(..., return_exceptions=True)`.
///
/// # Panics
///
/// As [`gather`].
#[track_caller]
#[doc(alias("gather", "return_exceptions"))]
pub fn gather_results<C>(
    children: impl IntoIterator<Item = C>,
) -> Gather<C::Output, Vec<Result<C::Output, JoinError>>>
where
    C: IntoTask<Output: 'static>,
{
    Gather::new(&into_tasks(children), None, |results| results)
}

/// Whether a child's result ends the wait at once.
type Fails<T> = fn(&Result<T, JoinError>) -> bool;

/// The future of [`gather`], [`try_gather`] and [`gather_results`]: it waits for tasks that return
/// `T`, and gives `R`.
#[must_use = "the tasks run, but their results are lost unless you `.await` it"]
pub struct Gather<T, R> {
    watches: Vec<Watch<T>>,
    /// What the watchers note. Whoever cancels the gathering task cancels its tasks first.
    gathered: Rc<Gathered>,
    stand: Stand,
    bell: Rc<Bell>,
    /// Makes its result of the children's: of all of them, or of the one that failed.
    conclude: fn(Vec<Result<T, JoinError>>) -> R,
    /// Whether its result can be that it was cancelled.
    can_fail: bool,
    place: Spot,
}

impl<T: 'static, R> Gather<T, R> {
    #[track_caller]
    fn new(
        handles: &[JoinHandle<T>],
        fails: Option<Fails<T>>,
        conclude: fn(Vec<Result<T, JoinError>>) -> R,
    ) -> Self {
        let gathered = Rc::new(Gathered {
            keys: handles.iter().map(JoinHandle::key).collect(),
            left: Cell::new(handles.len()),
            failed: Cell::new(None),
            cancelled: Cell::new(false),
        });
        let bell = Rc::new(Bell::default());
        let noted = Rc::clone(&gathered);
        let children: Vec<JoinHandle<T>> = handles.iter().map(JoinHandle::another).collect();
        let enough = move |position: usize| {
            noted.left.set(noted.left.get() - 1);
            if noted.failed.get().is_some() {
                // Nobody will look at it any more. asyncio, too, takes it and says nothing.
                drop(children[position].take_result());
                return false;
            }
            if fails.is_some_and(|fails| children[position].peek(fails) == Some(true)) {
                noted.failed.set(Some(position));
                return true;
            }
            noted.left.get() == 0
        };
        let enough: Rc<dyn Fn(usize) -> bool> = Rc::new(enough);
        let watches = watch_each(handles, &bell, &enough);
        Gather {
            watches,
            gathered,
            stand: Stand::default(),
            bell,
            conclude,
            can_fail: fails.is_some(),
            place: Spot::here(),
        }
    }
}

impl<T, R> Gather<T, R> {
    /// Whether its tasks can be cancelled here, which is all of them or none: those of another loop have the
    /// same numbers as ours.
    fn are_all_of_the_running_loop(&self) -> bool {
        event_loop::running_if_any()
            .is_some_and(|state| self.watches.iter().all(|watch| watch.handle.is_of(&state.ready.inbox)))
    }
}

impl<T, R> Future for Gather<T, R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let this = &mut *self;
        let over = match this.gathered.failed.get() {
            Some(failed) => &this.watches[failed..=failed],
            None if this.gathered.left.get() == 0 => &this.watches[..],
            None => {
                this.bell.listen(cx, Awaiting::Gather, this.place);
                if this.are_all_of_the_running_loop() {
                    this.stand.pass_to(Target::Tasks(Rc::clone(&this.gathered)));
                }
                return Poll::Pending;
            }
        };
        this.stand.leave();
        let all_are_over = this.gathered.failed.get().is_none();
        // Its task was cancelled, and the children heard first. Now that they are over, it hears.
        if all_are_over && this.gathered.cancelled.take() {
            if this.can_fail {
                return Poll::Ready((this.conclude)(vec![Err(JoinError::Cancelled)]));
            }
            // Results cannot say so: the task is told at its next await.
            if let Some(state) = event_loop::running_if_any() {
                state.cancel_what_is_left();
            }
        }
        let mut results = Vec::with_capacity(over.len());
        for watch in over {
            results.push(watch.handle.take_result().expect("what was gathered is given once"));
        }
        Poll::Ready((this.conclude)(results))
    }
}

impl<T, R> Drop for Gather<T, R> {
    /// After a failure the watchers stay: each takes its child's result, so that no later panic counts as
    /// one that nobody took. (asyncio's callbacks stay as well.)
    fn drop(&mut self) {
        if self.gathered.failed.get().is_some() {
            self.watches.drain(..).for_each(Watch::leave);
        }
    }
}

impl<T, R> fmt::Debug for Gather<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("left", &self.gathered.left.get()).finish_non_exhaustive()
    }
}
