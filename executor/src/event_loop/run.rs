//! How a loop is run: turn after turn, until somebody says that it is enough.
//!
//! There are two ways to say so, as in asyncio: the main task is over ([`block_on`](EventLoop::block_on)), or
//! somebody has called [`stop`](crate::stop) ([`run_forever`](EventLoop::run_forever)). Programs call
//! [`run`], which makes the loop, too, and cleans up at the end.

use std::future::Future;
use std::panic;

use super::{EventLoop, LoopState, refuse_inside};
use crate::builder::build_error::BuildError;
use crate::inspect::names::Spot;
use crate::inspect::sigusr1::Answers;
use crate::join_error::JoinError;
use crate::signals::interrupt::{self, Interrupt};
use crate::tick::Found;

impl LoopState {
    /// Runs turns until `done`, and then one more, as asyncio does: `run_until_complete` learns of
    /// the end through a callback, and that callback is an entry of the next turn. So what the last
    /// step has queued still runs.
    pub(super) fn run_until(&self, done: &dyn Fn() -> bool) {
        let _answers = Answers::new(&self.ready.inbox);
        self.tell_loop_begin();
        let mut found = Found::default();
        loop {
            if done() {
                self.stopping.set(true);
            }
            self.tick(&mut found);
            // Looked at after the turn and not before it: whoever asked for the end, the turn that
            // was under way is finished, as after asyncio's `loop.stop()`.
            if self.stopping.replace(false) {
                break;
            }
        }
        self.tell_loop_end();
    }
}

impl EventLoop {
    /// Runs the loop until `main` is done, and one turn more; what is still running then waits for
    /// the next call. asyncio: `loop.run_until_complete`.
    ///
    /// # Panics
    ///
    /// If a loop runs on this thread already, if the main task panics, if it is aborted or cancelled or the
    /// loop is [stopped](crate::stop) before it is done, or if the operating system can no longer wait.
    #[track_caller]
    #[doc(alias("run_until_complete", "run"))]
    pub fn block_on<F>(&self, main: F) -> F::Output
    where
        F: Future + 'static,
    {
        let _entered = self.enter("block_on()");
        // The main task is a task like any other; only its end means something more.
        let mut main = self.state.spawn(Some("main"), Spot::here(), main);
        self.state.run_until(&|| main.is_finished());
        result_of_main("block_on()", main.take())
    }

    /// Runs the loop until somebody calls [`stop`](crate::stop). asyncio: `loop.run_forever`.
    ///
    /// # Panics
    ///
    /// If a loop runs on this thread already, or if the operating system can no longer wait.
    #[track_caller]
    pub fn run_forever(&self) {
        let _entered = self.enter("run_forever()");
        self.state.run_until(&|| false);
    }
}

/// Runs `main` on a new loop, with the switches of the environment, and gives its result. Tasks that
/// are left when it returns are [cancelled](EventLoop::cancel_all_tasks), and may clean up before
/// the loop is dropped. Calls of [`to_thread`](crate::to_thread) that have begun are waited for,
/// also when `main` panics. asyncio: `asyncio.run`.
///
/// On the program's main thread, Ctrl-C (SIGINT) [cancels](crate::JoinHandle::cancel) the main task. If it
/// ends by that, or was about to end by itself, the others clean up as well, and then the program ends as SIGINT
/// ends it. A second Ctrl-C ends it at once, and so does the first when the main task is over. asyncio:
/// `Runner.run`, which makes a `KeyboardInterrupt` of it.
///
/// Ctrl-C is left alone where somebody steps through the turns, and where the signal is for others: the program
/// listens for it by means of [`signals`](crate::signals), or had a handler of its own before its first `run`,
/// or a shell has it ignored.
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
    // Asked first: whatever else may keep the loop from being built is not what is wrong here.
    refuse_inside("run()");
    let event_loop = EventLoop::builder().build()?;
    // Said beforehand, because a panic of `main` goes through here.
    event_loop.state.extras.pool.wait_at_the_end();
    let entered = event_loop.enter("run()");
    let mut main = event_loop.state.spawn(Some("main"), Spot::here(), main);
    let interrupt = Interrupt::hear(&event_loop, main.abort_handle());
    event_loop.state.run_until(&|| main.is_finished());
    drop(entered);
    let result = main.take();
    if interrupt.is_some_and(|it| it.ends_the_program(result.as_ref())) {
        drop(result);
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
fn result_of_main<T>(what: &str, result: Option<Result<T, JoinError>>) -> T {
    match result {
        Some(Ok(value)) => value,
        // The panic goes on where the caller can see it, as if there were no loop in between.
        Some(Err(JoinError::Panicked(panic))) => panic::resume_unwind(panic),
        Some(Err(_)) => panic!("{what}: the main task was cancelled"),
        None => panic!("{what}: the loop was stopped before the main task was done"),
    }
}
