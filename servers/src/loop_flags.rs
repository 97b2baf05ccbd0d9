//! The loop's switches as command-line flags, for the programs that build a loop.
//!
//! A flag wins over its environment variable, as the builder's choices do. The help texts name the
//! defaults in words: whether one applies is decided by the environment, which clap does not ask.

use std::error::Error;

use clap::Args;
use executor::{BackendKind, ClockKind, EventLoop, TimerKind, WakeMode};

/// What the flags say; a switch without a flag is left to the environment.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Args, Clone, Copy, Debug)]
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
}

impl LoopFlags {
    /// Builds the loop that a server runs on, on the thread it will run on.
    ///
    /// # Errors
    ///
    /// A word in the environment that no switch knows, a reactor that the operating system refuses,
    /// the virtual clock, or the real one for a loop that is to be stepped.
    pub fn build(&self) -> Result<EventLoop, Box<dyn Error + Send + Sync>> {
        let mut builder = EventLoop::builder();
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
