//! Whom a task waits for, where that is more than one.
//!
//! A task that joins another is seen to wait for it by what it awaits. One that waits in a
//! [`gather`](crate::gather) or a [group](crate::task_group) waits for many, and its slot notes whose
//! list that is. The note is good for as long as the task stands at that `.await`: it carries the
//! number of the step that wrote it and what the task had come to wait for then, and once either has
//! changed nobody believes it. So whoever has gone on need not take anything back. asyncio:
//! `future_add_to_awaited_by`, which must.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::{Rc, Weak};

use super::event::{Awaiting, Spot, TaskId};
use crate::event_loop::LoopState;

/// The tasks that one combinator waits for, in the order of their spawning; those that are over may be
/// among them.
pub(crate) type Children = RefCell<BTreeSet<TaskId>>;

/// What a task waits for, and where the `.await` is.
type At = (Awaiting, Option<Spot>);

/// The lists of those that a task waits for.
#[derive(Default)]
pub(crate) struct Whom {
    /// The step at whose end it came to wait for them,
    step: u32,
    /// and where.
    at: At,
    /// Several, where one combinator stands inside of another.
    lists: Vec<Weak<Children>>,
}

impl Whom {
    /// All of them, if the task has come to nothing else since.
    pub(crate) fn all(&self, step: u32, at: At) -> Vec<TaskId> {
        let mut all = Vec::new();
        if (self.step, self.at) == (step, at) {
            for list in &self.lists {
                if let Some(list) = list.upgrade() {
                    all.extend(list.borrow().iter());
                }
            }
        }
        all
    }
}

impl LoopState {
    /// From the end of its step to the next one, the running task waits for these.
    pub(crate) fn waits_for(&self, children: &Rc<Children>) {
        let Some(task) = self.narrator().task_key() else { return };
        let at = self.awaiting();
        let list = Rc::downgrade(children);
        self.tasks.change(task, |slot| {
            let whom = slot.whom.get_or_insert_default();
            // Within one step it may have begun to wait for others, and have given up.
            let step = slot.about.polls;
            if (whom.step, whom.at) != (step, at) {
                (whom.step, whom.at) = (step, at);
                whom.lists.clear();
            }
            if !whom.lists.iter().any(|other| other.ptr_eq(&list)) {
                whom.lists.push(list);
            }
        });
    }
}
