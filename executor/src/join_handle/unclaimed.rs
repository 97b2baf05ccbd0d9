//! What becomes of a bad result that nobody takes: it is said, once.
//!
//! A task that panics harms nobody but those who wait for it. But if nobody does, nobody hears of
//! it either, and a program of many small tasks loses one after another in silence. So a bad result
//! is left with a note beside it. Whoever takes the result takes the note away; else the note is
//! dropped with the last handle on the result, and speaks. asyncio: "Task exception was never
//! retrieved", which `Future.__del__` says.
//!
//! Any task can panic. That it returned an *error* is known only of those that were spawned with
//! [`spawn_fallible`]: to [`spawn`](crate::spawn), a `Result` is a value like any other.

use std::fmt;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;

use super::watch::Watcher;
use super::{JoinHandle, Promise};
use crate::event_loop::{self, LoopState};
use crate::exceptions::Unhandled;
use crate::inspect::event::Event;
use crate::inspect::names::Spot;
use crate::join_error::{JoinError, panic_message};

/// Makes a task of a future that may fail, as [`spawn`](crate::spawn) does: an error that nobody takes
/// is reported as a panic is, in debug mode and to an [exception
/// handler](crate::set_exception_handler). asyncio: every task, since its errors are
/// exceptions.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "create_task")]
pub fn spawn_fallible<F, T, E>(future: F) -> JoinHandle<Result<T, E>>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: fmt::Debug + 'static,
{
    let handle = event_loop::running("spawn_fallible()").spawn(None, Spot::here(), future);
    handle.shared.borrow_mut().set_bad(panic_or_error);
    handle
}

/// Looks for what is bad in a result.
pub(super) type Bad<T> = for<'a> fn(&'a Result<T, JoinError>) -> Option<What<'a>>;

/// What is bad in a result.
pub(super) enum What<'a> {
    Panicked(&'a str),
    Failed(&'a dyn fmt::Debug),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Panicked(text) => write!(f, "panicked: {text}"),
            What::Failed(error) => write!(f, "failed: {error:?}"),
        }
    }
}

pub(super) fn panic_only<T>(result: &Result<T, JoinError>) -> Option<What<'_>> {
    match result {
        Err(JoinError::Panicked(panic)) => Some(What::Panicked(panic_message(panic.as_ref()))),
        _ => None,
    }
}

fn panic_or_error<T, E: fmt::Debug>(result: &Result<Result<T, E>, JoinError>) -> Option<What<'_>> {
    match result {
        Ok(Err(error)) => Some(What::Failed(error)),
        other => panic_only(other),
    }
}

/// The note beside a bad result.
pub(super) struct Unclaimed {
    state: Rc<LoopState>,
    /// Taken out by whoever takes the result.
    event: Option<Event>,
}

impl Unclaimed {
    /// Somebody has taken the result.
    pub(super) fn withdraw(mut self) {
        self.event = None;
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        let Some(event) = self.event.take() else { return };
        if let Event::Unclaimed { task, what, .. } = &event {
            let message = "nobody took what became of a task";
            self.state.extras.exceptions.call(&Unhandled { message, task: Some(*task), exception: what });
        }
        if self.state.narrator().is_observed() {
            self.state.narrator().tell(event);
        }
    }
}

impl<T> Promise<T> {
    /// What few ends need: a note beside a bad result, and those who watch the task.
    #[cold]
    pub(super) fn witness(&self) -> Vec<(u64, Watcher)> {
        self.note_bad_result();
        self.0.borrow_mut().take_watchers()
    }

    fn note_bad_result(&self) {
        // How an error writes itself is foreign code, so the cell is not borrowed meanwhile; and until
        // that is over, so is the task not.
        let mut shared = self.0.borrow_mut();
        let (result, outcome, bad) = (shared.result.take(), shared.outcome.take(), shared.bad());
        drop(shared);
        let unclaimed = result.as_ref().and_then(|result| note(result, bad));
        let mut shared = self.0.borrow_mut();
        (shared.result, shared.outcome) = (result, outcome);
        if let Some(unclaimed) = unclaimed {
            shared.keep(unclaimed);
        }
    }
}

/// The note, if the result is bad and somebody would hear of it. It is written now, while the task is
/// still in the table and its name is known; the handles may outlive it by far.
fn note<T>(result: &Result<T, JoinError>, bad: Bad<T>) -> Option<Unclaimed> {
    let what = bad(result)?;
    let state = event_loop::running_if_any()?;
    if !state.narrator().is_observed() && !state.extras.exceptions.is_set() {
        return None;
    }
    // How an error writes itself is foreign code.
    let what = panic::catch_unwind(AssertUnwindSafe(|| what.to_string()));
    let what = what.unwrap_or_else(|_| "failed, with an error that cannot be written".to_owned());
    let task = state.narrator().task_key()?;
    let (name, spawned) = state.tasks.origin(task)?;
    let event = Event::Unclaimed { task: task.id, name, spawned, what };
    Some(Unclaimed { state, event: Some(event) })
}
