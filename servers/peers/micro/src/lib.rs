//! What a task, a wake-up and a timer cost: the same few lines, run on our loop and on the executors that people use.
//!
//! In reading order: `runtimes.rs` makes the executors alike; `tasks.rs`, `timers.rs`, `waiting.rs` and `crowd.rs` are
//! what is measured (what takes room is counted by another program, `bin/memory.rs`, whose allocator counts);
//! `probe.rs` runs one of them, `rows.rs` lists the figures that come out, `rounds.rs` takes turns and fills
//! `figures.rs`, `report.rs` and `bounds.rs` say what came of it.

pub mod baton;
pub mod bell;
pub mod bounds;
pub mod crowd;
pub mod figures;
pub mod machine;
pub mod numbers;
pub mod probe;
pub mod report;
pub mod rounds;
pub mod rows;
pub mod runtimes;
pub mod tasks;
pub mod timers;
pub mod waiting;
