//! SIGUSR1: every program that runs a loop prints the tree of its tasks, and goes on.
//!
//! `kill -USR1 PID` asks a program that hangs what it waits for, without having been prepared for
//! it. A thread of its own hears the signal and asks each loop that runs, in the way in which any
//! thread asks: through its inbox. The loop only copies its table; that thread does all the rest. So
//! the loop is held for a few milliseconds with ten thousand tasks, its reactor knows nothing of it,
//! and a loop that does not answer (because somebody holds it) can be told from one that waits.
//! asyncio: `python -m asyncio pstree PID`, which reads the memory of the other process.
//!
//! Whoever else listens for SIGUSR1 with `signal-hook` goes on hearing it. A program that listens for it
//! through [`signals`](crate::signals) means something of its own by it, and gets no list any more.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGUSR1;
use signal_hook::iterator::Signals;

use super::dump::Snapshot;
use crate::event_loop;
use crate::inbox::{Inbox, News};

/// How long a loop that nobody holds may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to ask the loops that run. A loop that is gone is not kept by it.
static RUNNING: Mutex<Vec<Weak<Inbox>>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<Weak<Inbox>>> {
    // Nothing can panic while it is held.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As long as it lives, a loop is asked for its tasks when SIGUSR1 comes.
pub(crate) struct Answers(Weak<Inbox>);

impl Answers {
    pub(crate) fn new(inbox: &Arc<Inbox>) -> Self {
        listen();
        let inbox = Arc::downgrade(inbox);
        running().push(Weak::clone(&inbox));
        Answers(inbox)
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        running().retain(|other| !other.ptr_eq(&self.0));
    }
}

/// Whether the program means something of its own by SIGUSR1. It stays so: a signal that came while
/// somebody listened may reach the thread below when nobody does any more.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// From now on SIGUSR1 means something else in this process, and no tasks are listed.
pub(crate) fn give_way() {
    TAKEN.store(true, Ordering::Release);
}

/// Starts the thread that hears the signal, once for the whole process. If the operating system
/// refuses it, the program runs as well without.
fn listen() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let Ok(mut signals) = Signals::new([SIGUSR1]) else { return };
        let _ = thread::Builder::new().name("sigusr1".to_owned()).spawn(move || {
            for _ in signals.forever() {
                if !TAKEN.load(Ordering::Acquire) {
                    ask_all();
                }
            }
        });
    });
}

/// Asks every loop at once. Each answer is waited for by a thread of its own: a loop that is held
/// holds up neither the others nor the next signal.
fn ask_all() {
    for inbox in running().iter().filter_map(Weak::upgrade) {
        let (answer, answers) = mpsc::channel();
        let asked = Arc::downgrade(&inbox);
        inbox.put(News::Call(Box::new(move || {
            if let Some(state) = event_loop::running_if_any() {
                let thread = thread::current().name().map(str::to_owned);
                // The thread that asked is there until it is answered.
                let _ = answer.send((thread, state.snapshot()));
            }
        })));
        let _ = thread::Builder::new().name("sigusr1".to_owned()).spawn(move || print(&answers, &asked));
    }
}

/// Prints the answer when it comes. A loop that ends before it comes to the question has no tasks
/// to tell of.
fn print(answers: &Receiver<(Option<String>, Snapshot)>, asked: &Weak<Inbox>) {
    let mut answer = answers.recv_timeout(PATIENCE);
    if let Err(RecvTimeoutError::Timeout) = answer {
        if running().iter().any(|inbox| inbox.ptr_eq(asked)) {
            write("loop: something has held it for over 1 s\n");
        }
        answer = answers.recv().map_err(RecvTimeoutError::from);
    }
    if let Ok((thread, snapshot)) = answer {
        let mut tree = snapshot.dump().to_string();
        // Where there are several loops, each tree says whose it is.
        if let Some(thread) = thread
            && running().len() > 1
            && let Some(end) = tree.find('\n')
        {
            tree.insert_str(end, &format!(", thread {thread}"));
        }
        write(&tree);
    }
}

/// One write for each tree, so that the trees of several loops come one after the other.
fn write(text: &str) {
    // Without a stderr there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}
