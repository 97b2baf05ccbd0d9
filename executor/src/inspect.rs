//! Seeing the loop: one stream of events, and whoever wants to look at it.
//!
//! The loop says every step it takes as one [`Event`]. Log lines, recordings, golden tests and every
//! other view are folds over that stream, so they cannot disagree with each other, and none of them
//! can drift from the code. A [`Recording`] has all of it in a file, and a [`State`] is what the events
//! come to. In [debug mode](crate::Builder::debug) one of them warns of what is probably
//! a mistake.
//!
//! The stream is history. How things stand is a table: [`all_tasks`] lists it and [`dump`] draws it
//! as a tree, which `kill -USR1` makes any program print that runs a loop.

mod awaits;
pub(crate) mod debug_mode;
mod dump;
pub(crate) mod event;
mod layout;
pub(crate) mod left_out;
pub mod log_lines;
pub(crate) mod names;
pub(crate) mod narrator;
mod onlookers;
mod perfetto;
pub(crate) mod place;
pub(crate) mod recording;
mod replay;
mod requests;
pub(crate) mod ring;
pub(crate) mod sigusr1;
pub(crate) mod state;
pub(crate) mod stepper;
mod tables;
mod task_table;
mod telling;
mod tracks;
mod viewer;
pub(crate) mod whom;
mod wire;

pub use dump::{Dump, dump};
pub use event::{Event, Record};
pub use layout::Line;
pub use log_lines::{LogLine, LogLines, init_logging, init_logging_to};
pub use names::{Awaiting, Cause, Outcome, TaskId};
pub use narrator::Observer;
pub use onlookers::{leave_out, spawn_observer};
pub use place::Place;
pub use recording::{RecordError, Recording};
pub use requests::{request_begins, request_ends};
pub use state::{SourceStand, State, TaskStand, TaskState, TimerStand, Who};
pub use tables::state;
pub use task_table::{TaskInfo, all_tasks, armed_timers, current_task, sources};
pub use viewer::Viewer;
