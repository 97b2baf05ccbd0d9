//! Who is there: every task of the loop, where it stands and who waits for it.
//!
//! Nothing is polled to find out. What a task is lives in its slot, and what it waits for was
//! noted when it came to that; so this is a look at a table, and tells as much when the loop has
//! been running for days as on its first turn. asyncio: `asyncio.all_tasks`, and since 3.14
//! `python -m asyncio ps`.

use std::rc::Rc;

use super::names::{Awaiting, Place, Spot, TaskId};
use super::state::TaskState;
use crate::event_loop::{self, LoopState};
use crate::inbox::TaskKey;
use crate::task::{Slot, Tasks};
use crate::time::instant::Instant;

/// What is known of a task at one moment. asyncio: `Task.get_name`, `Task.get_stack` and the
/// `FutureCallGraph` of 3.14.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias("get_name", "get_stack", "print_stack"))]
#[doc(alias("capture_call_graph", "FutureCallGraph", "FrameCallGraphEntry"))]
pub struct TaskInfo {
    /// The loop's name for it.
    pub id: TaskId,
    /// The name that it was given, or an empty one.
    pub name: String,
    /// Where the `spawn` stands.
    pub spawned: Place,
    /// Whether it runs, can run, or waits.
    pub state: TaskState,
    /// What it came to wait for at the end of its last step: nothing while it runs, and before its
    /// first step.
    pub awaiting: Option<Awaiting>,
    /// Where the last `.await` stands that it came to; nothing if it never has, or not for one of
    /// this crate's futures.
    pub place: Option<Place>,
    /// Since when it stands there, or, before its first step, exists. In a loop that nobody observes it
    /// is the time of that turn, as the turn saw it.
    pub since: Instant,
    /// How many steps it has begun.
    pub polls: u32,
    /// The tasks whose end it waits for, in the order of spawning.
    pub awaits: Vec<TaskId>,
    /// The tasks that wait for its end, in the order of spawning.
    pub awaited_by: Vec<TaskId>,
}

/// The task that is running; nothing in a callback. Who waits for it is looked for in the whole
/// table. asyncio: `asyncio.current_task`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn current_task() -> Option<TaskInfo> {
    let state = event_loop::running("current_task()");
    let running = state.narrator().task()?;
    let slots = state.tasks.slots.borrow();
    let (mut own, mut awaited_by) = (None, Vec::new());
    for (_, slot) in slots.iter() {
        if slot.shared.key.id == running {
            own = Some(info(slot));
        } else if awaits(slot).contains(&running) {
            awaited_by.push(slot.shared.key.id);
        }
    }
    awaited_by.sort_unstable();
    Some(TaskInfo { awaited_by, ..own? })
}

/// Every task that is not over, in the order of spawning. asyncio: `asyncio.all_tasks`, a set.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn all_tasks() -> Vec<TaskInfo> {
    let mut tasks = event_loop::running("all_tasks()").snapshot_tasks();
    link(&mut tasks);
    tasks
}

/// How many timers are armed. asyncio: the handles of `loop._scheduled` that are not cancelled.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn armed_timers() -> usize {
    event_loop::running("armed_timers()").timers.borrow().armed()
}

/// How many sockets are registered with the reactor.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn sources() -> usize {
    event_loop::running("sources()").reactor.sources()
}

impl LoopState {
    /// The table as it is. Only what must be done on the loop's thread is done here:
    /// [`link`] does the rest.
    pub(super) fn snapshot_tasks(&self) -> Vec<TaskInfo> {
        let slots = self.tasks.slots.borrow();
        let mut tasks = Vec::with_capacity(slots.len());
        for (_, slot) in slots.iter() {
            tasks.push(info(slot));
        }
        drop(slots);
        tasks.sort_unstable_by_key(|task: &TaskInfo| task.id);
        tasks
    }
}

impl Tasks {
    /// A task's name, and where it was spawned.
    pub(crate) fn origin(&self, task: TaskKey) -> Option<(Rc<str>, Place)> {
        let slots = self.slots.borrow();
        let slot = slots.get(task.index)?;
        if slot.shared.key == task {
            Some((Rc::clone(&slot.about.name), slot.about.place.place()))
        } else {
            None
        }
    }
}

fn info(slot: &Slot) -> TaskInfo {
    let about = &slot.about;
    let state = match &slot.runnable {
        None => TaskState::Running,
        Some(_) if slot.shared.is_queued() => TaskState::Ready,
        Some(_) => TaskState::Waiting,
    };
    let (awaiting, place) = about.awaiting;
    TaskInfo {
        id: slot.shared.key.id,
        // A text of its own, because the table's cannot leave the thread.
        name: about.name.to_string(),
        spawned: about.place.place(),
        state,
        awaiting: if stands(slot) { Some(awaiting) } else { None },
        place: place.map(Spot::place),
        since: about.since,
        polls: about.polls,
        awaits: awaits(slot),
        awaited_by: Vec::new(),
    }
}

/// Whether the task stands at an `.await`: also when it has been woken there.
fn stands(slot: &Slot) -> bool {
    slot.runnable.is_some() && slot.about.polls > 0
}

/// Whom it waits for, those that are over included.
fn awaits(slot: &Slot) -> Vec<TaskId> {
    let mut awaits = Vec::new();
    if stands(slot) {
        if let Some(whom) = &slot.whom {
            awaits = whom.all(slot.about.polls, slot.about.awaiting);
        }
        if let Awaiting::Task(task) = slot.about.awaiting.0 {
            awaits.push(task);
        }
    }
    awaits
}

/// Strikes out those who are over, and tells everybody who waits for them. `tasks` is sorted.
pub(super) fn link(tasks: &mut [TaskInfo]) {
    for waiter in 0..tasks.len() {
        let mut awaits = std::mem::take(&mut tasks[waiter].awaits);
        awaits.sort_unstable();
        awaits.dedup();
        awaits.retain(|awaited| match position(tasks, *awaited) {
            Some(awaited) => {
                let id = tasks[waiter].id;
                tasks[awaited].awaited_by.push(id);
                true
            }
            None => false,
        });
        tasks[waiter].awaits = awaits;
    }
}

/// Where a task is in a sorted list.
pub(super) fn position(tasks: &[TaskInfo], task: TaskId) -> Option<usize> {
    tasks.binary_search_by_key(&task, |other| other.id).ok()
}
