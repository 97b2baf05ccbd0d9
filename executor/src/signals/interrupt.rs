//! Ctrl-C while [`run`](crate::run) runs: the main task is cancelled, as by asyncio's `Runner`.
//!
//! The signal is heard by a thread of its own, which tells the loop as any thread does. So the reactor knows
//! nothing of it; and when the loop does not come to what it is told, since somebody holds it, the second
//! Ctrl-C ends the program without it.

use std::fs;
use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::abort_handle::AbortHandle;
use crate::event_loop::EventLoop;
use crate::loop_handle::LoopHandle;

/// Whether SIGINT does what it does by itself: nobody is to be told, or somebody has been.
static ENDS_THE_PROGRAM: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Whether the program listens for it, and means something of its own by it. It stays so.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Who is told of the next one.
static MAIN: Mutex<Option<Main>> = Mutex::new(None);

struct Main {
    event_loop: LoopHandle,
    task: AbortHandle,
    came: Arc<AtomicBool>,
}

fn main() -> MutexGuard<'static, Option<Main>> {
    // Nothing can panic while it is held.
    MAIN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on SIGINT is for whoever listens for it.
pub(super) fn give_way() {
    TAKEN.store(true, Ordering::Release);
    ENDS_THE_PROGRAM.store(false, Ordering::Release);
}

/// As long as it lives, the first SIGINT cancels a main task.
pub(crate) struct Interrupt {
    came: Arc<AtomicBool>,
}

impl Interrupt {
    /// Nothing if Ctrl-C is to do what it did: on another thread than the first (as in asyncio), where a
    /// person sits at the stepper's prompt, or where the program listens by itself.
    pub(crate) fn hear(event_loop: &EventLoop, task: AbortHandle) -> Option<Self> {
        let is_stepped = event_loop.state.extras.stepper.asks();
        if thread::current().name() != Some("main")
            || is_stepped
            || TAKEN.load(Ordering::Acquire)
            || !listen()
        {
            return None;
        }
        let came = Arc::<AtomicBool>::default();
        *main() = Some(Main { event_loop: event_loop.handle(), task, came: Arc::clone(&came) });
        ENDS_THE_PROGRAM.store(false, Ordering::Release);
        Some(Interrupt { came })
    }

    pub(crate) fn has_come(&self) -> bool {
        self.came.load(Ordering::Acquire)
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        *main() = None;
        ENDS_THE_PROGRAM.store(!TAKEN.load(Ordering::Acquire), Ordering::Release);
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
        if is_ignored() {
            return;
        }
        // In this order, in which a signal comes to both: whoever is told of it decides about the next.
        let ends_it = flag::register_conditional_default(SIGINT, Arc::clone(&ENDS_THE_PROGRAM));
        let Ok(mut signals) = Signals::new([SIGINT]) else { return };
        let tell = move || {
            for _ in signals.forever() {
                if !TAKEN.load(Ordering::Acquire) {
                    interrupt();
                }
            }
        };
        let hears = ends_it.is_ok() && thread::Builder::new().name("sigint".to_owned()).spawn(tell).is_ok();
        HEARS.store(hears, Ordering::Release);
    });
    HEARS.load(Ordering::Acquire)
}

/// Whether SIGINT is for others: a shell has what it runs in the background ignore it. (Where there is no
/// `/proc`, it is not known.)
fn is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (SIGINT - 1) & 1 == 1)
}

/// The next one ends the program, whether or not the loop comes to this one.
fn interrupt() {
    let Some(Main { event_loop, task, came }) = main().take() else { return };
    ENDS_THE_PROGRAM.store(true, Ordering::Release);
    came.store(true, Ordering::Release);
    event_loop.call_soon_threadsafe(move || {
        task.cancel();
    });
}
