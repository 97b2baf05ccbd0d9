//! The rows of the table: each figure with its name, and which probe brings it.

use crate::probe::Probe;

#[derive(Debug)]
pub struct Row {
    /// Its name for `--only` and in what `--json` writes.
    pub key: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    pub probe: Probe,
}

const fn row(key: &'static str, title: &'static str, unit: &'static str, probe: Probe) -> Row {
    Row { key, title, unit, probe }
}

pub const ROWS: &[Row] = &[
    row("spawn-million", "spawn and join, 1,000,000 at once", "ns", Probe::SpawnMillion),
    row("spawn-thousand", "spawn and join, 1,000 at a time", "ns", Probe::SpawnThousand),
    row("spawn-one", "spawn and join, one after the other", "ns", Probe::SpawnOne),
    row("yield-1", "yield, 1 task", "ns", Probe::YieldOne),
    row("yield-1000", "yield, 1,000 tasks", "ns", Probe::YieldThousand),
    row("yield-1-drivers", "yield, 1 task, timers and sockets on", "ns", Probe::YieldOneDrivers),
    row("yield-1000-drivers", "yield, 1,000 tasks, timers and sockets on", "ns", Probe::YieldThousandDrivers),
    row("ping-pong", "there and back, over a queue", "ns", Probe::PingPong),
    row("baton", "there and back, wake-ups alone", "ns", Probe::Baton),
    row("another-thread", "wake-up from another thread", "us", Probe::AnotherThread),
    row("memory-parked", "a parked task, beyond its future", "bytes", Probe::Memory),
    row("memory-sleeping", "a sleeping task, beyond its future", "bytes", Probe::Memory),
    row("timers-1k-insert", "1,000 timers: insert", "ns", Probe::Timers1k),
    row("timers-1k-cancel", "1,000 timers: cancel", "ns", Probe::Timers1k),
    row("timers-1k-fire", "1,000 timers: fire", "ns", Probe::Timers1k),
    row("timers-1k-exchange", "1,000 timers: cancel and insert", "ns", Probe::Timers1k),
    row("timers-100k-insert", "100,000 timers: insert", "ns", Probe::Timers100k),
    row("timers-100k-cancel", "100,000 timers: cancel", "ns", Probe::Timers100k),
    row("timers-100k-fire", "100,000 timers: fire", "ns", Probe::Timers100k),
    row("timers-100k-exchange", "100,000 timers: cancel and insert", "ns", Probe::Timers100k),
    row("timers-1m-insert", "1,000,000 timers: insert", "ns", Probe::Timers1m),
    row("timers-1m-cancel", "1,000,000 timers: cancel", "ns", Probe::Timers1m),
    row("timers-1m-fire", "1,000,000 timers: fire", "ns", Probe::Timers1m),
    row("timers-1m-exchange", "1,000,000 timers: cancel and insert", "ns", Probe::Timers1m),
    row("sleepers", "1,000,000 tasks that sleep, each", "ns", Probe::Sleepers),
    row("late-median", "one sleep: late, median", "us", Probe::Lateness),
    row("late-p99", "one sleep: late, 99th percentile", "us", Probe::Lateness),
    row("late-least", "one sleep: late, the least", "us", Probe::Lateness),
    row("crowd-resident", "100,000 sleeping tasks: resident, each", "bytes", Probe::Crowd),
    row("crowd-spread", "100,000 sleeping tasks: from the first awake to the last", "ms", Probe::Crowd),
    row("crowd-last", "100,000 sleeping tasks: from the deadline to the last awake", "ms", Probe::Crowd),
];

/// The rows whose keys begin with `word`.
pub fn beginning_with(word: &str) -> Vec<&'static Row> {
    ROWS.iter().filter(|row| row.key.starts_with(word)).collect()
}
