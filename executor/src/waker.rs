//! The waker: the buzzer that a waiting task leaves with whatever it waits for.
//!
//! In a cafe you order, get a buzzer and sit down; the barista does not need to know where. A task
//! that cannot go on hands its waker to a timer, a socket or another task in the same way, and is
//! not looked at again until somebody calls [`wake`](std::task::Waker::wake). That puts the task
//! into the ready queue, and that is all a wake-up ever is. asyncio: the done-callback
//! `Task.__wakeup`, which a task adds to the future it awaits.
//!
//! A waker may be called many times, from any thread, also after the task is gone. `queued` makes
//! many calls one entry.
//!
//! The standard library makes a [`Waker`](std::task::Waker) of any `Arc` whose type implements
//! [`Wake`]: no `unsafe` is needed, and cloning a waker counts a reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use crate::inbox::{Inbox, News, TaskKey};
use crate::ready;

/// The part of a task that others may hold, from any thread: enough to wake it or to cancel it, and
/// nothing more.
pub(crate) struct TaskWaker {
    pub(crate) task: TaskKey,
    /// Whether a step of the task stands in the ready queue (or is on its way there).
    pub(crate) queued: AtomicBool,
    /// Whether the task is to be dropped instead of polled in its next step.
    cancelled: AtomicBool,
    /// The way to the loop from other threads.
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    /// The waker of a new task, whose first step is about to be queued.
    pub(crate) fn new(task: TaskKey, inbox: Arc<Inbox>) -> Self {
        TaskWaker { task, queued: AtomicBool::new(true), cancelled: AtomicBool::new(false), inbox }
    }

    /// The task's step is about to run: from now on a wake-up means another one.
    ///
    /// This happens before the poll, not after it, so a task that is woken while it runs runs
    /// again. And it is a swap and not a store, so that what another thread wrote before it called
    /// `wake` is seen by this poll even if that call found the task queued already.
    pub(crate) fn step_begins(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }

    /// Asks that the task be dropped in its next step, and makes sure there is one. asyncio:
    /// `Task.cancel`.
    pub(crate) fn cancel(self: &Arc<Self>) {
        self.cancelled.store(true, Ordering::Release);
        self.wake_by_ref();
    }

    /// Whether the task is of the loop with this inbox.
    pub(crate) fn is_of(&self, inbox: &Arc<Inbox>) -> bool {
        Arc::ptr_eq(&self.inbox, inbox)
    }

    /// Whether somebody asked for it.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let already = self.queued.swap(true, Ordering::AcqRel);
        match ready::at_home() {
            // The usual case: a wake-up on the loop's own thread takes no lock.
            Some(queue) if self.is_of(&queue.inbox) => {
                if already {
                    queue.tell_woken(self.task, true);
                } else {
                    queue.push_step(self.task);
                }
            }
            _ => {
                if !already {
                    self.inbox.put(News::Wake(self.task));
                }
            }
        }
    }
}
