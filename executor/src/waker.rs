//! The waker: the buzzer that a waiting task leaves with whatever it waits for.
//!
//! In a cafe you order, get a buzzer and sit down; the barista who presses it need not know where. A
//! task that cannot go on hands its waker to a timer, a socket or another task in the same way, and
//! is not looked at again until somebody calls [`wake`](std::task::Waker::wake). That puts the task
//! into the ready queue, and that is all a wake-up ever is. asyncio: the done-callback
//! `Task.__wakeup`, which a task adds to the future it awaits.
//!
//! A waker may be called many times and from any thread, and yet at most one step of its task stands in
//! the ready queue. (After the task is gone a call does nothing: its entry or its note finds no task.)
//!
//! On the loop's own thread ("at home") the flag `queued` sees to that. It is set while a step of the
//! task stands in the queue, and whoever finds it set need do nothing more: that step polls the task
//! later, and sees what has come.
//!
//! From anywhere else (another thread, or this one while the loop does not run) the waker leaves a note
//! in the [`Inbox`]: at most one about each task, until the loop takes it. A wake-up after that leaves
//! another.
//!
//! ```text
//! another thread                            the loop's thread
//! --------------                            -----------------
//! writes a result
//! wakes: finds no note, so leaves one
//!   and rings the bell
//! wakes again: finds the note
//!                                           the wait is over
//!                                           takes the note, and wakes at home: finds `queued`
//!                                             clear, so sets it and queues a step
//!                                           the step begins: clears `queued`
//!                                           polls: sees the result
//! ```
//!
//! Why does the poll see the result? The inbox has a lock. First the result is written, then the lock
//! is taken, to leave a note or to find one; later the loop takes the lock to get the note, and only
//! then polls. (`tests/loom_wake_ups.rs` tries every order.)
//!
//! The standard library makes a [`Waker`](std::task::Waker) of any `Arc` whose type implements
//! [`Wake`]: no `unsafe` is needed, and cloning a waker counts a reference.

// Where the wakers of tasks that are over wait for other tasks.
pub(crate) mod pool;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use crate::inbox::{Inbox, News, TaskKey};
use crate::ready::{self, ReadyQueue};

/// The part of a task that others may hold, from any thread: enough to wake it or to abort it, and
/// nothing more.
pub(crate) struct TaskWaker {
    pub(crate) key: TaskKey,
    /// Whether a step of the task stands in the ready queue. Only the loop's thread touches it, but a waker
    /// has to be `Sync`, which a `Cell` is not. Loaded and stored `Relaxed`, an atomic costs no more.
    queued: AtomicBool,
    /// Whether the task is to be dropped instead of polled in its next step.
    aborted: AtomicBool,
    /// The way to the loop from other threads.
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    /// The waker of a new task, whose first step is about to be queued.
    pub(crate) fn new(key: TaskKey, inbox: Arc<Inbox>) -> Self {
        TaskWaker { key, queued: AtomicBool::new(true), aborted: AtomicBool::new(false), inbox }
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
            // Only those who look on are told.
            queue.tell_woken(self.key, true);
        } else {
            self.queued.store(true, Ordering::Relaxed);
            queue.push_step(self.key);
        }
    }

    /// Asks that the task be dropped in its next step, and makes sure that there is one. asyncio has
    /// only the kind of cancelling that a task can see: that is in `cancel.rs`.
    pub(crate) fn abort(self: &Arc<Self>) {
        self.aborted.store(true, Ordering::Release);
        self.wake_by_ref();
    }

    /// Whether somebody has asked that the task be dropped.
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
            // From another thread, or while the loop does not run.
            _ => self.inbox.put(News::Wake(self.key)),
        }
    }
}
