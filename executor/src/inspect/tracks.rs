//! One task's track in a trace: `ready`, a poll, `await`, and again.

use serde_json::{Value, json};

use super::place::Place;
use crate::time::instant::Instant;

/// Microseconds, which the format counts in.
#[expect(clippy::cast_precision_loss, reason = "exact for a hundred days")]
pub(super) fn micros(time: Instant) -> f64 {
    time.nanos() as f64 / 1e3
}

/// From when to when something lasted.
pub(super) struct Slice {
    name: String,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) args: Value,
    /// An arrow that begins here, and one that ends here.
    pub(super) arrow_out: Option<u64>,
    arrow_in: Option<u64>,
}

pub(super) fn slice(name: &str, began: Instant, ended: Instant) -> Slice {
    Slice { name: name.to_owned(), began, ended, args: json!({}), arrow_out: None, arrow_in: None }
}

impl Slice {
    pub(super) fn event(self, pid: u64, track: u64) -> Value {
        let Slice { name, began, ended, args, .. } = self;
        let (ts, dur) = (micros(began), micros(Instant::START + ended.since(began)));
        let mut event = json!({
            "ph": "X", "pid": pid, "tid": track, "ts": ts, "dur": dur, "name": name, "args": args
        });
        if let Some(arrow) = self.arrow_out {
            event["bind_id"] = format!("{arrow:#x}").into();
            event["flow_out"] = true.into();
        }
        if let Some(arrow) = self.arrow_in {
            event["bind_id"] = format!("{arrow:#x}").into();
            event["flow_in"] = true.into();
        }
        event
    }
}

/// What a task is doing while it does not run.
pub(super) enum Phase {
    /// It stands in the ready queue; the arrow that led there.
    Ready(Option<u64>),
    /// It waits, for what, and where.
    Awaiting(String, Option<Place>),
    /// It is done, and its future is being dropped.
    Ending,
}

/// A task, and what it is doing.
pub(super) struct Track {
    pub(super) phase: Phase,
    pub(super) since: Instant,
    spawned: Option<Place>,
    /// What it did in the step under way.
    pub(super) in_step: Vec<Slice>,
    /// It was woken in its own step, and will be ready again.
    again: Option<Phase>,
    /// What made it ready has yet to be told: its birth.
    pub(super) fresh: bool,
}

impl Track {
    pub(super) fn new(since: Instant, spawned: Option<Place>) -> Self {
        Track { phase: Phase::Ready(None), since, spawned, in_step: Vec::new(), again: None, fresh: true }
    }

    /// The task becomes ready; gives what it was doing before.
    pub(super) fn woken(&mut self, time: Instant, arrow: Option<u64>) -> Option<Slice> {
        match &self.phase {
            // Its birth is told as a wake-up, too.
            Phase::Ready(None) if std::mem::take(&mut self.fresh) => {
                self.phase = Phase::Ready(arrow);
                None
            }
            // It stands in the queue no more: its step is under way.
            Phase::Ready(_) => {
                self.again = Some(Phase::Ready(arrow));
                None
            }
            Phase::Awaiting(..) => {
                let before = self.leave(time);
                self.phase = Phase::Ready(arrow);
                Some(before)
            }
            Phase::Ending => None,
        }
    }

    /// A step is over: gives what the task was doing before, and the step.
    pub(super) fn polled(
        &mut self,
        poll: u32,
        began: Instant,
        ended: Instant,
        pending: Option<(String, Option<Place>)>,
    ) -> Vec<Slice> {
        self.fresh = false;
        let mut slices = vec![self.leave(began)];
        let mut step = slice(&format!("poll {poll}"), began, ended);
        if let Some(place) = self.spawned.take() {
            step.args = json!({"spawned": place.to_string()});
        }
        slices.push(step);
        slices.append(&mut self.in_step);
        self.since = ended;
        self.phase = match (pending, self.again.take()) {
            (None, _) => Phase::Ending,
            (Some(_), Some(again)) => again,
            (Some((awaiting, place)), None) => Phase::Awaiting(awaiting, place),
        };
        slices
    }

    /// The task is over, or the story is.
    pub(super) fn ends(&mut self, time: Instant) -> Vec<Slice> {
        let mut slices = Vec::new();
        if time > self.since || !self.in_step.is_empty() || !matches!(self.phase, Phase::Ending) {
            slices.push(self.leave(time));
        }
        slices.append(&mut self.in_step);
        slices
    }

    /// What it was doing until `time`.
    fn leave(&mut self, time: Instant) -> Slice {
        let time = time.max(self.since);
        let before = match &self.phase {
            Phase::Ready(arrow) => {
                let mut before = slice("ready", self.since, time);
                before.arrow_in = *arrow;
                before
            }
            Phase::Awaiting(what, place) => {
                let mut before = slice(&format!("await {what}"), self.since, time);
                if let Some(place) = place {
                    before.args = json!({"place": place.to_string()});
                }
                before
            }
            Phase::Ending => slice("end", self.since, time),
        };
        self.since = time;
        before
    }
}
