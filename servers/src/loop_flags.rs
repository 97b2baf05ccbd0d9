//! The loop's switches as command-line flags, for the programs that build a loop.
//!
//! A flag wins over its environment variable, as the builder's choices do. The help texts name the
//! defaults in words: whether one applies is decided by the environment, which clap does not ask.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use executor::inspect::{RecordError, Recording};
use executor::{BackendKind, Builder, ClockKind, EventLoop, TimerKind, WakeMode};

/// What the flags say; a switch without a flag is left to the environment.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "The event loop")]
pub struct LoopFlags {
    /// What asks the operating system: mio or polling [env: LOOP_BACKEND] [default: mio]
    #[arg(long, value_name = "NAME")]
    backend: Option<BackendKind>,
    /// What holds the timers: wheel or heap [env: LOOP_TIMERS] [default: wheel]
    #[arg(long, value_name = "NAME")]
    timers: Option<TimerKind>,
    /// How a due timer or a ready socket wakes its task: direct or asyncio [env: LOOP_WAKE]
    /// [default: direct]
    #[arg(long, value_name = "NAME")]
    wake: Option<WakeMode>,
    /// The loop's clock: real or stepping [env: LOOP_CLOCK] [default: real]
    #[arg(long, value_name = "NAME")]
    clock: Option<ClockKind>,
    /// Show the loop and wait for Enter before each turn, on the stepping clock [env: LOOP_STEP]
    #[arg(long)]
    step: bool,
    /// Record every step in this file: .jsonl has an event on each line, .json opens in ui.perfetto.dev
    /// [env: LOOP_RECORD]
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Where a server without a loop is recorded.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Args, Clone, Debug)]
pub struct RecordFlag {
    /// Record every request in this file: .jsonl has an event on each line, .json opens in ui.perfetto.dev
    /// [env: LOOP_RECORD]
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl RecordFlag {
    /// Begins the file that the flag or else the environment names.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or its name has another ending.
    pub fn begin(&self) -> Result<Option<Recording>, RecordError> {
        begin(self.record.as_ref())
    }
}

/// Begins the file that a flag or else the environment names.
fn begin(flag: Option<&PathBuf>) -> Result<Option<Recording>, RecordError> {
    match flag.cloned().or_else(Recording::wanted) {
        Some(file) => Recording::create(file).map(Some),
        None => Ok(None),
    }
}

impl LoopFlags {
    /// Builds the loop that a server runs on, on the thread it will run on.
    ///
    /// # Errors
    ///
    /// A word in the environment that no switch knows, a file in which nothing can be recorded, a
    /// reactor that the operating system refuses, the virtual clock, or the real one for a loop that
    /// is to be stepped.
    pub fn build(&self) -> Result<EventLoop, Box<dyn Error + Send + Sync>> {
        let mut builder = EventLoop::builder();
        if let Some(file) = &self.record {
            builder = builder.record(file);
        }
        self.build_with(builder)
    }

    /// As [`build`](Self::build), for a loop that is recorded in a file with others.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_among(
        &self,
        recording: Option<&Recording>,
        name: &'static str,
    ) -> Result<EventLoop, Box<dyn Error + Send + Sync>> {
        let builder = EventLoop::builder();
        self.build_with(match recording {
            Some(recording) => builder.record_among(recording, name),
            None => builder,
        })
    }

    /// Begins the file in which all is recorded, for [`build_among`](Self::build_among).
    ///
    /// # Errors
    ///
    /// As [`RecordFlag::begin`].
    pub fn begin_recording(&self) -> Result<Option<Recording>, RecordError> {
        begin(self.record.as_ref())
    }

    fn build_with(&self, mut builder: Builder) -> Result<EventLoop, Box<dyn Error + Send + Sync>> {
        if let Some(backend) = self.backend {
            builder = builder.backend(backend);
        }
        if let Some(timers) = self.timers {
            builder = builder.timers(timers);
        }
        if let Some(wake) = self.wake {
            builder = builder.wake(wake);
        }
        if let Some(clock) = self.clock {
            builder = builder.clock(clock);
        }
        if self.step {
            builder = builder.step(true);
        }
        let event_loop = builder.build()?;
        if event_loop.clock() == ClockKind::Virtual {
            return Err("a server cannot run on the virtual clock: its clients live in real time".into());
        }
        Ok(event_loop)
    }
}
