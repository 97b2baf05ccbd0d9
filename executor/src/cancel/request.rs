//! A request to be cancelled, and who hears of it.
//!
//! Whoever is asked may wait for somebody else, who is then asked first, and so on along the chain. Only
//! who waits for nobody is told, in a step of their own.

use std::collections::HashSet;
use std::mem;
use std::task::Waker;

use super::cancellation::{Cancellation, Passer, Target};
use crate::abort_handle::AbortHandle;
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;
use crate::inspect::names::Cause;
use crate::join_error::JoinError;

impl LoopState {
    /// Asks that a task be cancelled. Says whether there was anything to cancel.
    pub(crate) fn cancel(&self, task: TaskKey) -> bool {
        let there_was = self.can_be_cancelled(task);
        self.request(task, 1, None);
        there_was
    }

    /// The same for several: whether there was anything to cancel in any of them.
    pub(crate) fn cancel_all(&self, tasks: &[TaskKey]) -> bool {
        let mut any = false;
        for task in tasks {
            any |= self.cancel(*task);
        }
        any
    }

    /// The same, for a handle that may be of another loop: there, tasks have the same numbers.
    #[track_caller]
    pub(super) fn cancel_of(&self, handle: &AbortHandle) -> bool {
        assert!(handle.is_of(&self.ready.inbox), "cancel() of a task of another loop than the one that runs");
        self.cancel(handle.key())
    }

    /// The running task has heard a request, and asks in its place one for whom it waits on.
    pub(super) fn pass_on(&self, task: TaskKey) {
        let by =
            self.narrator().task_key().and_then(|task| Some(Passer { task, place: self.held_at(task)? }));
        self.request(task, 1, by);
    }

    /// A step of the task is over that has not told it of a request. If the request came in that step, it is
    /// only now known what the task waits for, and who hears first.
    pub(crate) fn cancel_what_it_came_to(&self, task: TaskKey) {
        self.narrator().because(Cause::Task(task.id));
        if self.tasks.cancellation(task, Cancellation::take_untold) == Some(true) {
            self.request(task, 0, None);
        } else {
            self.cancel_at_next_step(task);
        }
        self.narrator().because(Cause::Outside);
    }

    /// Passes a request on to whoever hears first, and counts it as so many of the task's own.
    ///
    /// Who hears first may itself wait for somebody else: the request goes along the whole chain, in a loop
    /// and not by recursion, since chains may be long. `by` is the wait that has sent it here, if it has come
    /// along such a chain already. Where tasks wait for each other in a circle, it would come back to one who
    /// holds it, and whom nobody will answer. Then whoever joins that one is told in its place; and where it
    /// is asked by one who waits on all the same, it is dropped. (asyncio: `RecursionError`.)
    fn request(&self, task: TaskKey, mut count: u32, by: Option<Passer>) {
        if self.has_passed_it_on(task, by) {
            self.drop_at_next_step(task);
            return;
        }
        let mut asked = HashSet::new();
        let mut next = vec![(task, by)];
        while let Some((task, by)) = next.pop() {
            if !self.can_be_cancelled(task) || !asked.insert(task) {
                continue;
            }
            let is_running = self.narrator().task_key() == Some(task);
            let target = self.tasks.cancellation(task, |cancellation| {
                cancellation.requests += mem::replace(&mut count, 1);
                // Who waits for this task's answer waits on, also when somebody else asks it.
                cancellation.passed_by = by.or(cancellation.passed_by);
                // A task that runs waits for nothing, whatever it said before.
                if is_running { None } else { cancellation.target() }
            });
            let is_next = |other: &TaskKey| {
                self.can_be_cancelled(*other) && !asked.contains(other) && !self.has_passed_it_on(*other, by)
            };
            let passed_on = match target.flatten() {
                None => false,
                Some((place, Target::Task(other))) => {
                    let is_next = is_next(&other);
                    if is_next {
                        next.push((other, Some(Passer { task, place })));
                    }
                    is_next
                }
                Some((_, Target::Tasks(gathered))) if gathered.is_decided() => false,
                Some((place, Target::Tasks(gathered))) => {
                    if !gathered.keys.iter().any(|other| self.can_be_cancelled(*other)) {
                        // The gathering has yet to hear that all are over, and will wake the task.
                        self.tasks.cancellation(task, |cancellation| cancellation.untold = true);
                        continue;
                    }
                    // Backwards, because the last in the list is asked first.
                    let asks = gathered.keys.iter().copied().filter(is_next).rev();
                    let before = next.len();
                    next.extend(asks.map(|other| (other, Some(Passer { task, place }))));
                    let any = next.len() > before;
                    gathered.cancelled.set(gathered.cancelled.get() || any);
                    any
                }
                Some((_, Target::Other(other))) => other.cancel(),
            };
            if passed_on {
                self.tasks.cancellation(task, Cancellation::mark_passed_on);
            } else {
                self.cancel_at_next_step(task);
            }
        }
    }

    /// Whether `task` has passed on what `by` is about to: whether it is the task of that wait, or of the
    /// one that has passed it on to there, and so on, as far as they still wait for the answer.
    fn has_passed_it_on(&self, task: TaskKey, mut by: Option<Passer>) -> bool {
        if by.is_none() || self.held_at(task).is_none() {
            return false;
        }
        let mut seen = HashSet::new();
        while let Some(passer) = by
            && self.held_at(passer.task) == Some(passer.place)
            && seen.insert(passer.task)
        {
            if passer.task == task {
                return true;
            }
            by = self.tasks.cancellation(passer.task, |cancellation| cancellation.passed_by).flatten();
        }
        false
    }

    /// The number of the wait at which a task holds a request.
    fn held_at(&self, task: TaskKey) -> Option<u32> {
        self.tasks.cancellation(task, |cancellation| cancellation.held).flatten()
    }

    /// Whether the task is there, and its result is not out.
    fn can_be_cancelled(&self, task: TaskKey) -> bool {
        self.ending.get() != Some(task) && self.tasks.waker(task).is_some()
    }

    /// The task itself is told: nobody hears in its place. If it is running, the end of its step
    /// [sees to that](Self::cancel_what_it_came_to).
    pub(crate) fn cancel_at_next_step(&self, task: TaskKey) {
        if self.narrator().task_key() == Some(task) {
            self.tasks.cancellation(task, |cancellation| cancellation.untold = true);
            return;
        }
        let Some(waker) = self.tasks.waker(task).map(Waker::from) else { return };
        // Nearly always the task's own waker has the one that listens polled. But a future that waits for
        // many may poll only those of them whose own waker was called.
        let inner = self.tasks.cancellation(task, Cancellation::mark_untold).flatten();
        if let Some(inner) = inner.filter(|inner| !inner.will_wake(&waker)) {
            inner.wake();
        }
        waker.wake();
    }

    /// Nothing in the task is told.
    fn drop_at_next_step(&self, task: TaskKey) {
        if let Some(waker) = self.tasks.waker(task) {
            waker.abort();
        }
    }

    /// The running task ends a wait with something that says nothing of a request. If there is one that was
    /// not taken back, the task is told of it at its next await.
    pub(crate) fn cancel_what_is_left(&self) {
        if let Some(task) = self.narrator().task_key()
            && self.tasks.cancellation(task, |cancellation| cancellation.requests > 0) == Some(true)
        {
            self.cancel_at_next_step(task);
        }
    }

    /// A task has dealt with one request. Says how many are left.
    pub(crate) fn uncancel(&self, task: TaskKey) -> u32 {
        let left = self.tasks.cancellation(task, |cancellation| {
            cancellation.requests = cancellation.requests.saturating_sub(1);
            if cancellation.requests == 0 {
                cancellation.forget_request();
            }
            cancellation.requests
        });
        left.unwrap_or(0)
    }

    /// How many requests the running task has had, but for those that were taken back.
    pub(crate) fn requests_of_running(&self) -> u32 {
        self.narrator().task_key().map_or(0, |task| self.tasks.requests(task))
    }

    /// Whether the running task was asked to stop and has not been told.
    pub(crate) fn is_untold(&self) -> bool {
        self.narrator().task_key().is_some_and(|task| self.tasks.is_untold(task))
    }
}

/// The result of the running task, which is about to end. If it was asked to stop and not told, in this
/// very step as a rule, there is no further await to tell it at, and it counts as cancelled all the same;
/// a panic stays a panic. asyncio: `_must_cancel`, at the end of `Task.__step`. (There an exception stays one
/// too; to [`spawn`](crate::spawn), an `Err` that a task returns is a value like any other.)
#[inline]
pub(crate) fn or_cancelled<T>(result: Result<T, JoinError>) -> Result<T, JoinError> {
    let is_untold = || event_loop::running_if_any().is_some_and(|state| state.is_untold());
    if result.is_ok() && is_untold() { Err(JoinError::Cancelled) } else { result }
}
