//! How one task waits for the end of another.
//!
//! A task and its [`JoinHandle`] share one small cell. When the task is over it leaves its result
//! there and wakes whoever waits; a handle that finds the result takes it. asyncio: a `Task` is
//! itself awaitable, because it is a `Future`.
//!
//! The file goes from the task's side to the waiter's:
//!
//! ```text
//!  Joinable: the future, polled by the loop          JoinHandle: kept by whoever spawned
//!     | returns, panics, or is dropped                   | .await
//!     v                                                  v
//!  Promise --- leaves ----> Shared { result, waiter } <--- Join: takes the result, or leaves
//!                                  | wakes                       a waker and is pending
//!                                  +---------------------------> the waiter's next step
//! ```
//!
//! Those who wait for many tasks at once look into it in their own way: `join_handle/watch.rs`. And
//! a panic that nobody takes does not go without a word: `join_handle/unclaimed.rs`.
//!
//! Nothing else about a task depends on the type of its result: this is the boundary. On the loop's
//! side of it, all tasks are alike and fit in one table.

mod rare;
mod result;
pub(crate) mod unclaimed;
pub(crate) mod watch;

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::abort_handle::AbortHandle;
use crate::cancel::cancellation::Target;
use crate::cancel::request::or_cancelled;
use crate::cancel::stand::Stand;
use crate::event_loop;
use crate::inbox::TaskKey;
use crate::inspect::names::{Awaiting, Outcome, Spot, TaskId};
use crate::join_error::JoinError;
use crate::waker::TaskWaker;
use rare::Rare;

/// What a task and its handle share. Both live on the loop's thread: an `Rc` and a `RefCell` are
/// enough, and no lock is taken to join a task.
struct Shared<T> {
    /// Nothing before the task is over, and after somebody has taken it: there is one result, and a
    /// `T` need not be `Clone`.
    result: Option<Result<T, JoinError>>,
    /// How the task ended. It stays when the result has been taken.
    outcome: Option<Outcome>,
    /// The task that awaits the handle. One is enough: to await it, the handle must be borrowed.
    waiter: Option<Waker>,
    /// What most tasks never need: those who watch it, and a bad result's report.
    rare: Option<Box<Rare<T>>>,
}

/// The task's end of it. If it is dropped without a result, the task was cancelled.
struct Promise<T>(Rc<RefCell<Shared<T>>>);

impl<T> Promise<T> {
    /// Leaves the result, and says what kind of end it is.
    fn leave(&self, result: Result<T, JoinError>) -> Outcome {
        let outcome = outcome_of(&result);
        let mut shared = self.0.borrow_mut();
        shared.outcome = Some(outcome);
        shared.result = Some(result);
        outcome
    }

    /// Wakes whoever waits for the result.
    fn announce(&self) {
        let watchers = if self.0.borrow().is_plain() { Vec::new() } else { self.witness() };
        // A waker is foreign code: not while the cell is borrowed. It queues the waiter's next step,
        // which comes in the next turn at the earliest: nobody runs inside of somebody else's end.
        let waiter = self.0.borrow_mut().waiter.take();
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        watch::report_end(watchers);
    }
}

/// How a task with this result ended, in one word: the result itself goes to whoever asks first, and
/// many may want to know what kind of end it was. A child that failed did return: its error went to
/// the group that made it.
fn outcome_of<T>(result: &Result<T, JoinError>) -> Outcome {
    match result {
        Ok(_) | Err(JoinError::Failed) => Outcome::Returned,
        Err(JoinError::Cancelled) => Outcome::Cancelled,
        Err(JoinError::Panicked(_)) => Outcome::Panicked,
    }
}

impl<T> Drop for Promise<T> {
    /// A task that is aborted, or whose loop is dropped, is a future that is dropped half way. It
    /// has no chance to say anything; but its fields are dropped with it, and this is one of them. After a
    /// return it has nothing more to say.
    fn drop(&mut self) {
        if self.0.borrow().outcome.is_none() {
            self.leave(Err(JoinError::Cancelled));
            self.announce();
        }
    }
}

pin_project! {
    /// What the loop really polls: the future, and where its result goes. A panic of the future
    /// stops here.
    pub(crate) struct Joinable<F, C, T> {
        #[pin]
        future: F,
        // Makes the task's result of the future's output: for most tasks it is just that.
        conclude: C,
        promise: Promise<T>,
    }
}

impl<F, C, T> Future for Joinable<F, C, T>
where
    F: Future,
    C: Fn(F::Output) -> Result<T, JoinError>,
{
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        let future = this.future;
        // Left from in here, the result is written once, where it will be looked for. (To hand it on first
        // would take longer than most steps.)
        let conclude = |output| this.promise.leave(or_cancelled((this.conclude)(output)));
        // Nobody polls the future again after a panic, so nobody sees what the panic may have left
        // half done.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.poll(cx).map(conclude)));
        let polled =
            polled.unwrap_or_else(|panic| Poll::Ready(this.promise.leave(Err(JoinError::Panicked(panic)))));
        if polled.is_ready() {
            this.promise.announce();
        }
        polled
    }
}

/// Waits for a task: `handle.await` gives its result, or says that it was cancelled or panicked.
/// asyncio: the `Task` that `create_task` returns.
///
/// * Awaiting a task that is over does not wait: the awaiting task goes on in the same step.
/// * Dropping the handle does not stop the task, which goes on with nobody to wait for it
///   ("detached"). asyncio may lose such a task, because its loop holds tasks only weakly.
/// * One task at a time can wait on a handle; `(&mut handle).await` keeps the handle. Of two that wait
///   all the same (by `into_future`), only the last one is woken.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, EventLoop, sleep, spawn};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let coffee = spawn(async {
///         sleep(Duration::from_secs(5)).await;
///         "coffee"
///     });
///     assert!(!coffee.is_finished());
///     assert_eq!(coffee.await.unwrap(), "coffee");
///     // A panic stops at the task, and is told to whoever awaits it.
///     let broken = spawn(async { panic!("no beans") });
///     assert!(broken.await.unwrap_err().is_panic());
///     // So is an abort.
///     let forgotten = spawn(sleep(Duration::from_secs(60)));
///     forgotten.abort();
///     assert!(forgotten.await.unwrap_err().is_cancelled());
/// });
/// # Ok(())
/// # }
/// ```
#[doc(alias = "Task")]
pub struct JoinHandle<T> {
    shared: Rc<RefCell<Shared<T>>>,
    task: Arc<TaskWaker>,
}

/// Wraps a future so that its result can be waited for, and calls `start` to make a task of it: the
/// handle is complete only when the task has its waker.
pub(crate) fn joinable<F, C, T, S>(future: F, conclude: C, start: S) -> JoinHandle<T>
where
    S: FnOnce(Joinable<F, C, T>) -> Arc<TaskWaker>,
{
    // `default` and not `new`: it is made where it stays, and not copied there.
    let shared = Rc::<RefCell<Shared<T>>>::default();
    let task = start(Joinable { future, conclude, promise: Promise(Rc::clone(&shared)) });
    JoinHandle { shared, task }
}

impl<T> JoinHandle<T> {
    /// The task's name in traces.
    pub fn id(&self) -> TaskId {
        self.task.key.id
    }

    /// Whether the task is over: then awaiting it does not wait. It is true as soon as the result is
    /// out, which is before anybody who waits for it has run. asyncio: `Task.done`.
    #[doc(alias = "done")]
    pub fn is_finished(&self) -> bool {
        self.shared.borrow().outcome.is_some()
    }

    /// Sees to it that the task is dropped, and says whether there was anything to drop. It cannot refuse;
    /// [`cancel`](Self::cancel) lets it clean up.
    ///
    /// Not here and now: the task's future is dropped in the task's own next turn, at the `.await`
    /// where it stands; before its first step, its body never runs. Whoever awaits the task hears
    /// of it one turn later still, as with asyncio's `Task.cancel`.
    pub fn abort(&self) -> bool {
        if self.is_finished() {
            return false;
        }
        self.task.abort();
        true
    }

    /// Something that can abort the task while the handle is awaited elsewhere: to await a handle is
    /// to hold it, so whoever else is to stop the task needs a hold of another kind.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(Arc::clone(&self.task))
    }

    pub(crate) fn key(&self) -> TaskKey {
        self.task.key
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("task", &self.id()).field("finished", &self.is_finished()).finish()
    }
}

/// A handle is not itself a future but turns into one, because this is called by the `.await`
/// expression, and `#[track_caller]` tells it where that stands. So a trace can say not only which
/// task waits for which, but in which line.
impl<T> IntoFuture for JoinHandle<T> {
    type Output = Result<T, JoinError>;
    type IntoFuture = Join<T>;

    #[track_caller]
    fn into_future(self) -> Join<T> {
        Join { handle: self, stand: Stand::default(), place: Spot::here() }
    }
}

impl<T> IntoFuture for &mut JoinHandle<T> {
    type Output = Result<T, JoinError>;
    type IntoFuture = Join<T>;

    #[track_caller]
    fn into_future(self) -> Join<T> {
        Join { handle: self.another(), stand: Stand::default(), place: Spot::here() }
    }
}

/// The wait for a task: what `handle.await` polls. It knows where that `.await` stands.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Join<T> {
    handle: JoinHandle<T>,
    /// Whoever cancels the waiting task cancels the awaited one first.
    stand: Stand,
    place: Spot,
}

/// The four steps of every leaf future (see `time/sleep.rs`): look, leave the waker, say `Pending`,
/// be woken and look again.
impl<T> Future for Join<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// When the result was taken before: a task has one result, and whoever awaits it first gets
    /// it.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.handle.is_finished() {
            self.stand.leave();
            return Poll::Ready(self.handle.expect_result());
        }
        // The latest waker counts: the future may have moved to another task since the last poll.
        // A waker may be anybody's code, so it is neither cloned nor dropped while the cell is
        // borrowed.
        let waker = cx.waker().clone();
        let before = self.handle.shared.borrow_mut().waiter.replace(waker);
        drop(before);
        // Under some other runtime's poll there is no loop of ours to tell.
        if let Some(state) = event_loop::running_if_any() {
            state.awaits(Awaiting::Task(self.handle.id()), self.place);
            if self.handle.task.is_of(&state.ready.inbox) {
                let target = Target::Task(self.handle.key());
                self.stand.pass_to(target);
            }
        }
        Poll::Pending
    }
}
