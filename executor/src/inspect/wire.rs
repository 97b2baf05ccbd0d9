//! How the parts of an event are written in JSON, where that is not said by their types.
//!
//! * Moments and durations are seconds with at most nine decimals, never with an exponent: every
//!   nanosecond is there, and what was written can be compared byte by byte.
//! * Tasks, timers and sockets are numbers, a place is `file:line`.
//! * What a task waits for, and why it was woken, is an object with a `kind`.
//!
//! What is read was written by this module: a time of more than a hundred days comes back with the
//! precision that a floating-point number has.

#![expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde calls these functions so")]

use std::fmt;
use std::time::Duration;

use reactor::{Direction, SourceId};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::names::{Awaiting, Cause, TaskId, TimerId};
use super::place::{Place, interned};
use crate::time::instant::Instant;

/// Writes a number of nanoseconds as seconds.
fn write_nanos<S: Serializer>(nanos: i128, serializer: S) -> Result<S::Ok, S::Error> {
    let (whole, part) = (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
    let sign = if nanos < 0 { "-" } else { "" };
    let text = if part == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:09}").trim_end_matches('0').to_owned()
    };
    RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

/// Reads seconds as a number of nanoseconds.
#[expect(clippy::cast_possible_truncation, reason = "what is too long becomes the longest there is")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

fn duration(seconds: f64) -> Duration {
    // The two longest that the loop tells of: never, and as far as its clock goes.
    Duration::from_nanos(u64::try_from(nanos(seconds)).unwrap_or(0))
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_nanos(i128::from(self.nanos()), serializer)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(|seconds| Instant::from_nanos(nanos(seconds)))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The words of the program itself.
pub(super) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    Ok(interned(&String::deserialize(deserializer)?))
}

pub(super) mod seconds {
    use super::{Deserialize, Deserializer, Duration, Serializer, duration, write_nanos};

    #[expect(clippy::cast_possible_wrap, reason = "a duration has fewer than 2^94 nanoseconds")]
    pub(in super::super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        write_nanos(time.as_nanos() as i128, to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        f64::deserialize(from).map(duration)
    }
}

pub(super) mod maybe_seconds {
    use super::{Deserialize, Deserializer, Duration, Serializer, duration, seconds};

    pub(in super::super) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => seconds::serialize(time, to),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.map(duration))
    }
}

pub(super) mod source {
    use super::{Deserialize, Deserializer, Serializer, SourceId};

    pub(in super::super) fn serialize<S: Serializer>(source: &SourceId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(source.number())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SourceId, D::Error> {
        u64::deserialize(from).map(SourceId::remembered)
    }
}

pub(super) mod direction {
    use super::{Deserialize, Deserializer, Direction, Error, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        direction: &Direction,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(super::word_of(*direction))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Direction, D::Error> {
        let word = String::deserialize(from)?;
        super::direction_of(&word).ok_or_else(|| D::Error::custom(format!("{word:?} is no direction")))
    }
}

fn word_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Read => "read",
        Direction::Write => "write",
    }
}

fn direction_of(word: &str) -> Option<Direction> {
    match word {
        "read" => Some(Direction::Read),
        "write" => Some(Direction::Write),
        _ => None,
    }
}

/// What something is about, as an object: one `kind`, and the number of what it names.
#[derive(serde::Serialize, serde::Deserialize)]
struct Thing {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timer: Option<TimerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<TaskId>,
}

impl Thing {
    fn new(kind: &str) -> Self {
        Thing { kind: kind.to_owned(), timer: None, source: None, direction: None, id: None }
    }

    fn timer(timer: TimerId) -> Self {
        Thing { timer: Some(timer), ..Thing::new("timer") }
    }

    fn socket(source: SourceId, direction: Direction) -> Self {
        let direction = Some(word_of(direction).to_owned());
        Thing { source: Some(source.number()), direction, ..Thing::new("socket") }
    }

    fn task(task: TaskId) -> Self {
        Thing { id: Some(task), ..Thing::new("task") }
    }

    /// The socket that it names.
    fn named_socket(&self) -> Option<(SourceId, Direction)> {
        Some((SourceId::remembered(self.source?), direction_of(self.direction.as_deref()?)?))
    }
}

/// What there is but one of to wait for, and what it is called as a kind.
const WAITS: [(&str, Awaiting); 17] = [
    ("unknown", Awaiting::Unknown),
    ("turn", Awaiting::Turn),
    ("thread", Awaiting::Thread),
    ("signal", Awaiting::Signal),
    ("deferred", Awaiting::Deferred),
    ("gather", Awaiting::Gather),
    ("wait", Awaiting::Wait),
    ("as_completed", Awaiting::AsCompleted),
    ("group", Awaiting::Group),
    ("lock", Awaiting::Lock),
    ("semaphore", Awaiting::Semaphore),
    ("event", Awaiting::Event),
    ("condition", Awaiting::Condition),
    ("barrier", Awaiting::Barrier),
    ("queue_get", Awaiting::QueueGet),
    ("queue_put", Awaiting::QueuePut),
    ("queue_join", Awaiting::QueueJoin),
];

impl From<Awaiting> for Thing {
    fn from(awaiting: Awaiting) -> Self {
        match awaiting {
            Awaiting::Timer(timer) => Thing::timer(timer),
            Awaiting::Socket(source, direction) => Thing::socket(source, direction),
            Awaiting::Task(task) => Thing::task(task),
            plain => {
                let kind = WAITS.iter().find(|(_, other)| *other == plain);
                Thing::new(kind.expect("every plain wait has a kind").0)
            }
        }
    }
}

impl Thing {
    fn awaiting(&self) -> Option<Awaiting> {
        match self.kind.as_str() {
            "timer" => self.timer.map(Awaiting::Timer),
            "socket" => self.named_socket().map(|(source, direction)| Awaiting::Socket(source, direction)),
            "task" => self.id.map(Awaiting::Task),
            kind => WAITS.iter().find(|(other, _)| *other == kind).map(|(_, awaiting)| *awaiting),
        }
    }

    fn cause(&self) -> Option<Cause> {
        Some(match self.kind.as_str() {
            "spawn" => Cause::Spawn,
            "callback" => Cause::Callback,
            "thread" => Cause::Thread,
            "outside" => Cause::Outside,
            "timer" => Cause::Timer(self.timer?),
            "task" => Cause::Task(self.id?),
            "socket" => {
                let (source, direction) = self.named_socket()?;
                Cause::Socket(source, direction)
            }
            _ => return None,
        })
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let thing = match *self {
            Cause::Timer(timer) => Thing::timer(timer),
            Cause::Socket(source, direction) => Thing::socket(source, direction),
            Cause::Task(task) => Thing::task(task),
            Cause::Spawn => Thing::new("spawn"),
            Cause::Callback => Thing::new("callback"),
            Cause::Thread => Thing::new("thread"),
            Cause::Outside => Thing::new("outside"),
        };
        thing.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let thing = Thing::deserialize(from)?;
        thing.cause().ok_or_else(|| unknown(&thing.kind))
    }
}

fn unknown<E: Error>(what: &dyn fmt::Debug) -> E {
    E::custom(format!("{what:?} is nothing that this program knows"))
}

/// What a task waits for, for programs (`on`) and for people (`text`).
pub(super) mod pending {
    use super::{Awaiting, Deserialize, Deserializer, Place, Serialize, Serializer, Thing, unknown};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Pending {
        on: Thing,
        text: String,
        place: Option<Place>,
    }

    type Stand = Option<(Awaiting, Option<Place>)>;

    pub(in super::super) fn serialize<S: Serializer>(stand: &Stand, to: S) -> Result<S::Ok, S::Error> {
        let pending =
            stand.map(|(awaiting, place)| Pending { on: awaiting.into(), text: awaiting.to_string(), place });
        pending.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Stand, D::Error> {
        let Some(pending) = Option::<Pending>::deserialize(from)? else { return Ok(None) };
        let awaiting = pending.on.awaiting().ok_or_else(|| unknown(&pending.on.kind))?;
        Ok(Some((awaiting, pending.place)))
    }
}

/// What a task waits for, as log lines write it.
pub(super) mod text {
    use super::{Awaiting, Deserialize, Deserializer, Serializer, awaiting_of, unknown};

    pub(in super::super) fn serialize<S: Serializer>(awaiting: &Awaiting, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(awaiting)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Awaiting, D::Error> {
        let text = String::deserialize(from)?;
        awaiting_of(&text).ok_or_else(|| unknown(&text))
    }
}

/// The same, or nothing.
pub(super) mod maybe_text {
    use super::{Awaiting, Deserialize, Deserializer, Serializer, awaiting_of, text, unknown};

    pub(in super::super) fn serialize<S: Serializer>(
        awaiting: &Option<Awaiting>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match awaiting {
            Some(awaiting) => text::serialize(awaiting, to),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Awaiting>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        awaiting_of(&text).map(Some).ok_or_else(|| unknown(&text))
    }
}

/// Reads what [`Awaiting`]'s `Display` has written.
fn awaiting_of(text: &str) -> Option<Awaiting> {
    for (_, plain) in WAITS {
        if plain.to_string() == text {
            return Some(plain);
        }
    }
    if let Some(number) = text.strip_prefix("tm") {
        return Some(Awaiting::Timer(TimerId(number.parse().ok()?)));
    }
    if let Some(number) = text.strip_prefix('T') {
        return Some(Awaiting::Task(TaskId(number.parse().ok()?)));
    }
    let (number, letter) = text.strip_prefix("io")?.split_once(':')?;
    let direction = if letter == "R" { Direction::Read } else { Direction::Write };
    Some(Awaiting::Socket(SourceId::remembered(number.parse().ok()?), direction))
}
