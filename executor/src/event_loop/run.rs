//! `run`: one main task on a loop of its own, from the first turn to the last clean-up.

use std::future::Future;
use std::panic;

use super::EventLoop;
use crate::inspect::event::Spot;
use crate::join_error::JoinError;
use crate::settings::BuildError;
use crate::signals::interrupt::{self, Interrupt};

/// Runs `main` on a new loop, with the switches of the environment, and gives its result. Tasks that
/// are left when it returns are [cancelled](EventLoop::cancel_all_tasks), and may clean up before
/// the loop is dropped. Calls of [`to_thread`](crate::to_thread) that have begun are waited for,
/// also when `main` panics. asyncio: `asyncio.run`.
///
/// On the program's main thread, Ctrl-C (SIGINT) [cancels](crate::JoinHandle::cancel) the main task. If it
/// ends by that, the others clean up as well, and then the program ends as SIGINT ends it. A second Ctrl-C
/// ends it at once. This is not so where somebody steps through the turns, where the program listens for SIGINT
/// by means of [`signals`](crate::signals), and where a shell has it ignored. asyncio: `Runner.run`, which
/// makes a `KeyboardInterrupt` of it.
///
/// # Errors
///
/// [`BuildError`], whose text is meant for the person who started the program.
///
/// # Panics
///
/// As [`EventLoop::block_on`].
#[track_caller]
pub fn run<F>(main: F) -> Result<F::Output, BuildError>
where
    F: Future + 'static,
{
    let event_loop = EventLoop::builder().build()?;
    // Said beforehand, because a panic of `main` goes through here.
    event_loop.state.extras.pool.wait_at_the_end();
    let entered = event_loop.enter("run()");
    let mut main = event_loop.state.spawn(Some("main"), Spot::here(), main);
    let interrupt = Interrupt::hear(&event_loop, main.abort_handle());
    event_loop.state.run_until(&|| main.is_finished());
    drop(entered);
    let result = main.take();
    if matches!(result, Some(Err(JoinError::Cancelled))) && interrupt.is_some_and(|it| it.has_come()) {
        event_loop.cancel_all_tasks();
        drop(event_loop);
        interrupt::end_the_program();
    }
    let result = result_of_main("run()", result);
    event_loop.cancel_all_tasks();
    Ok(result)
}

/// What the main task has come to, for whoever has called `what`.
///
/// # Panics
///
/// If that is no result.
#[track_caller]
pub(super) fn result_of_main<T>(what: &str, result: Option<Result<T, JoinError>>) -> T {
    match result {
        Some(Ok(value)) => value,
        // The panic goes on where the caller can see it, as if there were no loop in between.
        Some(Err(JoinError::Panicked(panic))) => panic::resume_unwind(panic),
        Some(Err(_)) => panic!("{what}: the main task was cancelled"),
        None => panic!("{what}: the loop was stopped before the main task was done"),
    }
}
