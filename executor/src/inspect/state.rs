//! How everything stands at one moment, and how an event changes it.
//!
//! There are two ways to it: to look at the loop's own tables (`tables.rs`), and to apply its events one
//! after the other (`replay.rs`). Both come to the same, which is what a recording is good for: whoever
//! has the events can go to any moment of the story, forwards and backwards, and the loop need not be there
//! any more. A story that begins late begins with a [`Snapshot`](super::Event::Snapshot), which is the first
//! of the two.
//!
//! Events do not tell when a callback is queued, so in what is made of them the ready queue holds
//! tasks only.

use std::fmt;
use std::rc::Rc;

use reactor::SourceId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::{Awaiting, TaskId, TimerId};
use super::place::Place;
use super::wire;
use crate::time::instant::Instant;

/// How everything stands. Each list is in the order of names, the ready queue in its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The tasks that are not over.
    pub tasks: Vec<TaskStand>,
    /// The timers that are armed.
    pub timers: Vec<TimerStand>,
    /// The sockets that somebody waits for.
    pub sources: Vec<SourceStand>,
    /// The ready queue, from its front.
    pub ready: Vec<Who>,
    /// The millisecond to which the wheel has come; nothing for the heap.
    pub cursor: Option<u64>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStand {
    /// Its number.
    pub id: TaskId,
    /// The name that it was given, or an empty one.
    pub name: Rc<str>,
    /// Where the `spawn` stands.
    pub spawned: Place,
    /// Whether it runs, can run, or waits.
    pub state: TaskState,
    /// What it came to wait for at the end of its last step: nothing while it runs, and before its
    /// first step.
    #[serde(with = "wire::maybe_text")]
    pub awaiting: Option<Awaiting>,
    /// Where the last `.await` stands that it waited at.
    pub place: Option<Place>,
    /// How many steps it has begun.
    pub polls: u32,
}

/// What a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It stands in the ready queue.
    Ready,
    /// Its step is under way.
    Running,
    /// It stands at an `.await`.
    Waiting,
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TaskState::Ready => "ready",
            TaskState::Running => "running",
            TaskState::Waiting => "waiting",
        })
    }
}

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerStand {
    /// Its number.
    pub timer: TimerId,
    /// When it is due.
    pub deadline: Instant,
    /// The level of the wheel on which it waits: nothing in the heap and in the overflow list.
    pub level: Option<u8>,
    /// The slot of that level.
    pub slot: Option<u8>,
    /// The task that waits; nothing for a callback.
    pub woke: Option<TaskId>,
}

/// A socket that somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStand {
    /// Its number.
    #[serde(with = "wire::source")]
    pub source: SourceId,
    /// Who waits to read it.
    pub read: Option<Who>,
    /// Who waits to write to it.
    pub write: Option<Who>,
}

/// Whom something sets going. In JSON the number of a task, or `"callback"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A task.
    Task(TaskId),
    /// A callback.
    Callback,
}

impl From<Option<TaskId>> for Who {
    fn from(task: Option<TaskId>) -> Self {
        task.map_or(Who::Callback, Who::Task)
    }
}

const CALLBACK: &str = "callback";

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Who::Task(task) => task.serialize(to),
            Who::Callback => to.serialize_str(CALLBACK),
        }
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read {
            Task(TaskId),
            Word(String),
        }
        match Read::deserialize(from)? {
            Read::Task(task) => Ok(Who::Task(task)),
            Read::Word(word) if word == CALLBACK => Ok(Who::Callback),
            Read::Word(word) => Err(serde::de::Error::custom(format!("{word:?} is nobody"))),
        }
    }
}
