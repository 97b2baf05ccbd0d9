//! How a loop is made: its switches, and the short way.

pub(crate) mod build_error;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use reactor::{BackendKind, Reactor};

use crate::event_loop::{EventLoop, LoopState};
use crate::inspect::debug_mode::DebugMode;
use crate::inspect::log_lines::LogLines;
use crate::inspect::narrator::{Narrator, Observer};
use crate::inspect::recording::Recording;
use crate::settings::{
    Choice, ClockKind, DebugChoice, StepChoice, TimerKind, WakeMode, slow_from_environment,
};
use crate::threads::pool::default_threads;
use crate::time::Timers;
use crate::time::clock::Clock;
use build_error::BuildError;

impl EventLoop {
    /// The switches of a new loop. asyncio: `asyncio.new_event_loop`.
    #[doc(alias = "new_event_loop")]
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// The switches of a loop. What is not set here is taken from the environment: `LOOP_BACKEND`,
/// `LOOP_TIMERS`, `LOOP_WAKE`, `LOOP_CLOCK`, `LOOP_DEBUG`, `LOOP_SLOW_MS`, `LOOP_STEP`, `LOOP_RECORD`.
#[derive(Default)]
#[must_use = "a builder builds nothing until `build` is called"]
pub struct Builder {
    backend: Option<BackendKind>,
    timers: Option<TimerKind>,
    wake: Option<WakeMode>,
    clock: Option<ClockKind>,
    threads: Option<usize>,
    debug: Option<DebugChoice>,
    slow: Option<Duration>,
    step: Option<StepChoice>,
    record: Option<Record>,
    observers: Vec<Rc<dyn Observer>>,
}

/// Where a loop is recorded.
enum Record {
    /// In a file of its own.
    File(PathBuf),
    /// Among others, by this name.
    Among(Recording, &'static str),
}

impl Builder {
    /// Which library asks the operating system.
    pub fn backend(mut self, backend: BackendKind) -> Self {
        self.backend = Some(backend);
        self
    }

    /// Which structure holds the timers.
    pub fn timers(mut self, timers: TimerKind) -> Self {
        self.timers = Some(timers);
        self
    }

    /// What a due timer or a ready socket does to the task that waits for it.
    pub fn wake(mut self, wake: WakeMode) -> Self {
        self.wake = Some(wake);
        self
    }

    /// Which clock the loop goes by.
    pub fn clock(mut self, clock: ClockKind) -> Self {
        self.clock = Some(clock);
        self
    }

    /// How many threads there may be for [`to_thread`](crate::to_thread), and so how many calls can
    /// block at once: 32 if nothing is said, and fewer on a machine with fewer than 28 processors
    /// (four more than there are). They are started when they are needed. asyncio:
    /// `loop.set_default_executor(ThreadPoolExecutor(max_workers=...))`.
    ///
    /// # Panics
    ///
    /// If it is 0: no call would ever be made.
    #[track_caller]
    #[doc(alias("set_default_executor", "ThreadPoolExecutor", "max_workers"))]
    pub fn threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "Builder::threads(0): no call of to_thread() would ever be made");
        self.threads = Some(threads);
        self
    }

    /// Whether the loop warns of what is probably a mistake: on in debug builds if nobody says
    /// otherwise. A warning is one line of the log, shown on stderr where `RUST_LOG` is not set.
    /// asyncio: `loop.set_debug`.
    ///
    /// * `loop::slow`: a task's step, or a callback, held the loop for [too long](Self::slow).
    /// * `loop::lost`: a task panicked (or failed, if it is one of
    ///   [`spawn_fallible`](crate::spawn_fallible)), and the last handle on its result was dropped
    ///   without anybody having taken it.
    /// * `loop::lost`: a task was not over when its loop was dropped.
    #[doc(alias("set_debug", "get_debug"))]
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(if debug { DebugChoice::On } else { DebugChoice::Off });
        self
    }

    /// How long a step may hold the loop before [debug mode](Self::debug) warns of it: a tenth of a
    /// second if nobody says otherwise. asyncio: `loop.slow_callback_duration`.
    #[doc(alias = "slow_callback_duration")]
    pub fn slow(mut self, slow: Duration) -> Self {
        self.slow = Some(slow);
        self
    }

    /// Whether the loop waits for the person at the terminal before each turn. It says on stderr what
    /// is ready and who waits for what, and reads stdin: Enter runs the turn, `?` says what else there
    /// is. It goes by the stepping clock, or by the virtual one if that is asked for.
    pub fn step(mut self, step: bool) -> Self {
        self.step = Some(if step { StepChoice::On } else { StepChoice::Off });
        self
    }

    /// A file in which every step of the loop is recorded; its ending says how, as [`Recording`] tells.
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.record = Some(Record::File(path.into()));
        self
    }

    /// As [`record`](Self::record), in a file that others use, too: there this loop has the name
    /// `name`.
    pub fn record_among(mut self, recording: &Recording, name: &'static str) -> Self {
        self.record = Some(Record::Among(recording.clone(), name));
        self
    }

    /// Somebody who is told every step of the loop.
    pub fn observer(mut self, observer: Rc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Makes the loop.
    ///
    /// # Errors
    ///
    /// When a switch of the environment has a word that it does not know, when a loop that is to be
    /// [stepped](Self::step) by hand was given the real clock, when the file for recording cannot be
    /// written, or when the operating system refuses a descriptor.
    pub fn build(self) -> Result<EventLoop, BuildError> {
        let backend = chosen(self.backend)?;
        let timers = chosen(self.timers)?;
        let wake = chosen(self.wake)?;
        let step = chosen(self.step)?;
        let clock = match step {
            StepChoice::Off => chosen(self.clock)?,
            StepChoice::On => clock_to_step_by(self.clock)?,
        };
        let debug = chosen(self.debug)?;
        let slow = match self.slow {
            Some(slow) => slow,
            None => slow_from_environment()?,
        };

        let recorder = match self.record.or_else(|| Recording::wanted().map(Record::File)) {
            Some(Record::File(path)) => Some(Recording::create(path)?.observer(None)),
            Some(Record::Among(recording, name)) => Some(recording.observer(Some(name))),
            None => None,
        };

        let narrator = Narrator::new(Clock::new(clock));
        if LogLines::are_wanted() {
            narrator.add_observer(Rc::new(LogLines::new()));
        }
        if debug == DebugChoice::On {
            narrator.add_observer(Rc::new(DebugMode::new(slow)));
        }
        for observer in recorder.into_iter().chain(self.observers) {
            narrator.add_observer(observer);
        }
        let threads = self.threads.unwrap_or_else(default_threads);
        let state = LoopState::new(Reactor::new(backend)?, Timers::new(timers), wake, narrator, threads);
        if step == StepChoice::On {
            state.extras.stepper.begin();
        }
        Ok(EventLoop { state: Rc::new(state) })
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").finish_non_exhaustive()
    }
}

/// The builder's choice, or else the environment's.
fn chosen<C: Choice>(choice: Option<C>) -> Result<C, BuildError> {
    match choice {
        Some(choice) => Ok(choice),
        None => Ok(C::from_environment()?),
    }
}

/// The clock of a loop that is stepped by hand: a clock that was asked for is never exchanged in
/// silence.
fn clock_to_step_by(choice: Option<ClockKind>) -> Result<ClockKind, BuildError> {
    let asked_for = match choice {
        Some(clock) => Some(clock),
        None => ClockKind::said_by_environment()?,
    };
    match asked_for {
        None => Ok(ClockKind::Stepping),
        Some(ClockKind::Real) => Err(BuildError::SteppingInRealTime),
        Some(clock) => Ok(clock),
    }
}
