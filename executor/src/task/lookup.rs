//! Questions to the table of tasks that no step of a task asks: who is there, who is to be cancelled,
//! who is to be woken.

use std::sync::Arc;

use super::Tasks;
use crate::cancel::stand::Cancellation;
use crate::inbox::TaskKey;
use crate::waker::TaskWaker;

impl Tasks {
    /// Every task that is not over, in the order in which they were spawned.
    pub(crate) fn all(&self) -> Vec<TaskKey> {
        let mut tasks: Vec<TaskKey> = self.slots.borrow().iter().map(|(_, slot)| slot.shared.task).collect();
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }

    /// Looks at a task's cancellation (`cancel.rs`), or says that the task is over. The table is
    /// borrowed meanwhile.
    pub(crate) fn cancellation<R>(
        &self,
        task: TaskKey,
        look: impl FnOnce(&mut Cancellation) -> R,
    ) -> Option<R> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.get_mut(task.index)?;
        if slot.shared.task != task {
            return None;
        }
        Some(look(slot.cancellation.get_or_insert_default()))
    }

    /// Whether a task was asked to stop and has not been told.
    pub(crate) fn is_untold(&self, task: TaskKey) -> bool {
        let slots = self.slots.borrow();
        let Some(slot) = slots.get(task.index) else { return false };
        slot.shared.task == task && slot.cancellation.as_ref().is_some_and(|it| it.is_untold())
    }

    /// What wakes a task, or nothing if it is over.
    pub(crate) fn waker(&self, task: TaskKey) -> Option<Arc<TaskWaker>> {
        let slots = self.slots.borrow();
        let slot = slots.get(task.index)?;
        if slot.shared.task == task { Some(Arc::clone(&slot.shared)) } else { None }
    }

    /// How many steps a task has begun; none if it is over.
    pub(crate) fn polls(&self, task: TaskKey) -> u32 {
        let slots = self.slots.borrow();
        match slots.get(task.index) {
            Some(slot) if slot.shared.task == task => slot.about.polls,
            _ => 0,
        }
    }
}
