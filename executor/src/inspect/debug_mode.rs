//! Debug mode: the loop says by itself what is probably a mistake.
//!
//! * A step or a callback that holds the loop: while it runs, nobody else does.
//! * A task that panicked, or failed, and nobody has looked.
//! * A task that is dropped unfinished, because its loop is.
//!
//! asyncio: `loop.set_debug(True)` and `PYTHONASYNCIODEBUG=1`; there the last two are said always.
//! Here it is an observer like any other, so a loop without it does no work for it. It is on in
//! debug builds, and `LOOP_DEBUG=0` or `1` decides in all.

use std::cell::RefCell;
use std::collections::HashMap;
use std::env;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use log::{Level, LevelFilter, log_enabled};

use super::dump::{cut, who};
use super::event::{Event, Record};
use super::layout::Line;
use super::names::{Place, TaskId};
use super::narrator::Observer;
use crate::time::instant::Instant;

/// Where the warnings about steps go.
const SLOW: &str = "loop::slow";
/// Where those about lost results and unfinished tasks go, unless the log lines say it anyway.
const LOST: &str = "loop::lost";
/// What `RUST_LOG` is taken to be where it is not set: the warnings of debug mode are shown without
/// being asked for.
pub(super) const SHOWN_UNASKED: &str = "error,loop::slow=warn,loop::lost=warn";

/// How much is shown of what a request is for, in characters. A warning is not cut, but it is the client who
/// says this, and it may be thousands.
const SHOWN: usize = 60;

/// The observer that warns.
pub(crate) struct DebugMode {
    /// For how long a step may hold the loop. asyncio: `slow_callback_duration`.
    slow: Duration,
    tasks: RefCell<HashMap<TaskId, Known>>,
}

/// What is known of a task that is not over.
struct Known {
    name: Rc<str>,
    /// Where it last came to wait, or was spawned.
    place: Place,
    /// The requests that it serves or, in the step under way, has served.
    requests: Vec<Request>,
}

struct Request {
    text: String,
    began: Instant,
    ended: Option<Instant>,
}

impl DebugMode {
    pub(crate) fn new(slow: Duration) -> Self {
        DebugMode { slow, tasks: RefCell::default() }
    }

    /// A task has taken a step: what there is to say of it, if it took long.
    fn step(
        &self,
        record: &Record,
        task: TaskId,
        took: Duration,
        behind: usize,
        came_to: Option<Place>,
    ) -> Option<Warning> {
        let mut tasks = self.tasks.borrow_mut();
        let known = tasks.get_mut(&task)?;
        let mut warning = None;
        if took >= self.slow {
            let began = record.time - took;
            let serving = known.served_longest(began, record.time);
            let serving = serving.map_or_else(String::new, |request| format!(": {request}"));
            let text = format!("held the loop {}{serving}, {behind} behind it", in_words(took));
            let who = who(task, &known.name);
            warning = Some(Warning { target: SLOW, who, text, place: Some(known.place) });
        }
        known.requests.retain(|request| request.ended.is_none());
        known.place = came_to.unwrap_or(known.place);
        warning
    }

    fn warning(&self, record: &Record) -> Option<Warning> {
        match &record.event {
            Event::Spawned { task, name, place } => {
                let known = Known { name: Rc::clone(name), place: *place, requests: Vec::new() };
                self.tasks.borrow_mut().insert(*task, known);
                None
            }
            Event::RequestBegin { method, target, .. } => {
                if let Some(known) = self.tasks.borrow_mut().get_mut(&record.task?) {
                    let text = format!("{method} {}", cut(target, SHOWN));
                    known.requests.push(Request { text, began: record.time, ended: None });
                }
                None
            }
            Event::RequestEnd { .. } => {
                let mut tasks = self.tasks.borrow_mut();
                let request = tasks.get_mut(&record.task?)?.requests.last_mut()?;
                request.ended.get_or_insert(record.time);
                None
            }
            Event::Polled { task, took, behind, pending, .. } => {
                self.step(record, *task, *took, *behind, pending.and_then(|(_, place)| place))
            }
            Event::CallbackRan { took, behind } if *took >= self.slow => {
                let text = format!("a callback held the loop {}, {behind} behind it", in_words(*took));
                Some(Warning { target: SLOW, who: String::new(), text, place: None })
            }
            Event::Ended { task, .. } => {
                self.tasks.borrow_mut().remove(task);
                None
            }
            Event::Unclaimed { task, name, spawned, what } => {
                let text = unclaimed(what);
                Some(Warning { target: LOST, who: who(*task, name), text, place: Some(*spawned) })
            }
            Event::Abandoned { task, name, spawned, awaiting, place } => {
                self.tasks.borrow_mut().remove(task);
                let text = format!("dropped unfinished await {awaiting}");
                Some(Warning {
                    target: LOST,
                    who: who(*task, name),
                    text,
                    place: Some(place.unwrap_or(*spawned)),
                })
            }
            _ => None,
        }
    }
}

impl Known {
    /// The request that had the largest part of a step: a step may answer several.
    fn served_longest(&self, began: Instant, ended: Instant) -> Option<&str> {
        let in_step = |request: &Request| request.ended.unwrap_or(ended).since(request.began.max(began));
        let longest = self.requests.iter().max_by_key(|request| in_step(request))?;
        Some(&longest.text)
    }
}

impl Observer for DebugMode {
    fn observe(&self, record: &Record) {
        if let Some(warning) = self.warning(record) {
            warning.say(record);
        }
    }
}

/// A warning, before it is laid out.
struct Warning {
    target: &'static str,
    who: String,
    text: String,
    place: Option<Place>,
}

impl Warning {
    fn say(&self, record: &Record) {
        // Whoever has asked for the log lines of tasks has this among them.
        if self.target == LOST && log_enabled!(target: "loop::task", Level::Warn) {
            return;
        }
        let line = Line {
            time: record.time.since(Instant::START),
            turn: Some(record.tick),
            level: Level::Warn,
            target: self.target,
            who: &self.who,
            text: &self.text,
            place: self.place,
        };
        // A program with no logger has not decided against warnings; one that was started with
        // RUST_LOG=off has.
        if log::max_level() == LevelFilter::Off && env::var_os("RUST_LOG").is_none() {
            // Without a stderr there is nobody to warn.
            let _ = writeln!(io::stderr(), "{line}");
        } else {
            log::warn!(target: self.target, "{line}");
        }
    }
}

/// What is said of a bad result that nobody took.
pub(super) fn unclaimed(what: &str) -> String {
    format!("nobody heard that it {what}")
}

/// `1.0 s`, or `150 ms`.
fn in_words(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}
