//! A trace for <https://ui.perfetto.dev>: who ran, who was ready, who waited for what, drawn over time.
//!
//! ```text
//! loop       | tick #3: wait, timers, poll T2, poll T4        (a slice for each, inside of the turn's)
//! T2 coffee  | ready | poll 1 | await tm1 ............ | ready | poll 2 |
//! requests   | GET /sleeper ...........................................  |
//! counters   | ready queue, timers
//! ```
//!
//! The format is Chrome's "trace events", of which a page of Perfetto's documentation tells. What must
//! be minded: slices of one track must lie inside of each other or not touch, and one that lies inside
//! comes later in the file; an arrow goes from a slice to a slice, so each wake-up has a slice of its
//! own (without length), inside of what caused it, and ends at the `ready` that it began; what begins
//! with `b` must end with an `e` of the same name. A file that ends in the middle is read all the same
//! if what is there is a list of whole events.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::event::{Event, Record};
use super::names::{Cause, TaskId};
use super::place::Place;
use super::state::TaskState;
use super::tracks::{Phase, Slice, Track, micros, slice};
use crate::time::instant::Instant;

/// The track of the loop itself.
pub(super) const LOOP_TRACK: u64 = 1;
/// The tracks of tasks are numbered from here.
const FIRST_TASK_TRACK: u64 = 1_000;

/// The fold.
#[derive(Default)]
pub(super) struct Perfetto {
    /// By name.
    servers: BTreeMap<&'static str, Server>,
    /// Whether anything is written: then a comma comes first.
    begun: bool,
    /// Names for arrows and requests, never given twice.
    last_id: u64,
}

/// One process of the trace.
struct Server {
    pid: u64,
    tasks: BTreeMap<TaskId, Track>,
    /// The turn under way.
    turn: Option<Instant>,
    /// What the loop did in it.
    in_turn: Vec<Slice>,
    wait: Option<Instant>,
    /// Since when the loop has been busy with due timers, and how many they are.
    timers: Option<(Instant, u64)>,
    armed: i64,
    shown: [Option<i64>; 2],
    /// The requests under way, by their tasks.
    requests: BTreeMap<Option<TaskId>, (u64, String)>,
    latest: Instant,
}

impl Server {
    fn new(pid: u64) -> Self {
        Server {
            pid,
            tasks: BTreeMap::new(),
            turn: None,
            in_turn: Vec::new(),
            wait: None,
            timers: None,
            armed: 0,
            shown: [None; 2],
            requests: BTreeMap::new(),
            latest: Instant::START,
        }
    }
}

/// Where trace events are written.
struct Page<'a> {
    text: &'a mut String,
    begun: &'a mut bool,
    last_id: &'a mut u64,
}

impl Page<'_> {
    fn put(&mut self, event: &Value) {
        self.text.push_str(if *self.begun { ",\n" } else { "[\n" });
        *self.begun = true;
        *self.text += &event.to_string();
    }

    fn next_id(&mut self) -> u64 {
        *self.last_id += 1;
        *self.last_id
    }

    fn slices(&mut self, pid: u64, track: u64, slices: Vec<Slice>) {
        for slice in slices {
            self.put(&slice.event(pid, track));
        }
    }
}

fn task_track(task: TaskId) -> u64 {
    FIRST_TASK_TRACK + task.number()
}

impl Perfetto {
    pub(super) fn record(&mut self, name: &'static str, record: &Record, text: &mut String) {
        let Perfetto { servers, begun, last_id } = self;
        let mut page = Page { text, begun, last_id };
        if !servers.contains_key(name) {
            let pid = servers.len() as u64 + 1;
            page.put(&json!({"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}}));
            page.put(
                &json!({"ph": "M", "pid": pid, "name": "process_sort_index", "args": {"sort_index": pid}}),
            );
            name_track(&mut page, pid, LOOP_TRACK, name);
            servers.insert(name, Server::new(pid));
        }
        if let Some(server) = servers.get_mut(name) {
            server.latest = record.time;
            server.record(record, &mut page);
        }
    }

    /// Ends everything that is under way, and the file.
    pub(super) fn finish(&mut self, text: &mut String) {
        let Perfetto { servers, begun, last_id } = self;
        let mut page = Page { text, begun, last_id };
        for server in servers.values_mut() {
            server.turn_ends(server.latest, json!({}), &mut page);
            for task in server.tasks.keys().copied().collect::<Vec<_>>() {
                server.task_ends(task, server.latest, None, &mut page);
            }
            server.request_ends(None, server.latest, Value::Null, &mut page);
        }
        text.push_str(if *begun { "\n]\n" } else { "[]\n" });
    }
}

fn name_track(page: &mut Page<'_>, pid: u64, track: u64, name: &str) {
    page.put(&json!({"ph": "M", "pid": pid, "tid": track, "name": "thread_name", "args": {"name": name}}));
    let args = json!({"sort_index": track});
    page.put(&json!({"ph": "M", "pid": pid, "tid": track, "name": "thread_sort_index", "args": args}));
}

impl Server {
    fn record(&mut self, record: &Record, page: &mut Page<'_>) {
        let time = record.time;
        match &record.event {
            Event::TurnBegin { ready } => {
                self.turn = Some(time);
                self.count(0, "ready queue", *ready, time, page);
            }
            Event::TurnEnd { ran, .. } => {
                self.turn_ends(time, json!({"tick": record.tick, "ran": ran}), page);
            }
            Event::WaitBegin { timers, .. } => {
                self.wait = Some(time);
                self.armed = i64::try_from(*timers).unwrap_or(i64::MAX);
                self.count_timers(time, page);
            }
            Event::WaitEnd { .. } => {
                if let Some(began) = self.wait.take() {
                    self.in_turn.push(slice("wait", began, time));
                }
            }
            Event::TimerArmed { .. } => {
                self.armed += 1;
                self.count_timers(time, page);
            }
            Event::TimerCancelled { .. } => {
                self.armed -= 1;
                self.count_timers(time, page);
            }
            Event::TimerFired { .. } => {
                self.armed -= 1;
                self.timers.get_or_insert((time, 0)).1 += 1;
                self.count_timers(time, page);
            }
            Event::Spawned { task, name, place } => {
                self.task_begins(*task, name, *place, page);
                self.wakes(record, *task, &format!("spawn {task}"), page);
            }
            Event::Woken { task, cause, already: false } => {
                let text = match cause {
                    Cause::Timer(_) | Cause::Socket(..) => format!("{cause} wakes {task}"),
                    _ => format!("wake {task}"),
                };
                self.wakes(record, *task, &text, page);
            }
            Event::Polled { task, poll, took, behind, pending, .. } => {
                self.timers_end(time - *took);
                let mut on_loop = slice(&format!("poll {task}"), time - *took, time);
                on_loop.args = json!({"poll": poll});
                self.in_turn.push(on_loop);
                self.count(0, "ready queue", *behind, time, page);
                let pending = pending.map(|(awaiting, place)| (awaiting.to_string(), place));
                if let Some(track) = self.tasks.get_mut(task) {
                    page.slices(
                        self.pid,
                        task_track(*task),
                        track.polled(*poll, time - *took, time, pending),
                    );
                }
            }
            Event::CallbackRan { took, behind } => {
                self.timers_end(time - *took);
                self.in_turn.push(slice("callback", time - *took, time));
                self.count(0, "ready queue", *behind, time, page);
            }
            Event::Ended { task, outcome, .. } => {
                self.task_ends(*task, time, Some(&format!("end {outcome}")), page);
            }
            Event::Abandoned { task, .. } => self.task_ends(*task, time, Some("dropped unfinished"), page),
            Event::LeftOut { task } => self.task_ends(*task, time, None, page),
            _ => self.record_what_is_rare(record, page),
        }
    }

    fn record_what_is_rare(&mut self, record: &Record, page: &mut Page<'_>) {
        let time = record.time;
        match &record.event {
            Event::RequestBegin { method, target, connection, .. } => {
                self.request_ends(record.task, time, Value::Null, page);
                let (id, name) = (page.next_id(), format!("{method} {target}"));
                page.put(&self.request_event("b", id, &name, time, json!({"connection": connection})));
                self.requests.insert(record.task, (id, name));
            }
            Event::RequestEnd { status } => {
                let was_under_way = self.request_ends(record.task, time, json!({"status": status}), page);
                if !was_under_way {
                    let track = record.task.map_or(LOOP_TRACK, task_track);
                    self.instant(track, &format!("refused: {status}"), time, page);
                }
            }
            Event::Snapshot(state) => {
                for task in &state.tasks {
                    if self.tasks.contains_key(&task.id) {
                        continue;
                    }
                    self.task_begins(task.id, &task.name, task.spawned, page);
                    if let Some(track) = self.tasks.get_mut(&task.id) {
                        track.fresh = false;
                        if task.state == TaskState::Waiting {
                            let awaiting = task.awaiting.map_or_else(String::new, |what| what.to_string());
                            track.phase = Phase::Awaiting(awaiting, task.place);
                        }
                    }
                }
            }
            Event::Gap { dropped, .. } => {
                self.instant(LOOP_TRACK, &format!("{dropped} events are missing"), time, page);
            }
            _ => {}
        }
    }

    fn turn_ends(&mut self, time: Instant, args: Value, page: &mut Page<'_>) {
        self.timers_end(time);
        if let Some(began) = self.wait.take() {
            self.in_turn.push(slice("wait", began, time));
        }
        // What lies inside comes behind what it lies in, and else in the order of time.
        self.in_turn.sort_by_key(|slice| (slice.began, std::cmp::Reverse(slice.ended)));
        let mut slices = Vec::new();
        if let Some(began) = self.turn.take() {
            let mut turn = slice("tick", began, time);
            turn.args = args;
            slices.push(turn);
        }
        slices.append(&mut self.in_turn);
        page.slices(self.pid, LOOP_TRACK, slices);
    }

    fn timers_end(&mut self, time: Instant) {
        if let Some((began, fired)) = self.timers.take() {
            let mut slice = slice("timers", began, time.max(began));
            slice.args = json!({"fired": fired});
            self.in_turn.push(slice);
        }
    }

    fn task_begins(&mut self, task: TaskId, name: &str, spawned: Place, page: &mut Page<'_>) {
        let text = if name.is_empty() { task.to_string() } else { format!("{task} {name}") };
        name_track(page, self.pid, task_track(task), &text);
        self.tasks.insert(task, Track::new(self.latest, Some(spawned)));
    }

    fn task_ends(&mut self, task: TaskId, time: Instant, how: Option<&str>, page: &mut Page<'_>) {
        self.request_ends(Some(task), time, Value::Null, page);
        if let Some(mut track) = self.tasks.remove(&task) {
            page.slices(self.pid, task_track(task), track.ends(time));
            if let Some(how) = how {
                self.instant(task_track(task), how, time, page);
            }
        }
    }

    /// A task becomes ready: an arrow goes there from whatever happens now.
    fn wakes(&mut self, record: &Record, woken: TaskId, text: &str, page: &mut Page<'_>) {
        // A waker may be called when its task is gone.
        if !self.tasks.contains_key(&woken) {
            return;
        }
        let time = record.time;
        let mut wake = slice(text, time, time);
        let arrow = page.next_id();
        wake.arrow_out = Some(arrow);
        let drawn = match record.task {
            Some(by) => match self.tasks.get_mut(&by) {
                Some(track) => {
                    track.in_step.push(wake);
                    true
                }
                None => false,
            },
            None if self.turn.is_some() => {
                self.in_turn.push(wake);
                true
            }
            // Nothing is there that it could go out from.
            None => false,
        };
        let Some(track) = self.tasks.get_mut(&woken) else { return };
        if let Some(slice) = track.woken(time, drawn.then_some(arrow)) {
            page.slices(self.pid, task_track(woken), vec![slice]);
        }
    }

    fn instant(&self, track: u64, name: &str, time: Instant, page: &mut Page<'_>) {
        let (pid, ts) = (self.pid, micros(time));
        page.put(&json!({"ph": "i", "s": "t", "pid": pid, "tid": track, "ts": ts, "name": name}));
    }

    fn request_event(&self, ph: &str, id: u64, name: &str, time: Instant, args: Value) -> Value {
        let (pid, ts, id) = (self.pid, micros(time), format!("{id:#x}"));
        let mut event = json!({"ph": ph, "cat": "http", "id": id, "pid": pid, "tid": LOOP_TRACK, "ts": ts});
        event["name"] = name.into();
        event["args"] = args;
        event
    }

    fn request_ends(
        &mut self,
        task: Option<TaskId>,
        time: Instant,
        args: Value,
        page: &mut Page<'_>,
    ) -> bool {
        let Some((id, name)) = self.requests.remove(&task) else { return false };
        page.put(&self.request_event("e", id, &name, time, args));
        true
    }

    fn count_timers(&mut self, time: Instant, page: &mut Page<'_>) {
        self.count(1, "timers", usize::try_from(self.armed).unwrap_or(0), time, page);
    }

    fn count(&mut self, which: usize, name: &str, count: usize, time: Instant, page: &mut Page<'_>) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if self.shown[which].replace(count) != Some(count) {
            let (pid, ts) = (self.pid, micros(time));
            page.put(&json!({"ph": "C", "pid": pid, "ts": ts, "name": name, "args": {"count": count}}));
        }
    }
}
