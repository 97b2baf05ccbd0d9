//! The table of tasks as a tree: under each task, those that it waits for.
//!
//! ```text
//! 4 tasks at 0.020s, timers=2 sources=0
//! T1 main        waiting  gather     breakfast.rs:12  for 0.020s
//! ├─ T2 coffee   waiting  T4         breakfast.rs:20  for 0.020s
//! │  └─ T4 milk  waiting  sleep tm1  breakfast.rs:31  for 0.010s
//! └─ T3 toast    waiting  sleep tm2  breakfast.rs:25  for 0.020s
//! ```
//!
//! Roots are the tasks that nobody waits for. asyncio: `python -m asyncio pstree PID`, since 3.14.

use std::fmt;

use super::layout::seconds;
use super::names::{Awaiting, Place, TaskId};
use super::state::TaskState;
use super::task_table::{TaskInfo, link, position};
use crate::event_loop::{self, LoopState};
use crate::time::instant::Instant;

/// The widest a line gets, as long as what is not a name allows it.
const WIDTH: usize = 100;
/// How many levels of the tree are indented. Below, `~` says that the indentation goes on.
const DEEPEST: usize = 10;
/// The narrowest that the column of names gets.
const NARROWEST: usize = 20;

/// The tree of the tasks of the running loop, to be printed. asyncio: `asyncio.print_call_graph`,
/// for every task at once.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias("ps", "pstree", "print_call_graph", "format_call_graph", "capture_call_graph", "print_stack"))]
pub fn dump() -> Dump {
    event_loop::running("dump()").snapshot().dump()
}

/// The tasks of a loop at one moment. Its `Display` form is the tree, each line of it ended.
#[derive(Debug, Clone)]
pub struct Dump(Snapshot);

/// The same, before it is known who waits for whom: what the loop's thread has to do for it, and
/// can be sent to another.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    time: Instant,
    tasks: Vec<TaskInfo>,
    timers: usize,
    sources: usize,
}

impl LoopState {
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            time: self.now(),
            tasks: self.snapshot_tasks(),
            timers: self.timers.borrow().armed(),
            sources: self.reactor.sources(),
        }
    }
}

impl Snapshot {
    pub(super) fn dump(mut self) -> Dump {
        link(&mut self.tasks);
        Dump(self)
    }
}

impl Dump {
    /// The tasks, in the order of spawning.
    pub fn tasks(&self) -> &[TaskInfo] {
        &self.0.tasks
    }

    /// The rows of the tree from top to bottom. Every task has one row, where it is met first; met
    /// again, under another who waits for it too, it has a short one that says so.
    fn rows(&self) -> Vec<Row> {
        let mut drawn = vec![false; self.tasks().len()];
        let mut rows = Vec::new();
        for (root, task) in self.tasks().iter().enumerate() {
            if task.awaited_by.is_empty() {
                self.draw(root, &mut drawn, &mut rows);
            }
        }
        // Those that wait for each other in a circle hang off no root, and will wait for ever.
        for root in 0..drawn.len() {
            if !drawn[root] {
                self.draw(root, &mut drawn, &mut rows);
            }
        }
        rows
    }

    /// The rows of one root and of all below it. A stack of its own, because a chain of tasks may be
    /// longer than the thread's stack is deep.
    fn draw(&self, root: usize, drawn: &mut [bool], rows: &mut Vec<Row>) {
        let mut left = vec![Branch { task: root, depth: 0, before: String::new(), last: true }];
        while let Some(Branch { task, depth, before, last }) = left.pop() {
            let info = &self.tasks()[task];
            let fork = match (depth, last) {
                (0, _) => "",
                (DEEPEST.., _) => "~ ",
                (_, true) => "└─ ",
                (_, false) => "├─ ",
            };
            let who = format!("{before}{fork}{}", who(info.id, &info.name));
            if std::mem::replace(&mut drawn[task], true) {
                rows.push(Row { who, state: "above", ..Row::default() });
                continue;
            }
            rows.push(Row { who, ..self.row(info) });
            let below = match (depth, last) {
                (0, _) => String::new(),
                (DEEPEST.., _) => before,
                (_, true) => before + "   ",
                (_, false) => before + "│  ",
            };
            for (number, child) in info.awaits.iter().enumerate().rev() {
                if let Some(task) = position(self.tasks(), *child) {
                    let last = number + 1 == info.awaits.len();
                    left.push(Branch { task, depth: depth + 1, before: below.clone(), last });
                }
            }
        }
    }

    fn row(&self, info: &TaskInfo) -> Row {
        let awaits = match info.awaiting {
            None => "-".to_owned(),
            Some(Awaiting::Timer(timer)) => format!("sleep {timer}"),
            Some(other) => other.to_string(),
        };
        let (state, since) = match info.state {
            TaskState::Ready => ("ready", String::new()),
            TaskState::Running => ("running", String::new()),
            TaskState::Waiting => ("waiting", format!("for {}", seconds(self.0.time.since(info.since)))),
        };
        Row { who: String::new(), state, awaits, place: at(info.place.unwrap_or(info.spawned)), since }
    }
}

/// A task that has yet to be drawn, and what its row begins with.
struct Branch {
    task: usize,
    depth: usize,
    before: String,
    last: bool,
}

/// One line, column by column.
#[derive(Default)]
struct Row {
    who: String,
    state: &'static str,
    awaits: String,
    place: String,
    since: String,
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Snapshot { time, tasks, timers, sources } = &self.0;
        let plural = if tasks.len() == 1 { "" } else { "s" };
        writeln!(f, "{} task{plural} at {time}s, timers={timers} sources={sources}", tasks.len())?;
        let rows = self.rows();
        let widest = |column: fn(&Row) -> &str| {
            rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default()
        };
        let (state, awaits) = (widest(|row| row.state), widest(|row| &row.awaits));
        let (place, since) = (widest(|row| &row.place), widest(|row| &row.since));
        let room = WIDTH.saturating_sub(state + awaits + place + since + 8).max(NARROWEST);
        let names = widest(|row| &row.who).min(room);
        for row in &rows {
            let who = cut(&row.who, names);
            let line = format!(
                "{who:<names$}  {:<state$}  {:<awaits$}  {:<place$}  {}",
                row.state, row.awaits, row.place, row.since
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A task as every line names it.
pub(super) fn who(id: TaskId, name: &str) -> String {
    if name.is_empty() { id.to_string() } else { format!("{id} {name}") }
}

/// File name and line.
fn at(place: Place) -> String {
    let file = place.file().rsplit('/').next().unwrap_or_default();
    format!("{file}:{}", place.line())
}

/// The text, or as much of it as fits.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('~');
    short
}
