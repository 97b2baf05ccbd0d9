//! The waker: the buzzer that a waiting task leaves with whatever it waits for.
//!
//! In a cafe you order, get a buzzer and sit down; the barista who presses it need not know where. A
//! task that cannot go on hands its waker to a timer, a socket or another task in the same way, and
//! is not looked at again until somebody calls [`wake`](std::task::Waker::wake). That puts the task
//! into the ready queue, and that is all a wake-up ever is. asyncio: the done-callback
//! `Task.__wakeup`, which a task adds to the future it awaits.
//!
//! A waker may be called many times, from any thread, also after the task is gone: the task is queued
//! once. On the loop's own thread ("at home") the flag `queued` sees to that. It is set while a step of
//! the task stands in the ready queue; whoever finds it set need do nothing more, for a poll will
//! follow. Only the loop's thread touches it, so it costs no more than plain memory.
//!
//! On any other thread the waker leaves a note in the [`Inbox`], which keeps one for each task:
//!
//! ```text
//! another thread                          the loop's thread
//! writes a result
//! wakes: finds no note about the task,
//!   so leaves one and rings
//! (wakes once more: finds one, so         the wait is over
//!   there is nothing to do)               takes the note, and wakes at home: finds `queued`
//!                                           clear, so sets it and queues a step
//!                                         the step begins: clears `queued`
//!                                         polls: sees the result
//! ```
//!
//! The inbox has a lock, and that is what makes the result visible to the poll: it was written before
//! the lock was taken to leave the note, or to find one there, and that was before the loop took it to
//! read the note. (`tests/loom_wake_ups.rs` tries every order.)
//!
//! The standard library makes a [`Waker`](std::task::Waker) of any `Arc` whose type implements
//! [`Wake`]: no `unsafe` is needed, and cloning a waker counts a reference.

pub(crate) mod pool;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use crate::inbox::{Inbox, News, TaskKey};
use crate::ready::{self, ReadyQueue};

/// The part of a task that others may hold, from any thread: enough to wake it or to abort it, and
/// nothing more.
pub(crate) struct TaskWaker {
    pub(crate) task: TaskKey,
    /// Whether a step of the task stands in the ready queue. (An atomic that is loaded and stored
    /// `Relaxed` is a plain `bool` to the processor; the compiler wants it in whatever may be seen by
    /// several threads.)
    queued: AtomicBool,
    /// Whether the task is to be dropped instead of polled in its next step.
    aborted: AtomicBool,
    /// The way to the loop from other threads.
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    /// The waker of a new task, whose first step is about to be queued.
    pub(crate) fn new(task: TaskKey, inbox: Arc<Inbox>) -> Self {
        TaskWaker { task, queued: AtomicBool::new(true), aborted: AtomicBool::new(false), inbox }
    }

    /// Whether a step of the task stands in the ready queue: to be asked on the loop's thread.
    pub(crate) fn is_queued(&self) -> bool {
        self.queued.load(Ordering::Relaxed)
    }

    /// The task's step is about to run (`Tasks::begin_step`): from now on a wake-up means another one.
    ///
    /// This happens before the poll, not after it, so a task that is woken while it runs runs
    /// again.
    pub(crate) fn step_begins(&self) {
        self.queued.store(false, Ordering::Relaxed);
    }

    /// A wake-up on the loop's own thread.
    fn wake_at_home(&self, queue: &ReadyQueue) {
        if self.is_queued() {
            queue.tell_woken(self.task, true);
        } else {
            self.queued.store(true, Ordering::Relaxed);
            queue.push_step(self.task);
        }
    }

    /// Asks that the task be dropped in its next step, and makes sure that there is one. asyncio has
    /// only the kind of cancelling that a task can see: that is in `cancel.rs`.
    pub(crate) fn abort(self: &Arc<Self>) {
        self.aborted.store(true, Ordering::Release);
        self.wake_by_ref();
    }

    /// Whether somebody has asked for that.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Whether the task is of the loop with this inbox.
    pub(crate) fn is_of(&self, inbox: &Arc<Inbox>) -> bool {
        Arc::ptr_eq(&self.inbox, inbox)
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match ready::at_home() {
            // The usual case: no lock.
            Some(queue) if self.is_of(&queue.inbox) => self.wake_at_home(&queue),
            // From elsewhere, or while the loop does not run.
            _ => self.inbox.put(News::Wake(self.task)),
        }
    }
}
