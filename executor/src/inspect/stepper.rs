//! The terminal stepper: a turn of the loop for each press of Enter.
//!
//! Between two turns nothing runs, and all that the loop goes by lies open: what is ready, which
//! timers are armed, who waits for which socket. With `LOOP_STEP=1` it stops there, shows this on
//! stderr, says what it is about to do, and waits for whoever sits at the terminal.
//!
//! ```text
//! turn 3 at 0.000s
//!   ready    nothing
//!   timers   tm2 in 3.000s: T3 book, tm1 in 5.000s: T2 coffee
//!   sockets  nobody waits
//!   next     wait for tm2, 3.000s at most
//! step>
//! ```
//!
//! The person's time is not the loop's: a loop that is stepped goes by the stepping clock or by the
//! virtual one. This is for a program whose turns can be counted; what is *inside* of a turn is shown by
//! a debugger (`docs/debugging.md`). asyncio has nothing like it.

pub(crate) mod turns;

use std::io::{self, BufRead, IsTerminal, Write};
use std::process;

use reactor::Direction;

use super::dump::who;
use super::layout::seconds;
use super::names::{TaskId, letter};
use super::task_table::{TaskInfo, position};
use crate::event_loop::LoopState;
use crate::ready::{Entry, Wakeup};
use turns::FOR_GOOD;

/// How many entries of a list are shown.
const SHOWN: usize = 5;

const HELP: &str = "  Enter    run this turn
  a number run so many turns
  c        run on without stopping
  t        print the tree of the tasks
  q        quit the program
";

impl LoopState {
    /// Called before every turn.
    pub(crate) fn let_the_person_step(&self) {
        self.extras.stepper.count(|| self.ask());
    }

    /// Shows the loop, and finds out how many turns are to run.
    fn ask(&self) -> u64 {
        // Not locked, for others may have something to say while the person thinks. If nobody reads
        // it any more, that is no reason to stop.
        let mut out = io::stderr();
        let _ = out.write_all(self.picture().as_bytes());
        loop {
            let _ = write!(out, "step> ");
            let _ = out.flush();
            let mut line = Vec::new();
            let read = io::stdin().lock().read_until(b'\n', &mut line);
            if !io::stdin().is_terminal() {
                // No Enter of anybody's has ended the line with the prompt.
                let _ = writeln!(out);
            }
            match read {
                Ok(0) | Err(_) => {
                    let _ = writeln!(out, "(end of the input: on without stopping)");
                    return FOR_GOOD;
                }
                Ok(_) => {}
            }
            match String::from_utf8_lossy(&line).trim() {
                "" => return 1,
                "c" => return FOR_GOOD,
                "q" => {
                    // Whoever records the loop writes down all that has happened.
                    self.tell_loop_end();
                    process::exit(0);
                }
                "t" => {
                    let _ = write!(out, "{}", self.snapshot().dump());
                }
                "?" => {
                    let _ = out.write_all(HELP.as_bytes());
                }
                other => match other.parse() {
                    Ok(turns) if turns > 0 => return turns,
                    _ => {
                        let _ = writeln!(out, "  {other:?} is nothing to do here; ? says what is");
                    }
                },
            }
        }
    }

    /// The loop between two turns, in five lines. It is made as a text first, so that no part of the loop is
    /// borrowed while somebody reads it.
    fn picture(&self) -> String {
        let tasks = self.snapshot_tasks();
        let name = |task: TaskId| match position(&tasks, task) {
            Some(at) => name_of(&tasks[at]),
            None => task.to_string(),
        };
        let whom = |wakeup: &Wakeup| match wakeup {
            Wakeup::Callback(_) => "a callback".to_owned(),
            Wakeup::Task(task, _) => task.map_or_else(|| "a task".to_owned(), name),
        };
        let now = self.now();

        let mut ready = Vec::new();
        self.ready.for_each(|entry| {
            ready.push(match entry {
                Entry::Step(task) => name(task.id),
                Entry::Callback(_) => "a callback".to_owned(),
            });
        });
        if !self.ready.inbox.is_empty() {
            ready.push("news from other threads".to_owned());
        }
        let mut timers = Vec::new();
        let mut first_timer = None;
        for (deadline, id, wakeup) in self.timers.borrow().in_order() {
            let left = seconds(deadline.since(now));
            first_timer.get_or_insert_with(|| (id, left.clone()));
            timers.push(format!("{id} in {left}: {}", whom(wakeup)));
        }
        let mut sockets = Vec::new();
        for (source, waiting) in self.reactor.waited_for(whom) {
            for (direction, whom) in [Direction::Read, Direction::Write].into_iter().zip(waiting) {
                sockets.extend(whom.map(|whom| format!("{source}:{}: {whom}", letter(direction))));
            }
        }

        let next = match (ready.is_empty(), self.stopping.get(), first_timer) {
            (false, ..) if sockets.is_empty() => format!("run {}", list(&ready, "")),
            (false, ..) => format!("look at the sockets without waiting, then run {}", list(&ready, "")),
            (true, true, _) => "do not wait, and end: the loop is to stop".to_owned(),
            (true, false, Some((timer, left))) => format!("wait for {timer}, {left} at most"),
            (true, false, None) => "wait for a socket or another thread, for ever if need be".to_owned(),
        };
        format!(
            "turn {} at {now}s\n  ready    {}\n  timers   {}\n  sockets  {}\n  next     {next}\n",
            self.narrator().tick() + 1,
            list(&ready, "nothing"),
            list(&timers, "none is armed"),
            list(&sockets, "nobody waits"),
        )
    }
}

fn name_of(task: &TaskInfo) -> String {
    who(task.id, &task.name)
}

/// The first few, and how many there are besides.
fn list(items: &[String], none: &str) -> String {
    match items.len() {
        0 => none.to_owned(),
        length if length > SHOWN => format!("{}, and {} more", items[..SHOWN].join(", "), length - SHOWN),
        _ => items.join(", "),
    }
}
