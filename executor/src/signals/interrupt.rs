//! Ctrl-C while [`run`](crate::run) runs: the main task is cancelled, as by asyncio's `Runner`.
//!
//! The signal is heard by a thread of its own, which tells the loop as any thread does. So the reactor knows
//! nothing of it; and when the loop does not come to what it is told, since somebody holds it, the second
//! Ctrl-C ends the program without it.

use std::fs;
use std::io::{self, Write};
use std::mem;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::abort_handle::AbortHandle;
use crate::event_loop::EventLoop;
use crate::join_error::JoinError;
use crate::loop_handle::LoopHandle;

/// What the next SIGINT does.
enum Next {
    /// What it does by itself.
    EndsTheProgram,
    /// It cancels a main task.
    Cancels(Main),
    /// What the program means by it, which listens for it. It stays so.
    IsForOthers,
}

struct Main {
    event_loop: LoopHandle,
    task: AbortHandle,
    has_cancelled: Arc<AtomicBool>,
}

static NEXT: Mutex<Next> = Mutex::new(Next::EndsTheProgram);

/// The same, as far as the signal's handler needs it: that may take no lock.
static ENDS_THE_PROGRAM: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// What the signal's handler leaves: that one has come since a main task began. The handler writes this
/// before it reads the other, and the end of a run writes the other before it reads this. So one of them sees
/// it.
static HAS_COME: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

fn next() -> MutexGuard<'static, Next> {
    // Nothing can panic while it is held.
    NEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Next {
    fn replace(&mut self, next: Next) -> Next {
        ENDS_THE_PROGRAM.store(matches!(next, Next::EndsTheProgram), Ordering::SeqCst);
        mem::replace(self, next)
    }
}

/// From now on SIGINT is for whoever listens for it. Not so one that has come before.
pub(super) fn give_way() {
    let before = next().replace(Next::IsForOthers);
    if HAS_COME.load(Ordering::SeqCst) {
        cancel(before);
    }
}

/// As long as it lives, the first SIGINT cancels a main task.
pub(crate) struct Interrupt {
    /// Whether there was something to cancel when the loop heard of it.
    has_cancelled: Arc<AtomicBool>,
}

impl Interrupt {
    /// Nothing if Ctrl-C is to do what it did: on another thread than the first (as in asyncio), where a
    /// person sits at the stepper's prompt, or where somebody else hears it.
    pub(crate) fn hear(event_loop: &EventLoop, task: AbortHandle) -> Option<Self> {
        let is_stepped = event_loop.state.extras.stepper.asks();
        if thread::current().name() != Some("main") || is_stepped || !listen() {
            return None;
        }
        let mut next = next();
        if matches!(*next, Next::IsForOthers) {
            return None;
        }
        let has_cancelled = Arc::<AtomicBool>::default();
        HAS_COME.store(false, Ordering::SeqCst);
        next.replace(Next::Cancels(Main {
            event_loop: event_loop.handle(),
            task,
            has_cancelled: Arc::clone(&has_cancelled),
        }));
        Some(Interrupt { has_cancelled })
    }

    /// The main task is over, and from here on SIGINT does what it does by itself. Says whether one has come
    /// that is to end the program: it has cancelled the main task, or has found it about to end. asyncio:
    /// whether `Runner.run` raises `KeyboardInterrupt`.
    pub(crate) fn ends_the_program<T>(self, result: Option<&Result<T, JoinError>>) -> bool {
        let has_cancelled = self.has_cancelled.load(Ordering::Acquire);
        drop(self);
        let is_unheard = || HAS_COME.load(Ordering::SeqCst) && !matches!(*next(), Next::IsForOthers);
        match result {
            Some(Ok(_)) => !has_cancelled && is_unheard(),
            Some(Err(JoinError::Cancelled)) => has_cancelled || is_unheard(),
            _ => false,
        }
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        let mut next = next();
        if matches!(*next, Next::Cancels(_)) {
            next.replace(Next::EndsTheProgram);
        }
    }
}

/// Whoever has started the program sees that SIGINT has ended it.
pub(crate) fn end_the_program() -> ! {
    // Nobody might read it.
    let _ = io::stdout().flush();
    let _ = low_level::emulate_default_handler(SIGINT);
    process::exit(128 + SIGINT)
}

/// Starts the thread that hears the signal, once for the whole process. Says whether it can be heard.
fn listen() -> bool {
    static STARTED: Once = Once::new();
    static HEARS: AtomicBool = AtomicBool::new(false);
    STARTED.call_once(|| {
        if has_a_handler() {
            return;
        }
        // In this order, in which a signal comes to all three. Whoever is told of it decides about the next.
        let leaves_word = flag::register(SIGINT, Arc::clone(&HAS_COME));
        let ends_it = flag::register_conditional_default(SIGINT, Arc::clone(&ENDS_THE_PROGRAM));
        let Ok(mut signals) = Signals::new([SIGINT]) else { return };
        let tell = move || {
            for _ in signals.forever() {
                interrupt();
            }
        };
        let started = thread::Builder::new().name("sigint".to_owned()).spawn(tell);
        HEARS.store(leaves_word.is_ok() && ends_it.is_ok() && started.is_ok(), Ordering::Release);
        if HAS_COME.load(Ordering::SeqCst) {
            // It came when one of the three was there and another was not yet.
            let _ = low_level::emulate_default_handler(SIGINT);
        }
    });
    HEARS.load(Ordering::Acquire)
}

/// Whether SIGINT is for others: the program has a handler of its own; or it is ignored, as a shell has it
/// for what runs in the background. (Where there is no `/proc`, it is not known.)
fn has_a_handler() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let has =
        |mask: &str| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask >> (SIGINT - 1) & 1 == 1);
    let masks = |line: &str| line.strip_prefix("SigIgn:").or(line.strip_prefix("SigCgt:")).is_some_and(has);
    status.lines().any(masks)
}

/// One has come. The next one ends the program, whether or not the loop comes to this one.
fn interrupt() {
    let mut next = next();
    // Else there is no main task any more, and who ran it has seen the signal; or it is for others; or it is
    // an old one, which came for a main task before this one.
    if matches!(*next, Next::Cancels(_)) && HAS_COME.load(Ordering::SeqCst) {
        cancel(next.replace(Next::EndsTheProgram));
    }
}

/// Tells the loop, if there is a main task to cancel.
fn cancel(next: Next) {
    if let Next::Cancels(Main { event_loop, task, has_cancelled }) = next {
        event_loop.call_soon_threadsafe(move || has_cancelled.store(task.cancel(), Ordering::Release));
    }
}
