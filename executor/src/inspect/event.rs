//! Every step that the loop takes, as one value each.
//!
//! Events carry history and nothing else: who did what to whom, and why. They name tasks, timers
//! and sockets by the loop's own numbers and give the loop's own time, so the same program under
//! the virtual clock gives the same events, byte for byte.
//!
//! As JSON, the fields of an event stand behind those of its record, by the names that they have here
//! (`wire.rs` says how times, places and sockets are written).

use std::rc::Rc;
use std::time::Duration;

use reactor::{Direction, SourceId};
use serde::{Deserialize, Serialize};

use super::names::{Awaiting, Cause, Outcome, Place, TaskId, TimerId};
use super::state::State;
use super::wire;
use crate::time::instant::Instant;

/// An event and its place in the story.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// 1 for the first event of this loop.
    pub seq: u64,
    /// The loop's time.
    pub time: Instant,
    /// The turn of the loop: 1 for the first, 0 before it.
    pub tick: u64,
    /// The task that was running, if one was.
    pub task: Option<TaskId>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A word of a switch.
// With a name of its own it is not taken for a piece of the text that is read.
type Word = &'static str;

/// One step of the loop.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A loop begins to run, with the words of its switches.
    LoopBegin {
        /// `LOOP_BACKEND`
        #[serde(deserialize_with = "wire::word")]
        backend: Word,
        /// `LOOP_TIMERS`
        #[serde(deserialize_with = "wire::word")]
        timers: Word,
        /// `LOOP_WAKE`
        #[serde(deserialize_with = "wire::word")]
        wake: Word,
        /// `LOOP_CLOCK`
        #[serde(deserialize_with = "wire::word")]
        clock: Word,
    },
    /// It has stopped.
    LoopEnd,
    /// A turn begins.
    TurnBegin {
        /// How many entries stand in the ready queue.
        ready: usize,
    },
    /// It is over.
    TurnEnd {
        /// How many entries it ran.
        ran: usize,
        /// How long they took.
        #[serde(with = "wire::seconds")]
        busy: Duration,
    },
    /// The loop is about to wait for the operating system.
    WaitBegin {
        /// How long at the most: `None` is for ever.
        #[serde(with = "wire::maybe_seconds")]
        timeout: Option<Duration>,
        /// How many sockets are registered.
        sources: usize,
        /// How many timers are armed.
        timers: usize,
    },
    /// The wait found a socket ready for whoever waits for it.
    Io {
        /// The socket.
        #[serde(with = "wire::source")]
        source: SourceId,
        /// Which way.
        #[serde(with = "wire::direction")]
        direction: Direction,
        /// The task that waits; nothing for a callback.
        woke: Option<TaskId>,
    },
    /// The wait is over.
    WaitEnd {
        /// How long it was.
        #[serde(with = "wire::seconds")]
        waited: Duration,
    },
    /// Somebody began to wait for a socket.
    Armed {
        /// The socket.
        #[serde(with = "wire::source")]
        source: SourceId,
        /// Which way.
        #[serde(with = "wire::direction")]
        direction: Direction,
        /// The task that waits; nothing for a callback.
        by: Option<TaskId>,
    },
    /// Somebody gave up waiting for it.
    Disarmed {
        /// The socket.
        #[serde(with = "wire::source")]
        source: SourceId,
        /// Which way.
        #[serde(with = "wire::direction")]
        direction: Direction,
        /// The task that waited; nothing for a callback.
        by: Option<TaskId>,
    },
    /// A timer was armed.
    TimerArmed {
        /// The timer.
        timer: TimerId,
        /// How long until its deadline.
        #[serde(with = "wire::seconds")]
        delay: Duration,
        /// When that is.
        deadline: Instant,
        /// The level of the wheel on which it waits: nothing in the heap and in the overflow list.
        level: Option<u8>,
        /// The slot of that level.
        slot: Option<u8>,
        /// The task that waits; nothing for a callback.
        woke: Option<TaskId>,
        /// Where the `sleep` or the `call_later` stands.
        place: Place,
    },
    /// The wheel has come so near to it that it went down to a finer level: it cascaded.
    TimerMoved {
        /// The timer.
        timer: TimerId,
        /// The level on which it waits from now on.
        level: u8,
        /// The slot of that level.
        slot: u8,
    },
    /// It was found due.
    TimerFired {
        /// The timer.
        timer: TimerId,
        /// How long ago its deadline was.
        #[serde(with = "wire::seconds")]
        late: Duration,
        /// The task that waits; nothing for a callback.
        woke: Option<TaskId>,
    },
    /// It was taken out before its deadline.
    TimerCancelled {
        /// The timer.
        timer: TimerId,
    },
    /// A task was born; its first step will be in the next turn.
    Spawned {
        /// The new task.
        #[serde(rename = "id")]
        task: TaskId,
        /// The name that it was given, or an empty one.
        name: Rc<str>,
        /// Where the `spawn` stands.
        place: Place,
    },
    /// A task was woken.
    Woken {
        /// The task.
        #[serde(rename = "id")]
        task: TaskId,
        /// Who or what did it.
        cause: Cause,
        /// Whether it stood in the ready queue already.
        already: bool,
    },
    /// A task took a step.
    Polled {
        /// The task.
        #[serde(rename = "id")]
        task: TaskId,
        /// 1 for its first step.
        poll: u32,
        /// How long it had stood in the ready queue.
        #[serde(with = "wire::seconds")]
        queued: Duration,
        /// How long it took.
        #[serde(with = "wire::seconds")]
        took: Duration,
        /// How many others now stand in the ready queue: they waited for it, or it made them ready.
        behind: usize,
        /// What it now waits for, and where the `.await` stands; nothing if it is done.
        #[serde(with = "wire::pending")]
        pending: Option<(Awaiting, Option<Place>)>,
    },
    /// A task is over.
    Ended {
        /// The task.
        #[serde(rename = "id")]
        task: TaskId,
        /// How.
        outcome: Outcome,
        /// How many steps it took.
        polls: u32,
    },
    /// The loop was dropped, and a task with it that was not done.
    Abandoned {
        /// The task.
        #[serde(rename = "id")]
        task: TaskId,
        /// Its name, or an empty one.
        name: Rc<str>,
        /// Where the `spawn` stands.
        spawned: Place,
        /// What it waited for.
        #[serde(with = "wire::text")]
        awaiting: Awaiting,
        /// Where the `.await` stands.
        place: Option<Place>,
    },
    /// A task's panic, or the error of a task from [`spawn_fallible`](crate::spawn_fallible), was
    /// dropped without anybody having taken it.
    Unclaimed {
        /// The task: over, perhaps for long.
        #[serde(rename = "id")]
        task: TaskId,
        /// Its name, or an empty one.
        name: Rc<str>,
        /// Where the `spawn` stands.
        spawned: Place,
        /// `panicked: ` or `failed: `, and the text.
        what: String,
    },
    /// A callback ran.
    CallbackRan {
        /// How long it took.
        #[serde(with = "wire::seconds")]
        took: Duration,
        /// How many entries now stand in the ready queue.
        behind: usize,
    },
    /// A server begins to work on a request, in the task that is running.
    RequestBegin {
        /// `GET`, ...
        method: String,
        /// Path and query.
        target: String,
        /// Which server: `async`.
        #[serde(deserialize_with = "wire::word")]
        server: Word,
        /// Which of its connections: 1 for the first.
        connection: u64,
    },
    /// That task's request has its answer.
    RequestEnd {
        /// 200, ...
        status: u16,
    },
    /// How everything stands: what a story that begins late begins with.
    Snapshot(Box<State>),
    /// Some events are missing: whoever reads them was too slow. A snapshot follows.
    Gap {
        /// How many.
        dropped: u64,
        /// The number of the first of them.
        from: u64,
    },
    /// A task turns out to work for somebody who looks on: nothing more is told of it
    /// ([`leave_out`](super::leave_out)).
    LeftOut {
        /// The task.
        #[serde(rename = "id")]
        task: TaskId,
    },
}
