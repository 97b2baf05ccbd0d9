//! A turn that runs until its queue is empty, and so may never end: timers and sockets are shut out.
//!
//! Watch for: two tasks keep waking each other, which is allowed. A timer is due at 3 ms, and the loop looks at
//! its timers once a turn. It never comes to the next turn: there is always one more entry in this one.
//!
//! ```text
//! $ cargo run --example bug_unbounded_batch
//!  0 ms, turn 1: ping
//!  1 ms, turn 1: pong
//!  2 ms, turn 1: ping
//!  3 ms, turn 1: pong
//!  4 ms, turn 1: ping
//!  5 ms, turn 1: pong
//!  6 ms, still in turn 1: the timer that was due at 3 ms would wait for ever
//! ```
//!
//! The cure is to count the entries when the batch begins, and to run so many. What they add waits for the next
//! turn, behind whatever the operating system and the timers bring meanwhile:
//!
//! ```text
//! $ cargo run --example bug_unbounded_batch -- cured
//!  0 ms, turn 1: ping
//!  1 ms, turn 2: pong
//!  2 ms, turn 3: ping
//!  3 ms, turn 4: pong
//!  4 ms, turn 4: the timer fires
//!  4 ms, turn 5: ping
//!  5 ms, turn 6: pong
//! ```
//!
//! In the wild: one processor at 100 %, the program does what it does, and accepts no connection, answers no
//! signal and keeps no time limit. asyncio takes `ntodo = len(self._ready)` for this reason, and tokio looks at
//! its driver every 61 tasks. What can still happen in both is the same inside one task: a loop around a `recv`
//! that always has something. tokio counts such steps, too (its "coop budget"); asyncio does not, so there an
//! `await asyncio.sleep(0)` now and then is yours to write.

use std::collections::VecDeque;
use std::env;

#[derive(Clone, Copy)]
enum Entry {
    Ping,
    Pong,
    Timer,
}

/// A loop with one timer. Its clock is counted by hand: each step takes a millisecond.
struct Loop {
    ready: VecDeque<Entry>,
    timer: Option<u32>,
    now: u32,
    turn: u32,
}

impl Loop {
    fn turn(&mut self, cured: bool) {
        self.turn += 1;
        // Whose time has come: to the ready queue. Sockets would be asked here as well.
        if self.timer.is_some_and(|due| due <= self.now) {
            self.timer = None;
            self.ready.push_back(Entry::Timer);
        }
        let batch = if cured { self.ready.len() } else { usize::MAX };
        for _ in 0..batch {
            let Some(entry) = self.ready.pop_front() else { return };
            self.step(entry);
            if self.is_over() {
                return;
            }
        }
    }

    fn step(&mut self, entry: Entry) {
        let (what, cost) = match entry {
            Entry::Ping => ("ping", 1),
            Entry::Pong => ("pong", 1),
            Entry::Timer => ("the timer fires", 0),
        };
        println!("{:2} ms, turn {}: {what}", self.now, self.turn);
        self.now += cost;
        match entry {
            Entry::Ping => self.ready.push_back(Entry::Pong),
            Entry::Pong => self.ready.push_back(Entry::Ping),
            Entry::Timer => {}
        }
    }

    /// Two tasks that wake each other never end by themselves.
    fn is_over(&self) -> bool {
        self.now >= 6
    }
}

fn main() {
    let cured = env::args().any(|word| word == "cured");
    let mut event_loop = Loop { ready: VecDeque::from([Entry::Ping]), timer: Some(3), now: 0, turn: 0 };
    while !event_loop.is_over() {
        event_loop.turn(cured);
    }
    if let Loop { timer: Some(due), now, turn, .. } = event_loop {
        println!("{now:2} ms, still in turn {turn}: the timer that was due at {due} ms would wait for ever");
    }
}
