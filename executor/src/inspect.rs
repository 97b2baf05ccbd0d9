//! Seeing the loop: one stream of events, and whoever wants to look at it.
//!
//! The loop says every step it takes as one [`Event`]. Trace lines, golden tests and every other
//! view are folds over that stream, so they cannot disagree with each other, and none of them can
//! drift from the code.

pub(crate) mod event;
mod layout;
pub mod log_lines;
pub(crate) mod narrator;
mod requests;
mod telling;

pub use event::{Awaiting, Cause, Event, Outcome, Place, Record, TaskId};
pub use layout::Line;
pub use log_lines::{LogLines, init_logging, init_logging_to};
pub use narrator::Observer;
pub use requests::{request_begins, request_ends};
