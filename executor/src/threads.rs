//! `to_thread`: a blocking call on another thread, while the loop goes on.
//!
//! Some calls can only block: a file, an old database driver, a computation. On the loop's thread
//! they would hold everybody, so they go to a small pool, and what comes back is a wake-up from
//! another thread. asyncio: `asyncio.to_thread` and `loop.run_in_executor`. `FastAPI` runs every
//! handler that is a plain `def` in this way.
//!
//! The pool is started by the first call. It grows by one thread for each call that finds no idle
//! one, up to asyncio's own limit, and further calls wait in line.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use crate::event_loop::{self, LoopState};
use crate::inspect::event::{Awaiting, Place};
use crate::join_error::JoinError;

/// Calls `call` on another thread and waits for what it returns. Dropping the future does not stop
/// the call, which then runs for nobody.
///
/// # Errors
///
/// [`JoinError::Panicked`] if the call panicked.
///
/// # Panics
///
/// Outside of a running loop, or if the operating system refuses the pool its first thread.
#[track_caller]
#[doc(alias = "run_in_executor")]
#[doc(alias = "spawn_blocking")]
pub fn to_thread<T, C>(call: C) -> ToThread<T>
where
    T: Send + 'static,
    C: FnOnce() -> T + Send + 'static,
{
    let state = event_loop::running("to_thread()");
    let shared = Arc::new(Mutex::new(Shared { result: None, waiter: None }));
    let theirs = Arc::clone(&shared);
    let under_way = Arc::clone(&state.calls_elsewhere);
    let inbox = Arc::clone(&state.ready.inbox);
    under_way.fetch_add(1, Ordering::AcqRel);
    pool().submit(Box::new(move || {
        let result = panic::catch_unwind(AssertUnwindSafe(call));
        let mut shared = lock(&theirs);
        shared.result = Some(result);
        let waiter = shared.waiter.take();
        drop(shared);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        // In this order: while the call counts as under way, virtual time cannot overtake the news of
        // its end. And the bell last, for a virtual clock that waits only for the count.
        under_way.fetch_sub(1, Ordering::AcqRel);
        inbox.ring();
    }));
    ToThread { state, shared, place: Location::caller() }
}

struct Shared<T> {
    result: Option<Result<T, Box<dyn Any + Send>>>,
    waiter: Option<Waker>,
}

/// The future of [`to_thread`].
#[must_use = "the call runs, but its result is lost unless you `.await` it"]
pub struct ToThread<T> {
    state: Rc<LoopState>,
    shared: Arc<Mutex<Shared<T>>>,
    place: Place,
}

impl<T> Future for ToThread<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut shared = lock(&self.shared);
        if let Some(result) = shared.result.take() {
            return Poll::Ready(result.map_err(JoinError::Panicked));
        }
        let before = shared.waiter.replace(cx.waker().clone());
        drop(shared);
        drop(before);
        self.state.narrator().awaits(Awaiting::Thread, self.place);
        Poll::Pending
    }
}

impl<T> fmt::Debug for ToThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToThread").finish_non_exhaustive()
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// The threads, and the line of jobs before them.
struct Pool {
    line: Mutex<Line>,
    work: Condvar,
    most_threads: usize,
}

#[derive(Default)]
struct Line {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

/// The pool of this process. It lives as long as the process does: a thread that waits for work
/// holds nothing up.
fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(|| {
        let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // asyncio's limit: enough to wait for several slow things at once, few enough to cost
        // nothing.
        let most_threads = 32.min(processors + 4);
        Pool { line: Mutex::default(), work: Condvar::new(), most_threads }
    })
}

impl Pool {
    fn submit(&'static self, job: Job) {
        let mut line = lock(&self.line);
        line.jobs.push_back(job);
        if line.jobs.len() > line.idle && line.threads < self.most_threads {
            let name = format!("to_thread-{}", line.threads + 1);
            let spawned = thread::Builder::new().name(name).spawn(|| self.work());
            match spawned {
                Ok(_) => line.threads += 1,
                // Those that run will come to it.
                Err(_) if line.threads > 0 => {}
                Err(error) => panic!("to_thread() cannot start a thread: {error}"),
            }
        }
        drop(line);
        self.work.notify_one();
    }

    /// What each thread does for ever.
    fn work(&self) {
        let mut line = lock(&self.line);
        loop {
            if let Some(job) = line.jobs.pop_front() {
                drop(line);
                job();
                line = lock(&self.line);
            } else {
                line.idle += 1;
                line = self.work.wait(line).unwrap_or_else(PoisonError::into_inner);
                line.idle -= 1;
            }
        }
    }
}

/// Nothing that can panic runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
