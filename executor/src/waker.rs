//! The waker: the buzzer that a waiting task leaves with whatever it waits for.
//!
//! In a cafe you order, get a buzzer and sit down; the barista who presses it need not know where. A
//! task that cannot go on hands its waker to a timer, a socket or another task in the same way, and
//! is not looked at again until somebody calls [`wake`](std::task::Waker::wake). That puts the task
//! into the ready queue, and that is all a wake-up ever is. asyncio: the done-callback
//! `Task.__wakeup`, which a task adds to the future it awaits.
//!
//! A waker may be called many times, from any thread, also after the task is gone. Two flags make many
//! calls one entry. `queued` is for wake-ups on the loop's own thread ("at home"): while it is set, a
//! step of the task stands in the ready queue. `reported` is for all others: while it is set, a note
//! about the task is on its way through the inbox. Whoever finds his flag set need do nothing more, for
//! a poll will follow. This is how a wake-up travels from another thread:
//!
//! ```text
//! another thread                          the loop's thread
//! writes a result
//! wakes: sets `reported`; it was not
//!   set, so leaves a note and rings       wakes up, takes the note, and wakes at home:
//! (wakes once more: it is set, so          clears `reported`,
//!   there is nothing to do)                 sets `queued`; it was not set, so queues a step
//!                                         the step begins: clears `queued`
//!                                         polls: sees the result
//! ```
//!
//! Why two? Most wake-ups come at home, and there `queued` is enough. Only the loop's thread touches it,
//! so it is plain memory: a flag that threads share would cost as much as all the rest of a wake-up. (A
//! task that is woken at home while its note is on the way may be polled once more than it need be: no
//! harm done.)
//!
//! The standard library makes a [`Waker`](std::task::Waker) of any `Arc` whose type implements
//! [`Wake`]: no `unsafe` is needed, and cloning a waker counts a reference.

pub(crate) mod pool;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};

use crate::inbox::{Inbox, News, TaskKey};
use crate::ready::{self, ReadyQueue};

/// The part of a task that others may hold, from any thread: enough to wake it or to abort it, and
/// nothing more.
pub(crate) struct TaskWaker {
    pub(crate) task: TaskKey,
    /// Whether a step of the task stands in the ready queue. Only the loop's thread touches it. (An
    /// atomic that is loaded and stored `Relaxed` is a plain `bool` to the processor; the compiler wants
    /// it in whatever may be seen by several threads.)
    queued: AtomicBool,
    /// Set by a wake-up from another thread, or while the loop does not run; cleared by the next one at
    /// home, which is that of the note.
    reported: AtomicBool,
    /// Whether the task is to be dropped instead of polled in its next step.
    aborted: AtomicBool,
    /// The way to the loop from other threads.
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    /// The waker of a new task, whose first step is about to be queued.
    pub(crate) fn new(task: TaskKey, inbox: Arc<Inbox>) -> Self {
        let [reported, aborted] = [AtomicBool::new(false), AtomicBool::new(false)];
        TaskWaker { task, queued: AtomicBool::new(true), reported, aborted, inbox }
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
        if self.reported.load(Ordering::Relaxed) {
            // A swap and not a store: threads that found the flag set went away without leaving a note.
            // The swap makes what they had written visible to the poll that follows
            // (`tests/loom_wake_ups.rs` tries every order).
            self.reported.swap(false, Ordering::AcqRel);
        }
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
            // From elsewhere: the first one leaves a note.
            _ => {
                if !self.reported.swap(true, Ordering::AcqRel) {
                    self.inbox.put(News::Wake(Waker::from(Arc::clone(self))));
                }
            }
        }
    }
}
