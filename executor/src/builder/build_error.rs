//! Why a loop could not be built.

use std::fmt;
use std::io;

use crate::inspect::recording::RecordError;
use crate::settings::Unknown;

/// Why a loop could not be built.
///
/// Its `Debug` form is its sentence, so that `fn main() -> Result<(), BuildError>` prints something
/// a person can read.
pub enum BuildError {
    /// A switch in the environment has a word that it does not know.
    Setting(Unknown),
    /// A loop that is to be stepped by hand was given the real clock, by which all its timers would
    /// be overdue.
    SteppingInRealTime,
    /// The operating system refused the reactor a descriptor.
    Reactor(io::Error),
    /// The loop cannot be recorded where it is to be.
    Record(RecordError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Setting(unknown) => unknown.fmt(f),
            BuildError::SteppingInRealTime => f.write_str(
                "stepping by hand (LOOP_STEP=1) needs a clock that waits for you: LOOP_CLOCK can be stepping, \
                 virtual, or left out, but not real",
            ),
            BuildError::Record(error) => error.fmt(f),
            BuildError::Reactor(error) => write!(f, "cannot set up the reactor: {error}"),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}

impl From<Unknown> for BuildError {
    fn from(unknown: Unknown) -> Self {
        BuildError::Setting(unknown)
    }
}

impl From<io::Error> for BuildError {
    fn from(error: io::Error) -> Self {
        BuildError::Reactor(error)
    }
}

impl From<RecordError> for BuildError {
    fn from(error: RecordError) -> Self {
        BuildError::Record(error)
    }
}
