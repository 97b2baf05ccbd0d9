//! What the running task has come to wait for, and where its `.await` stands.
//!
//! Each future of ours that is about to return `Pending` says so here, and the last word counts. It goes
//! straight into the task's slot, so that a list of tasks can tell where each of them stands, without
//! polling any. (It could go by way of the narrator, who knows all else about a step. But memory that is
//! read in larger pieces than it was written, and that soon, makes the processor wait: it would be a third
//! of what a step costs.)

use std::rc::Rc;

use super::names::{Awaiting, Spot};
use super::whom::Children;
use crate::event_loop::LoopState;

impl LoopState {
    /// A future of ours is about to return `Pending`: note what it waits for, and where the `.await`
    /// is.
    pub(crate) fn awaits(&self, awaiting: Awaiting, place: Spot) {
        let Some(task) = self.narrator().task_key() else { return };
        let told = self.tasks.change(task, |slot| slot.about.awaiting = (awaiting, Some(place)));
        if told.is_some() {
            self.narrator().say();
        }
    }

    /// What the running task has last said in this step, if anything.
    pub(crate) fn awaiting(&self) -> (Awaiting, Option<Spot>) {
        let task = self.narrator().task_key().filter(|_| self.narrator().has_said());
        let said = task.and_then(|task| self.tasks.look(task, |slot| slot.about.awaiting));
        said.unwrap_or((Awaiting::Unknown, None))
    }

    /// From the end of its step to the next one, the running task waits for these.
    pub(crate) fn waits_for(&self, children: &Rc<Children>) {
        let Some(task) = self.narrator().task_key() else { return };
        let at = self.awaiting();
        let list = Rc::downgrade(children);
        self.tasks.change(task, |slot| {
            let step = slot.about.polls;
            slot.whom.get_or_insert_default().add(step, at, list);
        });
    }
}
