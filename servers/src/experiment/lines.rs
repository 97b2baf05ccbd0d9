//! The experiment where nothing can be drawn: a line for everything that happens, when it happens.

use std::io::{self, Write};

use super::course::{Course, End};
use super::plan::Plan;
use super::times::took;

/// Prints what happens to stdout.
#[derive(Debug)]
pub struct Lines {
    label_column: usize,
}

impl Lines {
    /// For the requests of a plan.
    pub fn new(plan: &Plan) -> Self {
        let longest = plan.requests().iter().map(|request| request.label.len()).max();
        Lines { label_column: longest.unwrap_or(0) }
    }

    /// Says what has just happened to a request: whatever came last in its course.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written to.
    pub fn tell(&self, course: &Course) -> io::Result<()> {
        let (at, what) = match course {
            Course { end: Some(End { at, result: Ok(status) }), .. } => {
                (Some(*at), format!("< {status} after {}", took(course.took().unwrap_or_default())))
            }
            Course { end: Some(End { at, .. }), .. } => {
                (Some(*at), format!("failed: {}", course.trouble().unwrap_or_default()))
            }
            Course { begun: Some(at), .. } => {
                let waited = took(course.waited().unwrap_or_default());
                (Some(*at), format!("begins to be served, {waited} after it was sent"))
            }
            Course { sent, .. } => (*sent, format!("> GET {}", course.request.target)),
        };
        let time = at.unwrap_or_default().as_secs_f64();
        let (side, label) = (course.request.side.name(), &course.request.label);
        // Whoever reads this through a pipe reads it when it happens.
        let mut out = io::stdout().lock();
        writeln!(out, "{time:>7.3}s {side:<8} {label:<0$} {what}", self.label_column)?;
        out.flush()
    }
}
