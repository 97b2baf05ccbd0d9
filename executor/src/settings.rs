//! The switches of a loop, and how they are read from the environment.
//!
//! Each switch is an enum that knows its variable and its words ([`Choice`]); the builder's choice
//! wins over the variable. A word that is not known is an error that lists those that are: a silent
//! default would run another experiment than the one that was asked for.

use std::env;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reactor::BackendKind;

/// A switch that is one of a few words.
pub trait Choice: Copy + Default + PartialEq + 'static {
    /// The environment variable that sets it.
    const VARIABLE: &'static str;
    /// Every word and what it means, the default first where it is always the same.
    const CHOICES: &'static [(&'static str, Self)];

    /// The meaning of `word`.
    ///
    /// # Errors
    ///
    /// [`Unknown`] lists the words there are.
    fn named(word: &str) -> Result<Self, Unknown> {
        for (name, choice) in Self::CHOICES {
            if *name == word {
                return Ok(*choice);
            }
        }
        let known = Self::CHOICES.iter().map(|(name, _)| *name).collect();
        Err(Unknown { variable: None, word: word.to_owned(), known })
    }

    /// Its word.
    fn name(self) -> &'static str {
        for (name, choice) in Self::CHOICES {
            if *choice == self {
                return name;
            }
        }
        unreachable!("every value of a switch has a word")
    }

    /// What the environment says: the default if the variable is not set or empty.
    ///
    /// # Errors
    ///
    /// [`Unknown`] if its word is not one of [`CHOICES`](Self::CHOICES).
    fn from_environment() -> Result<Self, Unknown> {
        Ok(Self::said_by_environment()?.unwrap_or_default())
    }

    /// The same, but nothing if the variable is not set or empty.
    ///
    /// # Errors
    ///
    /// As [`from_environment`](Self::from_environment).
    fn said_by_environment() -> Result<Option<Self>, Unknown> {
        match env::var_os(Self::VARIABLE) {
            Some(word) if !word.is_empty() => Self::named(&word.to_string_lossy())
                .map(Some)
                .map_err(|unknown| Unknown { variable: Some(Self::VARIABLE), ..unknown }),
            _ => Ok(None),
        }
    }
}

impl Choice for BackendKind {
    const VARIABLE: &'static str = "LOOP_BACKEND";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("mio", BackendKind::Mio), ("polling", BackendKind::Polling)];
}

/// Which structure holds the timers: `LOOP_TIMERS=wheel|heap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimerKind {
    /// The hierarchical timer wheel. The default.
    #[default]
    Wheel,
    /// The binary heap that asyncio uses.
    Heap,
}

impl Choice for TimerKind {
    const VARIABLE: &'static str = "LOOP_TIMERS";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("wheel", TimerKind::Wheel), ("heap", TimerKind::Heap)];
}

/// What a due timer or a ready socket does to the task that waits for it:
/// `LOOP_WAKE=direct|asyncio`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WakeMode {
    /// It puts the task into the ready queue, to run in this turn. The default.
    #[default]
    Direct,
    /// It puts an entry into the ready queue which, when it runs, puts the task there: one turn
    /// more, exactly as in asyncio, where a timer's callback sets a future and the future's
    /// callback resumes the task.
    Asyncio,
}

impl Choice for WakeMode {
    const VARIABLE: &'static str = "LOOP_WAKE";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("direct", WakeMode::Direct), ("asyncio", WakeMode::Asyncio)];
}

/// Which clock the loop goes by: `LOOP_CLOCK=real|virtual|stepping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockKind {
    /// The machine's monotonic clock. The default.
    #[default]
    Real,
    /// Jumps to the next deadline as soon as every task waits.
    Virtual,
    /// Hardly counts the time for which a debugger holds the program.
    Stepping,
}

impl Choice for ClockKind {
    const VARIABLE: &'static str = "LOOP_CLOCK";
    const CHOICES: &'static [(&'static str, Self)] =
        &[("real", ClockKind::Real), ("virtual", ClockKind::Virtual), ("stepping", ClockKind::Stepping)];
}

/// Whether the loop warns of what is probably a mistake: `LOOP_DEBUG=0|1`. asyncio:
/// `PYTHONASYNCIODEBUG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebugChoice {
    /// It does not. The default in release builds.
    Off,
    /// It does. The default in debug builds.
    On,
}

impl Default for DebugChoice {
    fn default() -> Self {
        if cfg!(debug_assertions) { DebugChoice::On } else { DebugChoice::Off }
    }
}

impl Choice for DebugChoice {
    const VARIABLE: &'static str = "LOOP_DEBUG";
    const CHOICES: &'static [(&'static str, Self)] = &[("0", DebugChoice::Off), ("1", DebugChoice::On)];
}

/// Whether the loop waits for the person at the terminal before each turn: `LOOP_STEP=0|1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepChoice {
    /// It runs by itself. The default.
    #[default]
    Off,
    /// It shows what is about to run, and waits for Enter.
    On,
}

impl Choice for StepChoice {
    const VARIABLE: &'static str = "LOOP_STEP";
    const CHOICES: &'static [(&'static str, Self)] = &[("0", StepChoice::Off), ("1", StepChoice::On)];
}

/// How long a step may hold the loop before debug mode warns of it: `LOOP_SLOW_MS=100`, a number of
/// milliseconds.
///
/// # Errors
///
/// [`Unknown`] if it is something else.
pub(crate) fn slow_from_environment() -> Result<Duration, Unknown> {
    const VARIABLE: &str = "LOOP_SLOW_MS";
    let word = env::var_os(VARIABLE).unwrap_or_default();
    if word.is_empty() {
        return Ok(Duration::from_millis(100));
    }
    let word = word.to_string_lossy().into_owned();
    match word.parse() {
        Ok(millis) => Ok(Duration::from_millis(millis)),
        Err(_) => {
            Err(Unknown { variable: Some(VARIABLE), word, known: vec!["a whole number of milliseconds"] })
        }
    }
}

macro_rules! from_str {
    ($($choice:ty),*) => {$(
        impl FromStr for $choice {
            type Err = Unknown;

            fn from_str(word: &str) -> Result<Self, Unknown> {
                Self::named(word)
            }
        }
    )*};
}

from_str!(TimerKind, WakeMode, ClockKind, DebugChoice, StepChoice);

/// A word that a switch does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Where it stands, if that is in the environment.
    variable: Option<&'static str>,
    word: String,
    known: Vec<&'static str>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(variable) = self.variable {
            write!(f, "{variable}=")?;
        }
        write!(f, "{:?} is not known; it can be {}", self.word, self.known.join(", "))
    }
}

impl std::error::Error for Unknown {}
