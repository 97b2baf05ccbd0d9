//! How the loop names what it has, and the words for what it does to it.
//!
//! A task and a timer get a number each, which no other will ever have, so a trace can be searched for
//! one. A word says what a task waits for, why it was woken, or how it ended. All that is told of the loop
//! is put together from these; they are small, and know nothing of the loop.

use std::fmt;
use std::num::NonZeroU64;

use reactor::{Direction, SourceId};
use serde::{Deserialize, Serialize};

pub(crate) use super::place::{Place, Spot};

/// The loop's own name for a task: 1 for the first, and never given twice. Printed as `T1`.
/// asyncio: the number in `Task-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub(super) NonZeroU64);

impl TaskId {
    /// The number in the name.
    pub fn number(self) -> u64 {
        self.0.get()
    }

    /// The name after `last`, or the first. No name is zero, so a place for one that may be missing is
    /// no larger.
    pub(crate) fn after(last: Option<TaskId>) -> TaskId {
        TaskId(last.map_or(NonZeroU64::MIN, |last| last.0.saturating_add(1)))
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{}", self.0)
    }
}

/// The loop's own name for a timer: 1 for the first, and never given twice. Printed as `tm1`.
///
/// Timers with equal deadlines fire in the order of their names, which is the order in which they
/// were armed. (asyncio promises no order for them: its heap compares deadlines only.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TimerId(pub(crate) NonZeroU64);

impl TimerId {
    /// The number in the name.
    pub fn number(self) -> u64 {
        self.0.get()
    }

    /// The name after `last`, or the first, as a task's.
    pub(crate) fn after(last: Option<TimerId>) -> TimerId {
        TimerId(last.map_or(NonZeroU64::MIN, |last| last.0.saturating_add(1)))
    }
}

impl fmt::Display for TimerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tm{}", self.0)
    }
}

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Awaiting {
    /// Something that is not one of this crate's futures.
    #[default]
    Unknown,
    /// Its turn: `yield_now`.
    Turn,
    /// A deadline.
    Timer(TimerId),
    /// A socket.
    Socket(SourceId, Direction),
    /// The end of another task.
    Task(TaskId),
    /// A call on another thread.
    Thread,
    /// A signal.
    Signal,
    /// A [`Deferred`](crate::Deferred), which somebody sets.
    Deferred,
    /// The tasks of a [`gather`](crate::gather).
    Gather,
    /// Some of the tasks of a [`wait`](crate::wait).
    Wait,
    /// The next task of an [`as_completed`](crate::as_completed).
    AsCompleted,
    /// The children of a [`task_group`](crate::task_group).
    Group,
    /// A [`Lock`](crate::sync::Lock).
    Lock,
    /// A permit of a [`Semaphore`](crate::sync::Semaphore).
    Semaphore,
    /// An [`Event`](crate::sync::Event).
    Event,
    /// A notification of a [`Condition`](crate::sync::Condition).
    Condition,
    /// The others at a [`Barrier`](crate::sync::Barrier).
    Barrier,
    /// An item of a [`Queue`](crate::sync::Queue).
    QueueGet,
    /// A free place in one.
    QueuePut,
    /// That all items of one are dealt with.
    QueueJoin,
}

impl fmt::Display for Awaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Awaiting::Unknown => f.write_str("?"),
            Awaiting::Turn => f.write_str("turn"),
            Awaiting::Timer(timer) => timer.fmt(f),
            Awaiting::Socket(source, direction) => write!(f, "{source}:{}", letter(*direction)),
            Awaiting::Task(task) => task.fmt(f),
            Awaiting::Thread => f.write_str("thread"),
            Awaiting::Signal => f.write_str("signal"),
            Awaiting::Deferred => f.write_str("deferred"),
            Awaiting::Gather => f.write_str("gather"),
            Awaiting::Wait => f.write_str("wait"),
            Awaiting::AsCompleted => f.write_str("as_completed"),
            Awaiting::Group => f.write_str("group"),
            Awaiting::Lock => f.write_str("lock"),
            Awaiting::Semaphore => f.write_str("semaphore"),
            Awaiting::Event => f.write_str("event"),
            Awaiting::Condition => f.write_str("condition"),
            Awaiting::Barrier => f.write_str("barrier"),
            Awaiting::QueueGet => f.write_str("queue.get"),
            Awaiting::QueuePut => f.write_str("queue.put"),
            Awaiting::QueueJoin => f.write_str("queue.join"),
        }
    }
}

/// Why a task was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Cause {
    /// It was spawned.
    Spawn,
    /// Its socket became ready.
    Socket(SourceId, Direction),
    /// Its deadline came.
    Timer(TimerId),
    /// Another task did it in its own step, for instance by ending.
    Task(TaskId),
    /// A callback did it.
    Callback,
    /// Another thread did it.
    Thread,
    /// Code outside of every turn did it.
    #[default]
    Outside,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Spawn => f.write_str("spawn"),
            Cause::Socket(source, direction) => write!(f, "{source}:{}", letter(*direction)),
            Cause::Timer(timer) => timer.fmt(f),
            Cause::Task(task) => task.fmt(f),
            Cause::Callback => f.write_str("callback"),
            Cause::Thread => f.write_str("thread"),
            Cause::Outside => f.write_str("outside"),
        }
    }
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It returned.
    Returned,
    /// It panicked.
    Panicked,
    /// It was aborted or cancelled, or its loop was dropped.
    Cancelled,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Returned => "returned",
            Outcome::Panicked => "panicked",
            Outcome::Cancelled => "cancelled",
        })
    }
}

/// `R` or `W`: how trace lines write a direction.
pub(crate) fn letter(direction: Direction) -> char {
    match direction {
        Direction::Read => 'R',
        Direction::Write => 'W',
    }
}
