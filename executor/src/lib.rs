//! Runs tasks and owns time: an event loop, built to be read.
//!
//! ```
//! use std::time::Duration;
//! use executor::{run, sleep, spawn};
//!
//! # fn main() -> Result<(), executor::BuildError> {
//! let answer = run(async {
//!     let coffee = spawn(async {
//!         sleep(Duration::from_millis(5)).await;
//!         "coffee"
//!     });
//!     // The book is read while the coffee is made: one thread, and nobody waits at the counter.
//!     sleep(Duration::from_millis(3)).await;
//!     coffee.await.expect("making coffee does not panic")
//! })?;
//! assert_eq!(answer, "coffee");
//! # Ok(())
//! # }
//! ```
//!
//! # A tour
//!
//! **A loop.** [`run`] makes one, runs a future on it and gives its result. [`EventLoop::builder`] makes
//! one with other switches, for instance with a [virtual clock](ClockKind::Virtual), on which no test
//! waits; [`EventLoop::block_on`] turns it until a future is ready.
//!
//! **Tasks.** [`spawn`] makes a task of a future. Its [`JoinHandle`] is what others wait on, and by which
//! they [abort](JoinHandle::abort) it: its future is dropped. To [cancel](JoinHandle::cancel) a task is
//! gentler: it sees an error at a [`cancellable`] await, and may clean up.
//!
//! **Time.** [`sleep`] waits for a while, [`sleep_until`] until a moment, and [`interval`] for one beat
//! after the other. [`timeout`] sets a limit to any future, [`wait_for`] to a task, and a [`Deadline`] is a
//! limit that can be moved. [`now`] is the loop's [`Instant`]. What holds the timers is in [`time`].
//!
//! **Many tasks.** Each of these waits for tasks that run whether or not anybody waits:
//!
//! | | ends when | and then |
//! |---|---|---|
//! | [`gather`] | all are over, or one fails | the results by position, or that failure; the others go on |
//! | [`wait`] | as [`When`] says, or a time limit | the handles, parted in done and pending; all go on |
//! | [`as_completed`] | the next one is over | its result; as often as there are tasks |
//! | [`task_group`] | all are over | all failures together; one failure cancels the others |
//! | [`shield`] | it is over | its result; a cancelled waiter leaves it alone |
//! | [`wait_for`] | it is over, or a time limit | its result; late, it is cancelled |
//!
//! **Each other.** [`sync`] has locks, queues and the like for the tasks of a loop. A [`Deferred`] is a
//! value that somebody sets later.
//!
//! **Sockets.** [`net`]: TCP, UDP and Unix sockets, with an `.await` in each call that may have to wait.
//!
//! **Callbacks.** [`call_soon`], [`call_later`] and [`call_at`] call a function, and need no task.
//!
//! **The world outside.** [`signals`] makes an event of Ctrl-C. [`to_thread`] lends a call that blocks to
//! another thread; a [`LoopHandle`] is how another thread reaches the loop.
//!
//! **Looking on.** [`inspect`] shows what the loop does: as log lines, as a recording, as a [tree of its
//! tasks](inspect::dump).
//!
//! # Reading order
//!
//! 1. `tick.rs`: one turn of the loop. If you read one file, read this one.
//! 2. `ready.rs`, `waker.rs`, `task.rs`: the queue, how something gets into it, and what stands in it.
//! 3. `time/sleep.rs`, `time/wheel.rs`, `time/clock.rs`: how waiting for time works.
//! 4. `spawn.rs` and `join_handle.rs`: how a task is made, and how others wait for it.
//! 5. `event_loop.rs` and `event_loop/run.rs`: how it is all put together, and run.
//! 6. [`net`]: how waiting for sockets works, on the `reactor` crate.
//! 7. [`sync`]: how tasks wait for each other, on one fair queue.
//!
//! Everything else hangs off these files, and can be skipped at first.
//!
//! # The life of a task
//!
//! ```text
//!  spawn(future)                                        a timer is due, a socket is ready,
//!       |                                               another task ends, a thread reports
//!       v                                                              |
//!  +---------+  the loop pops  +---------+   Pending   +---------+     v
//!  | ready   | --------------> | running | ----------> | waiting | -- wake --+
//!  | queue   |                 +---------+             +---------+           |
//!  +---------+                      | Ready                                  |
//!       ^                           v                                        |
//!       |                        over: its handle has the result             |
//!       +--------------------------------------------------------------------+
//! ```
//!
//! # Panics
//!
//! Functions that need a loop ([`spawn`], [`sleep`], ...) panic outside of one, and say so.

#![forbid(unsafe_code)]

mod abort_handle;
mod builder;
mod callback;
mod cancel;
mod combinators;
mod deferred;
mod event_loop;
mod exceptions;
mod extras;
mod inbox;
pub mod inspect;
mod join_error;
mod join_handle;
mod loop_handle;
pub mod net;
mod ready;
mod running;
mod settings;
pub mod signals;
mod spawn;
pub mod sync;
mod task;
mod threads;
mod tick;
pub mod time;
mod waker;

pub use abort_handle::AbortHandle;
pub use builder::Builder;
pub use builder::build_error::BuildError;
pub use callback::{CallbackHandle, call_at, call_later, call_soon};
pub use cancel::{Cancellable, Cancelled, cancellable, cancelling, spawn_cancellable, uncancel};
pub use combinators::{
    AsCompleted, Gather, GroupError, IntoTask, RunGroup, Shield, TaskError, TaskGroup, Wait, WaitFor, When,
    as_completed, gather, gather_results, shield, task_group, try_gather, try_wait, wait, wait_for,
};
pub use deferred::{Deferred, DoneCallback, WaitDeferred};
pub use event_loop::EventLoop;
pub use event_loop::run::run;
pub use exceptions::{Unhandled, set_exception_handler};
pub use join_error::JoinError;
pub use join_handle::unclaimed::spawn_fallible;
pub use join_handle::{Join, JoinHandle};
pub use loop_handle::{LoopHandle, RemoteTask, handle};
pub use reactor::BackendKind;
pub use running::{block, now, stop, turn, yield_now};
pub use settings::{Choice, ClockKind, DebugChoice, StepChoice, TimerKind, Unknown, WakeMode};
pub use spawn::{spawn, spawn_named};
pub use threads::{ToThread, to_thread};
pub use time::deadline::{Deadline, Enforce};
pub use time::instant::Instant;
pub use time::interval::{Interval, interval};
pub use time::patience::{Patience, Waiting};
pub use time::sleep::{Sleep, sleep, sleep_until};
pub use time::timeout::{Elapsed, Timeout, timeout, timeout_at};
