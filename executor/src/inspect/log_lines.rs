//! The log lines: what `RUST_LOG=loop=debug` prints is a fold over the events.
//!
//! ```text
//!  1.205 #3 I timer T2 conn5   arm tm1 +10.000s slot=2.28                @async_server.rs:41
//!  time  turn  target task     what                                      where
//! ```
//!
//! The letter is the level. `grep ' T2 '` tells one task's story, `grep '#4 '` one turn's. Targets
//! are `loop::tick`, `loop::wait`, `loop::ready`, `loop::timer`, `loop::task`, `loop::io` and
//! `http`; at info they say what begins and ends, at debug how the loop waits and polls, at trace
//! everything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::rc::Rc;

use log::{Level, LevelFilter, log, log_enabled};

use super::debug_mode::{SHOWN_UNASKED, unclaimed};
use super::dump::who;
use super::event::{Event, Record};
use super::layout::{Line, seconds, short};
use super::names::{Awaiting, Outcome, Place, TaskId, letter};
use super::narrator::Observer;
use crate::time::instant::Instant;

/// Every target of the log lines.
const TARGETS: [&str; 7] =
    ["loop::tick", "loop::wait", "loop::ready", "loop::timer", "loop::task", "loop::io", "http"];

/// Sends the program's log lines to stderr as `RUST_LOG` asks (without it, nothing but errors and the
/// warnings of [debug mode](crate::Builder::debug)). To be called once, by `main`.
///
/// A line is printed as it is, for the time and the level are in it: the loop's time, which under
/// the virtual clock is not the machine's.
pub fn init_logging() {
    init_logging_to(std::io::stderr());
}

/// As [`init_logging`], to somewhere else: for a program that draws on its terminal and has to make
/// room for each line. Every line is one `write_all`.
pub fn init_logging_to(out: impl std::io::Write + Send + 'static) {
    let print =
        |out: &mut env_logger::fmt::Formatter, record: &log::Record<'_>| writeln!(out, "{}", record.args());
    let target = env_logger::Target::Pipe(Box::new(out));
    // A second call, or a program with a logger of its own, changes nothing.
    let filter = env_logger::Env::default().default_filter_or(SHOWN_UNASKED);
    let mut logger = env_logger::Builder::new();
    // The library below has things of its own to say: to those who ask for it by name.
    logger.filter_module("mio", LevelFilter::Off);
    let _ = logger.parse_env(filter).format(print).target(target).try_init();
}

/// An observer that writes each event as one line to the `log` crate.
#[derive(Debug, Default)]
pub struct LogLines {
    names: RefCell<HashMap<TaskId, Rc<str>>>,
    /// The sockets that the wait under way has found: its last line names them.
    found: RefCell<String>,
}

impl LogLines {
    /// An observer with no names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether any of these lines would be printed.
    pub fn are_wanted() -> bool {
        if log::max_level() < LevelFilter::Warn {
            return false;
        }
        TARGETS.iter().any(|target| log_enabled!(target: target, Level::Warn))
    }

    fn draft(&self, record: &Record) -> Draft {
        use Level::{Debug, Info, Trace, Warn};
        match &record.event {
            Event::LoopBegin { backend, timers, wake, clock } => {
                let text = format!("begin backend={backend} timers={timers} wake={wake} clock={clock}");
                Draft::new(Info, "loop::tick", None, text)
            }
            Event::LoopEnd => Draft::new(Info, "loop::tick", None, "end".to_owned()),
            Event::TurnBegin { ready } => {
                Draft::new(Trace, "loop::tick", None, format!("turn ready={ready}"))
            }
            Event::TurnEnd { ran, busy } => {
                Draft::new(Trace, "loop::tick", None, format!("turn ran={ran} busy={}", short(*busy)))
            }
            Event::WaitBegin { timeout, sources, timers } => {
                let timeout = timeout.map_or_else(|| "for ever".to_owned(), seconds);
                Draft::new(Debug, "loop::wait", None, format!("{timeout:<8} fds={sources} timers={timers}"))
            }
            Event::Io { source, direction, woke } => {
                let woke = woke.map_or_else(|| "callback".to_owned(), |task| task.to_string());
                let text = format!("{source}:{} -> {woke}", letter(*direction));
                let mut found = self.found.borrow_mut();
                let _ = write!(found, " {text}");
                Draft::new(Trace, "loop::io", None, text)
            }
            Event::WaitEnd { waited } => {
                let text = format!("woke +{}{}", seconds(*waited), self.found.take());
                Draft::new(Debug, "loop::wait", None, text)
            }
            Event::Armed { source, direction, .. } => {
                Draft::new(Trace, "loop::io", record.task, format!("arm {source}:{}", letter(*direction)))
            }
            Event::Disarmed { source, direction, .. } => {
                Draft::new(Trace, "loop::io", record.task, format!("disarm {source}:{}", letter(*direction)))
            }
            Event::TimerArmed { timer, delay, level, slot, place, .. } => {
                let mut text = format!("arm {timer} +{}", seconds(*delay));
                if let (Some(level), Some(slot)) = (level, slot) {
                    let _ = write!(text, " slot={level}.{slot}");
                }
                Draft::new(Info, "loop::timer", record.task, text).at(*place)
            }
            Event::TimerMoved { timer, level, slot } => {
                Draft::new(Trace, "loop::timer", None, format!("move {timer} slot={level}.{slot}"))
            }
            Event::TimerFired { timer, late, woke } => {
                Draft::new(Info, "loop::timer", *woke, format!("fire {timer} late={}", short(*late)))
            }
            Event::TimerCancelled { timer } => {
                Draft::new(Debug, "loop::timer", record.task, format!("cancel {timer}"))
            }
            Event::Spawned { task, place, .. } => {
                let by = record.task.map_or_else(String::new, |by| format!(" by {by}"));
                Draft::new(Info, "loop::task", Some(*task), format!("spawn{by}")).at(*place)
            }
            Event::Woken { task, cause, already } => {
                let already = if *already { ", already queued" } else { "" };
                Draft::new(Trace, "loop::ready", Some(*task), format!("woken by {cause}{already}"))
            }
            Event::Polled { task, poll, took, pending: None, .. } => {
                Draft::new(Debug, "loop::task", Some(*task), format!("poll {poll} Ready {}", short(*took)))
            }
            Event::Polled { task, poll, took, pending: Some((awaiting, place)), .. } => {
                let text = match awaiting {
                    Awaiting::Unknown => format!("poll {poll} Pending {}", short(*took)),
                    _ => format!("poll {poll} Pending {} await {awaiting}", short(*took)),
                };
                let line = Draft::new(Debug, "loop::task", Some(*task), text);
                if let Some(place) = place { line.at(*place) } else { line }
            }
            Event::Ended { task, outcome, polls } => {
                let level = if *outcome == Outcome::Panicked { Warn } else { Info };
                Draft::new(level, "loop::task", Some(*task), format!("end {outcome} polls={polls}"))
            }
            Event::Abandoned { task, spawned, awaiting, place, .. } => {
                let text = format!("dropped unfinished await {awaiting}");
                Draft::new(Warn, "loop::task", Some(*task), text).at(place.unwrap_or(*spawned))
            }
            Event::Unclaimed { task, spawned, what, .. } => {
                Draft::new(Warn, "loop::task", Some(*task), unclaimed(what)).at(*spawned)
            }
            Event::CallbackRan { took, .. } => {
                Draft::new(Debug, "loop::ready", None, format!("callback ran {}", short(*took)))
            }
            Event::RequestBegin { method, target, .. } => {
                Draft::new(Info, "http", record.task, format!("> {method} {target}"))
            }
            Event::RequestEnd { status } => Draft::new(Info, "http", record.task, format!("< {status}")),
            Event::Snapshot(state) => {
                let named = state.tasks.iter().filter(|task| !task.name.is_empty());
                self.names.borrow_mut().extend(named.map(|task| (task.id, Rc::clone(&task.name))));
                let (tasks, timers) = (state.tasks.len(), state.timers.len());
                Draft::new(Debug, "loop::tick", None, format!("snapshot tasks={tasks} timers={timers}"))
            }
            Event::Gap { dropped, .. } => {
                Draft::new(Warn, "loop::tick", None, format!("{dropped} events are missing"))
            }
            Event::LeftOut { task } => {
                Draft::new(Debug, "loop::task", Some(*task), "is left out from here on".to_owned())
            }
        }
    }
}

impl LogLines {
    /// The line of the next record: what is printed is nothing but this, line by line, as far as
    /// `RUST_LOG` asks for it. So a recording that is read back has the log lines in it.
    pub fn line(&self, record: &Record) -> LogLine {
        self.line_if(record, |_, _| true).expect("nobody refused it")
    }

    fn line_if(&self, record: &Record, is_wanted: impl Fn(&'static str, Level) -> bool) -> Option<LogLine> {
        if let Event::Spawned { task, name, .. } | Event::Unclaimed { task, name, .. } = &record.event
            && !name.is_empty()
        {
            self.names.borrow_mut().insert(*task, Rc::clone(name));
        }
        let draft = self.draft(record);
        let mut line = None;
        if is_wanted(draft.target, draft.level) {
            let name = draft.task.and_then(|task| self.names.borrow().get(&task).cloned());
            let task = match (draft.task, name) {
                (Some(task), name) => who(task, name.as_deref().unwrap_or_default()),
                (None, _) => String::new(),
            };
            let laid_out = Line {
                time: record.time.since(Instant::START),
                turn: Some(record.tick),
                level: draft.level,
                target: draft.target,
                who: &task,
                text: &draft.text,
                place: draft.place,
            };
            let text = laid_out.to_string();
            line = Some(LogLine { target: draft.target, level: draft.level, text });
        }
        if let Event::Ended { task, .. }
        | Event::Abandoned { task, .. }
        | Event::Unclaimed { task, .. }
        | Event::LeftOut { task, .. } = &record.event
        {
            self.names.borrow_mut().remove(task);
        }
        line
    }
}

impl Observer for LogLines {
    fn observe(&self, record: &Record) {
        let is_wanted = |target: &'static str, level| log_enabled!(target: target, level);
        if let Some(LogLine { target, level, text }) = self.line_if(record, is_wanted) {
            log!(target: target, level, "{text}");
        }
    }
}

/// What is printed of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// What `RUST_LOG` asks for it by.
    pub target: &'static str,
    /// From which level on.
    pub level: Level,
    /// The line.
    pub text: String,
}

/// What a line says, before it is laid out.
struct Draft {
    level: Level,
    target: &'static str,
    task: Option<TaskId>,
    text: String,
    place: Option<Place>,
}

impl Draft {
    fn new(level: Level, target: &'static str, task: Option<TaskId>, text: String) -> Self {
        Draft { level, target, task, text, place: None }
    }

    fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}
