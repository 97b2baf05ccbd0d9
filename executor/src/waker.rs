//! The waker: the buzzer that a waiting task leaves with whatever it waits for.
//!
//! In a cafe you order, get a buzzer and sit down; the barista does not need to know where. A task
//! that cannot go on hands its waker to a timer, a socket or another task in the same way, and is
//! not looked at again until somebody calls [`wake`](std::task::Waker::wake). That puts the task
//! into the ready queue, and that is all a wake-up ever is. asyncio: the done-callback
//! `Task.__wakeup`, which a task adds to the future it awaits.
//!
//! A waker may be called many times, from any thread, also after the task is gone. Two flags make
//! many calls one entry. `queued` is the loop's own: only its thread reads and writes it, so a
//! wake-up at home takes no lock and no locked instruction, which would cost as much as all the rest
//! of it. `reported` is for everybody else: whoever sets it leaves a note in the inbox, and at home
//! the note becomes a wake-up like any other.
//!
//! The standard library makes a [`Waker`](std::task::Waker) of any `Arc` whose type implements
//! [`Wake`]: no `unsafe` is needed, and cloning a waker counts a reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};

use crate::inbox::{Inbox, News, TaskKey};
use crate::ready::{self, ReadyQueue};

/// The part of a task that others may hold, from any thread: enough to wake it or to cancel it, and
/// nothing more.
pub(crate) struct TaskWaker {
    pub(crate) task: TaskKey,
    /// Whether a step of the task stands in the ready queue. Only the loop's thread touches it; it
    /// is atomic because a waker is shared with others, and never more than plain memory.
    queued: AtomicBool,
    /// Whether another thread's note about the task is on its way.
    reported: AtomicBool,
    /// Whether the task is to be dropped instead of polled in its next step.
    cancelled: AtomicBool,
    /// The way to the loop from other threads.
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    /// The waker of a new task, whose first step is about to be queued.
    pub(crate) fn new(task: TaskKey, inbox: Arc<Inbox>) -> Self {
        let [reported, cancelled] = [AtomicBool::new(false), AtomicBool::new(false)];
        TaskWaker { task, queued: AtomicBool::new(true), reported, cancelled, inbox }
    }

    /// Whether a step of the task stands in the ready queue: to be asked on the loop's thread.
    pub(crate) fn is_queued(&self) -> bool {
        self.queued.load(Ordering::Relaxed)
    }

    /// The task's step is about to run: from now on a wake-up means another one.
    ///
    /// This happens before the poll, not after it, so a task that is woken while it runs runs
    /// again.
    pub(crate) fn step_begins(&self) {
        self.queued.store(false, Ordering::Relaxed);
    }

    /// A wake-up on the loop's own thread.
    fn wake_at_home(&self, queue: &ReadyQueue) {
        if self.reported.load(Ordering::Relaxed) {
            // A swap and not a store: what the other thread wrote before it called `wake` is seen by
            // the poll that comes, also if its note was not the first.
            self.reported.swap(false, Ordering::AcqRel);
        }
        if self.is_queued() {
            queue.tell_woken(self.task, true);
        } else {
            self.queued.store(true, Ordering::Relaxed);
            queue.push_step(self.task);
        }
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
        match ready::at_home() {
            Some(queue) if self.is_of(&queue.inbox) => self.wake_at_home(&queue),
            _ => {
                if !self.reported.swap(true, Ordering::AcqRel) {
                    self.inbox.put(News::Wake(Waker::from(Arc::clone(self))));
                }
            }
        }
    }
}
