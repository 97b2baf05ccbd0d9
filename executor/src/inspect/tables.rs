//! How everything stands, by the loop's own tables.
//!
//! Nothing is asked of the tasks for it, and nothing changes by it: each table is gone through once.

use super::state::{SourceStand, State, TaskStand, Who};
use crate::event_loop::{self, LoopState};
use crate::ready::{Entry, Wakeup};

/// How everything in the running loop stands. Tasks that work for those who look on are left out.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn state() -> State {
    event_loop::running("state()").state()
}

impl LoopState {
    /// What the loop's own tables say.
    pub(super) fn state(&self) -> State {
        let left_out = &self.narrator().left_out;
        let (mut timers, cursor) = self.timers.borrow().listed(Wakeup::task);
        timers.retain(|timer| !left_out.has_timer(timer.timer, timer.woke));
        let mut tasks = Vec::new();
        for info in self.snapshot_tasks() {
            if !left_out.has_task(Some(info.id)) {
                tasks.push(TaskStand {
                    id: info.id,
                    name: info.name.into(),
                    spawned: info.spawned,
                    state: info.state,
                    awaiting: info.awaiting,
                    place: info.place,
                    polls: info.polls,
                });
            }
        }
        let mut sources = Vec::new();
        for (source, who) in self.reactor.waited_for(|wakeup| Who::from(wakeup.task())) {
            let [read, write] = who.map(|who| who.filter(|who| !left_out.has(source, *who)));
            if read.is_some() || write.is_some() {
                sources.push(SourceStand { source, read, write });
            }
        }
        let mut ready = Vec::new();
        self.ready.for_each(|entry| match entry {
            Entry::Callback(_) => ready.push(Who::Callback),
            // The entry of a task that has ended is skipped when its turn comes.
            Entry::Step(task) => {
                if tasks.binary_search_by_key(&task.id, |stand: &TaskStand| stand.id).is_ok() {
                    ready.push(Who::Task(task.id));
                }
            }
        });
        State { tasks, timers, sources, ready, cursor }
    }
}
