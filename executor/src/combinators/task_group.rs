//! `task_group`: tasks that live no longer than the scope that made them.
//!
//! Tasks that are spawned and forgotten are to a program what `goto` is: nobody can say where they
//! end, and their failures go unheard. A group is a scope. What is spawned in it is over when the
//! scope is, and when one child fails, the others are of no more use and are cancelled. The idea is
//! Trio's nursery; asyncio has it since 3.11 as `TaskGroup`.
//!
//! What happens, and when (k is the turn in which the child fails):
//!
//! ```text
//!  a child fails --> its watcher, in k (asyncio's wake-ups: k+1):
//!                       cancels the other children
//!                       cancels the body, if it is still running
//!                    the children clean up, as long as they like
//!  the last child ends --> its watcher wakes the scope --> all errors, together
//! ```

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Bell;
use super::task_error::TaskError;
use crate::cancel::Cancelled;
use crate::cancel::stand::Stand;
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;
use crate::inspect::names::{Awaiting, Spot, TaskId};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;

/// Runs `body` with a group to spawn tasks in, and waits for all of them. asyncio:
/// `async with asyncio.TaskGroup() as group:`.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{run, sleep, task_group};
/// # fn main() -> Result<(), executor::BuildError> {
/// let outcome = run(async {
///     task_group(async |group| {
///         group.spawn(async {
///             sleep(Duration::from_millis(1)).await;
///             Err::<(), _>("no milk")
///         });
///         group.spawn(async {
///             // It would take an hour, but is cancelled.
///             sleep(Duration::from_secs(3600)).await;
///             Ok(())
///         });
///         Ok(())
///     })
///     .await
/// })?;
/// assert_eq!(outcome.unwrap_err().to_string(), "1 task of the group failed: no milk");
/// # Ok(())
/// # }
/// ```
///
/// * A child that fails (an error or a panic) cancels its siblings and the body, once. A child that
///   is cancelled does not count as a failure.
/// * So does a body that fails. One that succeeds waits for the children that are left.
/// * When the task in which the group runs is [cancelled](JoinHandle::cancel), body and children
///   are, and the group ends with [`GroupError::Cancelled`] when they are over.
/// * The body is cancelled as a task is: at a [`cancellable`](crate::cancellable) await, or else by
///   being dropped where it stands.
/// * One task runs one group at a time: to run two side by side, spawn the other. (A failing child
///   stops the body by cancelling the task, at the innermost await that can be told.)
/// * When the group itself is dropped half way, its children are aborted, each in its own next
///   turn. Dropping cannot wait for them; that is what the cancellations are for.
///
/// # Errors
///
/// [`GroupError::Failed`] has every failure, the children's in the order of their coming, and that of the body
/// last, as in asyncio.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias("TaskGroup", "nursery"))]
pub fn task_group<B, R, T, E>(body: B) -> RunGroup<R, T, E>
where
    B: FnOnce(TaskGroup<E>) -> R,
    R: Future<Output = Result<T, E>>,
    E: 'static,
{
    let state = event_loop::running("task_group()");
    let group = TaskGroup { members: Rc::new(Members::new()), state: Rc::clone(&state) };
    let scope = Scope { members: Rc::clone(&group.members), state };
    let body = Some(body(group));
    let stand = Stand::default();
    RunGroup { body, outcome: None, scope, was_cancelled: false, stand, place: Spot::here() }
}

/// Why a group has no value.
#[doc(alias = "ExceptionGroup")]
pub enum GroupError<E> {
    /// Children failed, or the body did. asyncio: `ExceptionGroup`.
    Failed(Vec<TaskError<E>>),
    /// Nobody failed: the task in which the group ran was cancelled. asyncio: `CancelledError`.
    Cancelled,
}

impl<E> GroupError<E> {
    /// Every failure: none if the group was cancelled.
    #[doc(alias = "exceptions")]
    pub fn failures(&self) -> &[TaskError<E>] {
        match self {
            GroupError::Failed(failures) => failures,
            GroupError::Cancelled => &[],
        }
    }

    /// The errors that children or the body returned; panics are left out.
    pub fn into_errors(self) -> Vec<E> {
        match self {
            GroupError::Failed(failures) => failures.into_iter().filter_map(TaskError::failed).collect(),
            GroupError::Cancelled => Vec::new(),
        }
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = match self {
            GroupError::Cancelled => return JoinError::Cancelled.fmt(f),
            GroupError::Failed(failures) => failures,
        };
        let tasks = if failures.len() == 1 { "task" } else { "tasks" };
        write!(f, "{} {tasks} of the group failed: ", failures.len())?;
        for (position, failure) in failures.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{failure}")?;
        }
        Ok(())
    }
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupError::Failed(failures) => f.debug_tuple("Failed").field(failures).finish(),
            GroupError::Cancelled => f.write_str("Cancelled"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for GroupError<E> {}

/// What a child of any type can be asked for.
trait Child {
    fn cancel(&self);
    fn pass_on(&self);
    fn abort(&self);
}

impl<T> Child for Watch<T> {
    fn cancel(&self) {
        self.handle.cancel();
    }

    fn pass_on(&self) {
        self.handle.pass_on();
    }

    fn abort(&self) {
        self.handle.abort();
    }
}

/// What the scope, its group and its children's watchers share.
struct Members<E> {
    /// Those that are not over, in the order of their spawning.
    children: RefCell<BTreeMap<TaskId, Rc<dyn Child>>>,
    left: Cell<usize>,
    failures: RefCell<Vec<TaskError<E>>>,
    /// The children are told once. asyncio: `_aborting`.
    aborting: Cell<bool>,
    /// The task in which the body runs, while it does.
    body: Cell<Option<TaskKey>>,
    /// Whether that task was asked, on the group's behalf, to stop the body. asyncio:
    /// `_parent_cancel_requested`.
    body_asked: Cell<bool>,
    bell: Rc<Bell>,
}

impl<E> Members<E> {
    fn new() -> Self {
        Members {
            children: RefCell::default(),
            left: Cell::new(0),
            failures: RefCell::default(),
            aborting: Cell::new(false),
            body: Cell::new(None),
            body_asked: Cell::new(false),
            bell: Rc::default(),
        }
    }

    /// In a list of its own: to cancel one runs code that may spawn another.
    fn those_left(&self) -> Vec<Rc<dyn Child>> {
        self.children.borrow().values().cloned().collect()
    }

    /// Cancels every child that is left, in the order of their spawning (asyncio: in none). `cancel` says how.
    fn cancel_children(&self, cancel: fn(&dyn Child)) {
        if !self.aborting.replace(true) {
            for child in self.those_left() {
                cancel(&*child);
            }
        }
    }

    /// What a child's failure does to the others.
    fn abort(&self, state: &LoopState) {
        let is_first = !self.aborting.get();
        self.cancel_children(|child| child.cancel());
        match self.body.get() {
            Some(task) if !self.body_asked.replace(true) => {
                state.cancel(task);
            }
            // asyncio cancels the scope too, which looks who is left, and waits on.
            None if is_first => self.bell.ring(),
            _ => {}
        }
    }

    /// A child is over.
    fn child_ends(&self, state: &LoopState, child: TaskId, failed: bool) {
        self.left.set(self.left.get() - 1);
        self.bell.children.borrow_mut().remove(&child);
        let child = self.children.borrow_mut().remove(&child);
        drop(child);
        if failed {
            self.abort(state);
        }
        if self.left.get() == 0 {
            self.bell.ring();
        }
    }
}

/// Spawns the children of a [`task_group`]. asyncio: `TaskGroup`.
pub struct TaskGroup<E> {
    members: Rc<Members<E>>,
    state: Rc<LoopState>,
}

impl<E: 'static> TaskGroup<E> {
    /// Makes a task of a future, as [`spawn`](crate::spawn) does, in this group. An error goes to
    /// the group, and whoever awaits the handle sees [`JoinError::Failed`]; a value goes to the
    /// handle. In a group that is being cancelled or is over, the new task is cancelled at once.
    /// asyncio: `TaskGroup.create_task`.
    #[track_caller]
    #[doc(alias = "create_task")]
    pub fn spawn<F, T>(&self, future: F) -> JoinHandle<T>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
    {
        let ending = Ending::of(&self.members);
        let noted = ending.clone();
        self.spawn_concluding(future, Spot::here(), ending, move |output| noted.conclude(output))
    }

    /// As [`spawn`](Self::spawn), for a child that [answers for its own
    /// cancellation](crate::spawn_cancellable): the outer error says that it was cancelled, the
    /// inner one is a failure.
    #[track_caller]
    #[doc(alias = "create_task")]
    pub fn spawn_cancellable<F, T>(&self, future: F) -> JoinHandle<T>
    where
        F: Future<Output = Result<Result<T, E>, Cancelled>> + 'static,
        T: 'static,
    {
        let ending = Ending::of(&self.members);
        let noted = ending.clone();
        self.spawn_concluding(future, Spot::here(), ending, move |output| match output {
            Ok(output) => noted.conclude(output),
            Err(Cancelled) => Err(JoinError::Cancelled),
        })
    }

    fn spawn_concluding<F, C, T>(
        &self,
        future: F,
        place: Spot,
        ending: Ending<E>,
        conclude: C,
    ) -> JoinHandle<T>
    where
        F: Future + 'static,
        C: Fn(F::Output) -> Result<T, JoinError> + 'static,
        T: 'static,
    {
        let handle = self.state.spawn_concluding(None, place, future, conclude);
        self.members.left.set(self.members.left.get() + 1);
        let (child, members, watched) = (handle.id(), Rc::clone(&self.members), handle.another());
        let state = Rc::clone(&self.state);
        members.bell.children.borrow_mut().insert(child);
        let watch = handle.watch(Box::new(move || {
            if watched.has_panicked() {
                ending.fail(TaskError::Panicked(watched.take_panic().unwrap_or_else(|| {
                    // Whoever awaits the handle was quicker.
                    Box::new("the panic went to whoever joined the task")
                })));
            }
            ending.members.child_ends(&state, child, ending.failed.get());
        }));
        members.children.borrow_mut().insert(child, Rc::new(watch));
        if self.members.aborting.get() {
            handle.cancel();
        }
        handle
    }
}

/// How a child ends, as far as its group is concerned.
struct Ending<E> {
    members: Rc<Members<E>>,
    failed: Rc<Cell<bool>>,
}

impl<E> Ending<E> {
    fn of(members: &Rc<Members<E>>) -> Self {
        Ending { members: Rc::clone(members), failed: Rc::default() }
    }

    /// Keeps the child's error for the group, and leaves a note in its place.
    fn conclude<T>(&self, output: Result<T, E>) -> Result<T, JoinError> {
        output.map_err(|error| {
            self.fail(TaskError::Failed(error));
            JoinError::Failed
        })
    }

    fn fail(&self, failure: TaskError<E>) {
        self.failed.set(true);
        self.members.failures.borrow_mut().push(failure);
    }
}

impl<E> Clone for Ending<E> {
    fn clone(&self) -> Self {
        Ending { members: Rc::clone(&self.members), failed: Rc::clone(&self.failed) }
    }
}

impl<E> Clone for TaskGroup<E> {
    fn clone(&self) -> Self {
        TaskGroup { members: Rc::clone(&self.members), state: Rc::clone(&self.state) }
    }
}

impl<E> fmt::Debug for TaskGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup").field("left", &self.members.left.get()).finish_non_exhaustive()
    }
}

/// The group's life: when it is dropped, nothing of it goes on.
struct Scope<E> {
    members: Rc<Members<E>>,
    state: Rc<LoopState>,
}

impl<E> Scope<E> {
    /// The body is over, or is about to be dropped. What was asked of its task on the group's
    /// behalf is taken back: the task itself is not cancelled. asyncio: `uncancel`, in `__aexit__`.
    fn body_ends(&self) {
        let task = self.members.body.take();
        if self.members.body_asked.take()
            && let Some(task) = task
        {
            self.state.uncancel(task);
        }
    }
}

impl<E> Drop for Scope<E> {
    fn drop(&mut self) {
        self.body_ends();
        self.members.aborting.set(true);
        for child in self.members.those_left() {
            child.abort();
        }
    }
}

pin_project! {
    /// The future of [`task_group`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct RunGroup<R, T, E> {
        // Before the scope: what the body holds goes first, then the children.
        #[pin]
        body: Option<R>,
        outcome: Option<Result<T, E>>,
        scope: Scope<E>,
        was_cancelled: bool,
        stand: Stand,
        place: Spot,
    }
}

impl<R, T, E> Future for RunGroup<R, T, E>
where
    R: Future<Output = Result<T, E>>,
{
    type Output = Result<T, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let members = Rc::clone(&this.scope.members);
        if this.stand.take_request() {
            // By the group itself, or by somebody who cancels the task.
            *this.was_cancelled |= !members.body_asked.get();
            this.scope.body_ends();
            this.body.set(None);
            members.cancel_children(|child| child.pass_on());
        }
        if members.aborting.get() && members.body.get().is_none() {
            // A child has failed before the body began.
            this.body.set(None);
        }
        if let Some(body) = this.body.as_mut().as_pin_mut() {
            members.body.set(this.scope.state.narrator().task_key());
            match body.poll(cx) {
                Poll::Pending => {
                    // Whatever the body waits for, the scope waits for the children as well.
                    this.scope.state.waits_for(&members.bell.children);
                    this.stand.listen(cx);
                    return Poll::Pending;
                }
                Poll::Ready(outcome) => {
                    if outcome.is_err() {
                        members.cancel_children(|child| child.cancel());
                    }
                    *this.outcome = Some(outcome);
                }
            }
            this.scope.body_ends();
            this.body.set(None);
        }
        if members.left.get() > 0 {
            members.bell.listen(cx, Awaiting::Group, *this.place);
            this.stand.listen(cx);
            return Poll::Pending;
        }
        this.stand.leave();
        // From here on a new child would have nobody to wait for it.
        members.aborting.set(true);
        let mut failures = members.failures.take();
        let value = match this.outcome.take() {
            Some(Err(error)) => {
                failures.push(TaskError::Failed(error));
                None
            }
            outcome => outcome.and_then(Result::ok),
        };
        if !failures.is_empty() {
            // Others may have asked as well, such as a group around this one: the failure is not their
            // answer. asyncio (since 3.13): `uncancel` and `cancel`, in `__aexit__`.
            this.scope.state.cancel_what_is_left();
            return Poll::Ready(Err(GroupError::Failed(failures)));
        }
        Poll::Ready(match value {
            Some(value) if !*this.was_cancelled => Ok(value),
            _ => Err(GroupError::Cancelled),
        })
    }
}

impl<R, T, E> fmt::Debug for RunGroup<R, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunGroup").field("left", &self.scope.members.left.get()).finish_non_exhaustive()
    }
}
