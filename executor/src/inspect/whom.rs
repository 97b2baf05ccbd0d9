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
use std::rc::Weak;

use super::names::{Awaiting, Spot, TaskId};

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
    /// The task is at the end of this step, and waits for these as well.
    pub(super) fn add(&mut self, step: u32, at: At, list: Weak<Children>) {
        // Within one step it may have begun to wait for others, and have given up.
        if (self.step, self.at) != (step, at) {
            (self.step, self.at) = (step, at);
            self.lists.clear();
        }
        if !self.lists.iter().any(|other| other.ptr_eq(&list)) {
            self.lists.push(list);
        }
    }

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
