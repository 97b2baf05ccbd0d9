//! Questions to the table of tasks that no step of a task asks: who is there, who is to be cancelled,
//! who is to be woken.

use std::sync::Arc;

use super::{Slot, Tasks};
use crate::cancel::cancellation::Cancellation;
use crate::inbox::TaskKey;
use crate::waker::TaskWaker;

impl Tasks {
    /// Every task that is not over, in the order in which they were spawned.
    pub(crate) fn all(&self) -> Vec<TaskKey> {
        let mut tasks: Vec<TaskKey> = self.slots.borrow().iter().map(|(_, slot)| slot.shared.key).collect();
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }

    /// Looks at a task's slot, or says that the task is over. The table is borrowed meanwhile.
    pub(crate) fn look<R>(&self, task: TaskKey, look: impl FnOnce(&Slot) -> R) -> Option<R> {
        self.slots.borrow().get(task.index).filter(|slot| slot.shared.key == task).map(look)
    }

    /// As [`look`](Self::look), to change something.
    pub(crate) fn change<R>(&self, task: TaskKey, change: impl FnOnce(&mut Slot) -> R) -> Option<R> {
        self.slots.borrow_mut().get_mut(task.index).filter(|slot| slot.shared.key == task).map(change)
    }

    /// Looks at a task's cancellation (`cancel/cancellation.rs`) and may change it, or says that the task is over. The
    /// table is borrowed meanwhile.
    pub(crate) fn cancellation<R>(
        &self,
        task: TaskKey,
        look: impl FnOnce(&mut Cancellation) -> R,
    ) -> Option<R> {
        self.change(task, |slot| look(slot.cancellation.get_or_insert_default()))
    }

    /// Whether a task was asked to stop and has not been told.
    pub(crate) fn is_untold(&self, task: TaskKey) -> bool {
        self.look(task, |slot| slot.cancellation.as_ref().is_some_and(|it| it.is_untold())).unwrap_or(false)
    }

    /// How many requests to be cancelled a task has had.
    pub(crate) fn requests(&self, task: TaskKey) -> u32 {
        self.look(task, |slot| slot.cancellation.as_ref().map_or(0, |it| it.requests)).unwrap_or(0)
    }

    /// What wakes a task, or nothing if it is over.
    pub(crate) fn waker(&self, task: TaskKey) -> Option<Arc<TaskWaker>> {
        self.look(task, |slot| Arc::clone(&slot.shared))
    }

    /// How often a task was polled; never, if it is over.
    pub(crate) fn polls(&self, task: TaskKey) -> u32 {
        self.look(task, |slot| slot.about.polls).unwrap_or(0)
    }
}
