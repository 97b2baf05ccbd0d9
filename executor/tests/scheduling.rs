//! What runs when: small programs, and the lines they must say, turn by turn.
//!
//! Each program runs on every kind of loop (both backends, both timer structures, both ways to
//! wake) under the virtual clock. What it says may differ between the two ways to wake, where a
//! task that waits for time, a socket or a thread goes on a turn later in asyncio's way, and in
//! nothing else.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]
#![allow(clippy::unused_async, reason = "a program is a future, whether it waits or not")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod sockets;
    pub(crate) mod transcript;
    pub(crate) mod watcher;
}

mod cases {
    mod asyncio_tasks;
    mod asyncio_timers;
    mod callbacks;
    mod endings;
    mod moving_limits;
    mod reentry;
    mod tasks;
    mod time;
}

use executor::inspect::Event;
use support::watcher::Watcher;

/// How many of the events so far are of a kind.
fn count(watcher: &Watcher, is_it: impl Fn(&Event) -> bool) -> usize {
    watcher.records().iter().filter(|record| is_it(&record.event)).count()
}
