//! Replaying a story: each event changes how things stand.

use std::rc::Rc;

use reactor::{Direction, SourceId};

use super::event::{Event, Record};
use super::names::TaskId;
use super::state::{SourceStand, State, TaskStand, TaskState, TimerStand, Who};

impl State {
    /// How things stand after this event. Events are to be applied in their order, from the first of
    /// a loop on or from a snapshot; a snapshot replaces everything.
    pub fn apply(&mut self, record: &Record) {
        // Whatever a task does, it does in its step: the first event of the step says that it runs.
        if let Some(task) = record.task {
            self.step_begins(task);
        }
        match &record.event {
            Event::Snapshot(state) => *self = (**state).clone(),
            Event::LoopBegin { timers: "wheel", .. } => {
                self.cursor.get_or_insert(0);
            }
            Event::WaitEnd { .. } => self.cursor = self.cursor.map(|before| before.max(record.time.millis())),
            Event::Io { source, direction, .. } | Event::Disarmed { source, direction, .. } => {
                self.wait_for(*source, *direction, None);
            }
            Event::Armed { source, direction, by } => {
                self.wait_for(*source, *direction, Some(Who::from(*by)));
            }
            Event::TimerArmed { timer, deadline, level, slot, woke, .. } => {
                let (timer, deadline, level, slot, woke) = (*timer, *deadline, *level, *slot, *woke);
                self.timers.push(TimerStand { timer, deadline, level, slot, woke });
            }
            Event::TimerMoved { timer, level, slot } => {
                if let Some(moved) = self.timers.iter_mut().find(|other| other.timer == *timer) {
                    (moved.level, moved.slot) = (Some(*level), Some(*slot));
                }
            }
            Event::TimerFired { timer, .. } | Event::TimerCancelled { timer } => {
                self.timers.retain(|other| other.timer != *timer);
            }
            Event::Spawned { task, name, place } => {
                self.tasks.push(TaskStand {
                    id: *task,
                    name: Rc::clone(name),
                    spawned: *place,
                    state: TaskState::Ready,
                    awaiting: None,
                    place: None,
                    polls: 0,
                });
                self.ready.push(Who::Task(*task));
            }
            Event::Woken { task, already: false, .. } => {
                // A waker may be called when its task is gone.
                if let Some(stand) = self.task(*task) {
                    if stand.state == TaskState::Waiting {
                        stand.state = TaskState::Ready;
                    }
                    self.ready.push(Who::Task(*task));
                }
            }
            Event::Polled { task, poll, pending: Some((awaiting, place)), .. } => {
                let again = self.ready.contains(&Who::Task(*task));
                if let Some(task) = self.task(*task) {
                    task.state = if again { TaskState::Ready } else { TaskState::Waiting };
                    task.awaiting = Some(*awaiting);
                    task.place = *place;
                    task.polls = *poll;
                }
            }
            Event::Ended { task, .. } | Event::Abandoned { task, .. } => self.forget(*task),
            Event::LeftOut { task } => {
                self.forget(*task);
                self.timers.retain(|timer| timer.woke != Some(*task));
                for source in &mut self.sources {
                    source.read = source.read.filter(|who| *who != Who::Task(*task));
                    source.write = source.write.filter(|who| *who != Who::Task(*task));
                }
                self.sources.retain(|source| source.read.is_some() || source.write.is_some());
            }
            _ => {}
        }
    }

    fn task(&mut self, id: TaskId) -> Option<&mut TaskStand> {
        let position = self.tasks.binary_search_by_key(&id, |task| task.id).ok()?;
        self.tasks.get_mut(position)
    }

    fn step_begins(&mut self, id: TaskId) {
        let Some(task) = self.task(id) else { return };
        if task.state == TaskState::Running {
            return;
        }
        task.state = TaskState::Running;
        task.awaiting = None;
        task.polls += 1;
        if let Some(position) = self.ready.iter().position(|who| *who == Who::Task(id)) {
            self.ready.remove(position);
        }
    }

    fn wait_for(&mut self, source: SourceId, direction: Direction, who: Option<Who>) {
        // By its number: a name that was read back knows no more.
        let number = source.number();
        let position = match self.sources.binary_search_by_key(&number, |other| other.source.number()) {
            Ok(position) => position,
            Err(position) => {
                self.sources.insert(position, SourceStand { source, read: None, write: None });
                position
            }
        };
        let stand = &mut self.sources[position];
        match direction {
            Direction::Read => stand.read = who,
            Direction::Write => stand.write = who,
        }
        if stand.read.is_none() && stand.write.is_none() {
            self.sources.remove(position);
        }
    }

    fn forget(&mut self, id: TaskId) {
        self.tasks.retain(|task| task.id != id);
        self.ready.retain(|who| *who != Who::Task(id));
    }
}
