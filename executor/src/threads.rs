//! `to_thread`: a blocking call on another thread, while the loop goes on.
//!
//! Some calls can only block: a file, an old database driver, a computation. On the loop's thread
//! they would hold everybody, so they go to a small pool of threads that belongs to the loop, and
//! what comes back is a wake-up from another thread. asyncio: `asyncio.to_thread` and
//! `loop.run_in_executor`. `FastAPI` runs every handler that is a plain `def` in this way.
//!
//! ```text
//!  the loop's thread                  the line                  a thread of the pool
//!  to_thread(call)  -- InLine ------> [call] [call] ----------> UnderWay: call()
//!       | .await                                                    |
//!       v                                                           v
//!  the task waits <-- waker, by way of the inbox ------------- Over: its result
//! ```
//!
//! A pool has a size, and the size is how many blocking calls can be under way at once: with `n`
//! threads, one call more than `n` takes twice as long. The threads themselves: `threads/pool.rs`.

pub(crate) mod pool;

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use self::pool::{Job, lock};
use crate::event_loop::{self, LoopState};
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;

/// Calls `call` on another thread and waits for what it returns. asyncio: `asyncio.to_thread`,
/// `loop.run_in_executor`.
///
/// The call is in line from here on, not from the first poll. Dropping the future takes it out of
/// the line again; a call that has begun cannot be stopped, and goes on for nobody. To let it run
/// without waiting for it, [`spawn`](crate::spawn) the future.
///
/// The virtual clock stands still until the call is over: so a call must not wait for something that
/// needs time on that clock, a task that sleeps for instance.
///
/// How many calls can run at once is [`Builder::threads`](crate::Builder::threads). When the loop
/// ends, calls in line are given up; [`run`](crate::run) and [`EventLoop::close`](crate::EventLoop::close)
/// wait for those that have begun, a mere drop of the loop leaves them behind and says so in the log.
///
/// ```
/// # use executor::{run, to_thread};
/// # fn main() -> Result<(), executor::BuildError> {
/// let thread = run(async {
///     let name = to_thread(|| std::thread::current().name().map(str::to_owned)).await;
///     name.expect("asking for a name does not panic")
/// })?;
/// assert_eq!(thread.as_deref(), Some("to_thread-1"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`JoinError::Panicked`] if the call panicked, [`JoinError::Cancelled`] if its loop was closed
/// while it stood in line.
///
/// # Panics
///
/// Outside of a running loop, or if the operating system refuses the pool its first thread.
#[track_caller]
#[doc(alias("run_in_executor", "ThreadPoolExecutor", "spawn_blocking"))]
pub fn to_thread<T, C>(call: C) -> ToThread<T>
where
    T: Send + 'static,
    C: FnOnce() -> T + Send + 'static,
{
    let state = event_loop::running("to_thread()");
    let shared = Shared { stage: Stage::InLine(Box::new(call)), waiter: None };
    let call = Arc::new(Call { shared: Mutex::new(shared) });
    let job: Arc<dyn Job> = Arc::clone(&call) as Arc<dyn Job>;
    state.extras.pool.submit(job);
    ToThread { state, call, place: Spot::here() }
}

/// What the future and the thread share.
struct Call<T> {
    shared: Mutex<Shared<T>>,
}

struct Shared<T> {
    stage: Stage<T>,
    waiter: Option<Waker>,
}

enum Stage<T> {
    InLine(Box<dyn FnOnce() -> T + Send>),
    UnderWay,
    Over(Result<T, JoinError>),
    /// The future has its result.
    Taken,
}

impl<T> Call<T> {
    /// Takes the call itself out: whoever does so first, to make it or to give it up, decides.
    fn begin(&self) -> Option<Box<dyn FnOnce() -> T + Send>> {
        let mut shared = lock(&self.shared);
        match mem::replace(&mut shared.stage, Stage::UnderWay) {
            Stage::InLine(call) => Some(call),
            stage => {
                shared.stage = stage;
                None
            }
        }
    }

    /// Leaves the result and wakes whoever waits for it. From a thread of the pool that is news in
    /// the loop's inbox, and the loop delivers it as it does a socket's or a timer's.
    fn settle(&self, result: Result<T, JoinError>) {
        let mut shared = lock(&self.shared);
        shared.stage = Stage::Over(result);
        let waiter = shared.waiter.take();
        drop(shared);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl<T: Send> Job for Call<T> {
    fn run(&self, call_is_over: &dyn Fn()) {
        let Some(call) = self.begin() else { return };
        // Nobody calls it again after a panic, so nobody sees what the panic may have left half
        // done.
        let result = panic::catch_unwind(AssertUnwindSafe(call));
        call_is_over();
        self.settle(result.map_err(JoinError::Panicked));
    }

    fn give_up(&self) {
        let Some(call) = self.begin() else { return };
        self.settle(Err(JoinError::Cancelled));
        drop(call);
    }

    fn is_taken_back(&self) -> bool {
        !matches!(lock(&self.shared).stage, Stage::InLine(_))
    }
}

/// The future of [`to_thread`].
#[must_use = "dropping it takes the call back if it has not begun; `.await` it or spawn it"]
pub struct ToThread<T> {
    state: Rc<LoopState>,
    call: Arc<Call<T>>,
    place: Spot,
}

impl<T> Future for ToThread<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloned before the lock is taken: a waker may be anybody's code.
        let waker = cx.waker().clone();
        let mut shared = lock(&self.call.shared);
        match mem::replace(&mut shared.stage, Stage::Taken) {
            Stage::Over(result) => return Poll::Ready(result),
            Stage::Taken => panic!("a ToThread was polled after its result"),
            stage => shared.stage = stage,
        }
        let before = shared.waiter.replace(waker);
        drop(shared);
        drop(before);
        self.state.awaits(Awaiting::Thread, self.place);
        Poll::Pending
    }
}

impl<T> Drop for ToThread<T> {
    /// asyncio does the same: cancelling what waits for a call that has not begun cancels the call.
    fn drop(&mut self) {
        let waiter = lock(&self.call.shared).waiter.take();
        drop(waiter);
        if let Some(call) = self.call.begin() {
            self.state.extras.pool.note_taken_back();
            drop(call);
        }
    }
}

impl<T> fmt::Debug for ToThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToThread").finish_non_exhaustive()
    }
}
