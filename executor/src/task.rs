//! A task: a future that the loop polls, and all that is known of it. And the table of them.
//!
//! A future does nothing by itself. A task is what drives it: a slot that holds the future, its
//! waker and its name. The loop takes the future out for one step, polls it, and puts it back if it
//! is not done. asyncio: `Task.__step`, with a coroutine in place of the future.
//!
//! It is taken out, and not polled where it is, because a step may do anything: spawn tasks, which
//! needs the table, or abort its own, which needs the slot. Nothing of the table is borrowed while
//! foreign code runs.
//!
//! ```text
//!               wake                the loop pops its entry
//!   [waiting] ---------> [ready] ---------> [running] ---> done: whoever joins is woken,
//!       ^                   ^                   |                the future is dropped
//!       |                   +- woken meanwhile -+
//!       +---------------------------- Pending --+
//! ```

mod lookup;

use std::cell::RefCell;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use slab::Slab;

use crate::cancel::cancellation::Cancellation;
use crate::inbox::{Inbox, TaskKey};
use crate::inspect::names::{Awaiting, Outcome, Spot, TaskId};
use crate::inspect::whom::Whom;
use crate::time::instant::Instant;
use crate::waker::TaskWaker;
use crate::waker::pool::WakerPool;

/// What a task drives: one box for each task, on the heap, where it stays as long as it lives. That
/// is what the `Pin` promises to the future, which may keep references into itself. Its result goes
/// to the [`JoinHandle`](crate::JoinHandle), so that tasks of every type fit in one table.
pub(crate) type Body = Pin<Box<dyn Future<Output = Outcome>>>;

/// The parts of a task that a step needs, and takes out.
pub(crate) struct Runnable {
    pub(crate) body: Body,
    /// Made once and lent to every poll: a step allocates nothing.
    pub(crate) waker: Waker,
}

/// What is known of a task.
pub(crate) struct About {
    pub(crate) name: Rc<str>,
    /// Where it was spawned.
    pub(crate) place: Spot,
    /// What it last came to wait for, and where the `.await` is (`inspect/awaits.rs`).
    pub(crate) awaiting: (Awaiting, Option<Spot>),
    /// Since when: if nobody looks on, since the beginning of the turn. Before its first step, since it
    /// was spawned.
    pub(crate) since: Instant,
    /// How often it was polled.
    pub(crate) polls: u32,
}

/// A task's place in the table. Whoever lists the tasks looks in here (`inspect/task_table.rs`).
pub(crate) struct Slot {
    pub(crate) shared: Arc<TaskWaker>,
    /// Taken out while a step is under way.
    pub(crate) runnable: Option<Runnable>,
    pub(crate) about: About,
    /// Nothing for a task that nobody has cancelled, and that has never come to an await that has to do with
    /// it (`cancel/stand.rs`).
    cancellation: Option<Box<Cancellation>>,
    /// Nothing for a task that has never waited in a combinator.
    pub(crate) whom: Option<Box<Whom>>,
}

/// Every task that is not over, by the index of its [`TaskKey`]. asyncio: `asyncio.all_tasks()`.
#[derive(Default)]
pub(crate) struct Tasks {
    pub(crate) slots: RefCell<Slab<Slot>>,
    wakers: WakerPool,
}

impl Tasks {
    /// Takes a new task in. Its first step is to be queued by the caller.
    pub(crate) fn insert(&self, id: TaskId, body: Body, about: About, inbox: &Arc<Inbox>) -> Arc<TaskWaker> {
        let mut slots = self.slots.borrow_mut();
        let place = slots.vacant_entry();
        let shared = self.wakers.take(TaskKey { index: place.key(), id }, inbox);
        let runnable = Some(Runnable { body, waker: Waker::from(Arc::clone(&shared)) });
        place.insert(Slot { shared: Arc::clone(&shared), runnable, about, cancellation: None, whom: None });
        shared
    }

    /// Takes out what a step needs: nothing if the task is over. The flag says whether it is to be
    /// dropped instead.
    // Inlined, so that what it takes out need not go through memory.
    #[inline]
    pub(crate) fn begin_step(&self, task: TaskKey) -> Option<(Runnable, bool)> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.get_mut(task.index)?;
        if slot.shared.key != task {
            return None;
        }
        let runnable = slot.runnable.take()?;
        slot.shared.step_begins();
        let unheard = slot.cancellation.as_mut().is_some_and(|cancellation| cancellation.step_begins());
        let to_be_dropped = slot.shared.is_aborted() || unheard;
        // To be dropped is not to be polled.
        slot.about.polls = slot.about.polls.wrapping_add(u32::from(!to_be_dropped));
        Some((runnable, to_be_dropped))
    }

    /// Puts back what the step had, until the task is woken. `has_said`: whether the step has said what
    /// it waits for. Says whether the task has yet to be told to stop. asyncio: `_must_cancel`.
    pub(crate) fn suspend(&self, task: TaskKey, runnable: Runnable, has_said: bool, since: Instant) -> bool {
        let mut slots = self.slots.borrow_mut();
        let slot = &mut slots[task.index];
        slot.runnable = Some(runnable);
        if !has_said {
            slot.about.awaiting = (Awaiting::Unknown, None);
        }
        slot.about.since = since;
        slot.cancellation.as_mut().is_some_and(|cancellation| cancellation.step_ends())
    }

    /// The task is over: its slot is free for another, and keys that still name it find nothing.
    /// Gives back all that was in it.
    pub(crate) fn remove(&self, task: TaskKey) -> Slot {
        self.slots.borrow_mut().remove(task.index)
    }

    /// As [`remove`](Self::remove), but keeps the waker for another task. Gives back how many steps the
    /// task took.
    pub(crate) fn end(&self, task: TaskKey) -> u32 {
        // Looked up in place, which is faster than in a slot that has just been moved.
        let polls = self.slots.borrow()[task.index].about.polls;
        let Slot { shared, .. } = self.remove(task);
        self.wakers.give(shared);
        polls
    }
}

/// Drops a task's future. A panic in its destructors is reported by the panic hook and goes no
/// further: the loop goes on.
pub(crate) fn drop_body(body: Body) {
    let _ = panic::catch_unwind(AssertUnwindSafe(move || drop(body)));
}
