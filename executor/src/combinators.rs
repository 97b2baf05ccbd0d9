//! Waiting for many tasks at once. What there is, and when each of them ends, is a table on the crate's
//! front page (`lib.rs`).
//!
//! They wait for *tasks*, which run whether or not anybody waits, and not for futures, which run
//! only when they are polled. So whoever stops waiting stops nothing: that is what tells asyncio's
//! `wait` from `select!`. Handed plain futures, they [make tasks of them](IntoTask) first.
//!
//! All of them are made of two things: a *watcher* that each child calls when it is over (asyncio:
//! a done-callback), which notes what happened and decides whether that is enough; and a [`Bell`]
//! that wakes whoever waits when it is.

mod as_completed;
mod gather;
mod shield;
mod task_error;
mod task_group;
mod wait;
mod wait_for;

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::rc::{Rc, Weak};
use std::task::{Context, Waker};

use crate::event_loop;
use crate::inspect::names::{Awaiting, Spot};
use crate::inspect::whom::Children;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;

pub use as_completed::{AsCompleted, as_completed};
pub use gather::{Gather, gather, gather_results, try_gather};
pub use shield::{Shield, shield};
pub use task_error::TaskError;
pub use task_group::{GroupError, RunGroup, TaskGroup, task_group};
pub use wait::{Wait, When, try_wait, wait};
pub use wait_for::{WaitFor, wait_for};

/// What can be waited for as a task: a handle is one already, a future becomes one. asyncio:
/// `asyncio.ensure_future`.
#[doc(alias = "ensure_future")]
pub trait IntoTask {
    /// What the task returns.
    type Output;

    /// The task.
    ///
    /// # Panics
    ///
    /// Outside of a running loop, when a future is to become one.
    #[track_caller]
    fn into_task(self) -> JoinHandle<Self::Output>;
}

impl<F: Future + 'static> IntoTask for F {
    type Output = F::Output;

    #[track_caller]
    fn into_task(self) -> JoinHandle<F::Output> {
        crate::spawn(self)
    }
}

impl<T> IntoTask for JoinHandle<T> {
    type Output = T;

    fn into_task(self) -> JoinHandle<T> {
        self
    }
}

/// To wait for a task and keep its handle: `shield(&mut task)`, `wait_for(limit, &mut task)`.
impl<T> IntoTask for &mut JoinHandle<T> {
    type Output = T;

    fn into_task(self) -> JoinHandle<T> {
        self.another()
    }
}

/// Makes tasks of them all, in their order.
#[track_caller]
fn into_tasks<C: IntoTask>(children: impl IntoIterator<Item = C>) -> Vec<JoinHandle<C::Output>> {
    let mut handles = Vec::new();
    for child in children {
        handles.push(child.into_task());
    }
    handles
}

/// Has `enough` called with the position of each task that is over, and the bell rung when it says
/// so, as long as the watches are kept.
fn watch_each<T>(
    handles: &[JoinHandle<T>],
    bell: &Rc<Bell>,
    enough: &Rc<dyn Fn(usize) -> bool>,
) -> Vec<Watch<T>> {
    let mut watches = Vec::with_capacity(handles.len());
    for (position, handle) in handles.iter().enumerate() {
        bell.children.borrow_mut().insert(handle.id());
        let (bell, enough) = (Rc::downgrade(bell), Rc::clone(enough));
        watches.push(handle.watch(Box::new(move || {
            if enough(position) {
                ring(&bell);
            }
        })));
    }
    watches
}

/// The same for one task, in which everything is enough.
fn watch_one<T>(handle: &JoinHandle<T>, bell: &Rc<Bell>, over: impl FnOnce() + 'static) -> Watch<T> {
    bell.children.borrow_mut().insert(handle.id());
    let bell = Rc::downgrade(bell);
    handle.watch(Box::new(move || {
        over();
        ring(&bell);
    }))
}

/// Wakes the one who waits, unless the wait was given up: with asyncio's wake-ups a watcher may yet be on
/// its way then.
fn ring(bell: &Weak<Bell>) {
    if let Some(bell) = bell.upgrade() {
        bell.ring();
    }
}

/// Wakes the one who waits.
#[derive(Default)]
struct Bell {
    waker: RefCell<Option<Waker>>,
    /// Who will ring it: for a list of the tasks that says who waits for whom.
    children: Rc<Children>,
}

impl Bell {
    /// The running task waits here from now on, for `awaiting`.
    fn listen(&self, cx: &Context<'_>, awaiting: Awaiting, place: Spot) {
        let before = self.waker.replace(Some(cx.waker().clone()));
        drop(before);
        if let Some(state) = event_loop::running_if_any() {
            state.awaits(awaiting, place);
            state.waits_for(&self.children);
        }
    }

    fn ring(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bell").field("waited_for", &self.waker.borrow().is_some()).finish_non_exhaustive()
    }
}
