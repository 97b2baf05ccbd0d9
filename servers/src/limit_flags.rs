//! The limits as command-line flags, the same for both servers.
//!
//! Each has a default that is right for a server on its own; `docs/limits.md` says what each is
//! good for, what happens beyond it, and which bounds have no flag.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use crate::bounds::{GRACE, MAX_CONNECTIONS, WRITE_TIMEOUT};
use crate::http::Limits;
use crate::options::Options;
use crate::routes;

/// How long clients may take, and how long a stopping server.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Time limits, in seconds (fractions allowed)")]
pub struct TimeFlags {
    /// For a whole request head, from its first byte; for the first of a connection, from its
    /// beginning. Beyond: 408 and a close
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value_t = Limits::default().head_timeout.into()
    )]
    header_timeout: Seconds,
    /// For a whole request body, from the end of its head. Beyond: 408 and a close
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value_t = Limits::default().body_timeout.into()
    )]
    body_timeout: Seconds,
    /// For a connection that is kept open to ask again. Beyond: a close without a word
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value_t = Limits::default().idle_timeout.into()
    )]
    idle_timeout: Seconds,
    /// For a client to take the answers that wait for it, all of them. Beyond: a close
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value_t = WRITE_TIMEOUT.into()
    )]
    write_timeout: Seconds,
    /// For what is under way at SIGINT or SIGTERM. Beyond: it is broken off
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value_t = GRACE.into()
    )]
    grace: Seconds,
}

impl TimeFlags {
    /// How long a server that was asked to stop works on what is under way.
    pub fn grace(&self) -> Duration {
        self.grace.0
    }

    /// The options that say so.
    pub fn options(&self) -> Options {
        let limits = Limits {
            head_timeout: self.header_timeout.0,
            body_timeout: self.body_timeout.0,
            idle_timeout: self.idle_timeout.0,
            ..Limits::default()
        };
        Options { limits, write_timeout: self.write_timeout.0, grace: self.grace.0, ..Options::default() }
    }
}

/// How many connections at once.
#[derive(Args, Clone, Copy, Debug)]
pub struct RoomFlags {
    /// Connections open at once; whoever comes beyond them waits until one ends, as everybody does
    /// on the blocking server
    #[arg(long, value_name = "NUMBER", default_value_t = default_room())]
    max_connections: NonZeroUsize,
}

impl RoomFlags {
    /// The number.
    pub fn max_connections(self) -> usize {
        self.max_connections.get()
    }

    /// How many of them stand in line where only one is served.
    pub fn in_line(self) -> i32 {
        i32::try_from(self.max_connections.get() - 1).unwrap_or(i32::MAX)
    }
}

fn default_room() -> NonZeroUsize {
    NonZeroUsize::new(MAX_CONNECTIONS).expect("the default is not zero")
}

/// A number of seconds on the command line: more than zero, and at most an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(Duration);

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Seconds {
        Seconds(duration)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_secs_f64().fmt(f)
    }
}

impl FromStr for Seconds {
    type Err = NoTime;

    fn from_str(word: &str) -> Result<Seconds, NoTime> {
        match routes::parse_seconds(word) {
            Ok(duration) if !duration.is_zero() => Ok(Seconds(duration)),
            _ => Err(NoTime),
        }
    }
}

/// A word that is no time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoTime;

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number of seconds: write it like 10 or 0.5, more than 0 and at most 3600")
    }
}

impl std::error::Error for NoTime {}
