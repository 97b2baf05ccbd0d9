//! The loop's threads, and the line of calls before them.
//!
//! There is none until the first call. Each call that finds no idle thread starts one, up to a
//! limit; beyond it calls wait in line, first come, first served. asyncio: the loop's default
//! executor, a `ThreadPoolExecutor`.
//!
//! The threads end with their loop. Those that are idle are told to, and waited for. One that is in
//! the middle of a call cannot be told anything: nothing stops a thread from outside. Whether to
//! wait for it is the question that [`EventLoop::close`] and a mere drop answer differently.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::inbox::Inbox;

/// A call in the line, whatever it returns.
pub(crate) trait Job: Send + Sync {
    /// Makes the call, unless it was taken back, and hands its result over. Says in between that
    /// the call itself is over.
    fn run(&self, call_is_over: &dyn Fn());

    /// Nobody will come to it any more.
    fn give_up(&self);

    /// Whether it was taken back, so that there is nothing left to call.
    fn is_taken_back(&self) -> bool;
}

/// The threads of one loop. This end of it stays with the loop.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    most_threads: usize,
    threads: RefCell<Vec<thread::JoinHandle<()>>>,
    /// Whether the end of the loop waits for the calls that are under way.
    waits_at_the_end: Cell<bool>,
}

/// What the threads know.
struct Shared {
    line: Mutex<Line>,
    changed: Condvar,
    /// How many calls are in line or under way, so that the loop can ask without taking the lock.
    unfinished: AtomicUsize,
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Line {
    jobs: VecDeque<Arc<dyn Job>>,
    /// At least as many as were taken back: some that were counted may have left the line.
    taken_back: usize,
    /// For each thread, whether it is in the middle of a call.
    busy: Vec<bool>,
    closed: bool,
}

impl Line {
    fn calls_under_way(&self) -> usize {
        self.busy.iter().filter(|busy| **busy).count()
    }
}

impl Pool {
    pub(crate) fn new(most_threads: usize, inbox: Arc<Inbox>) -> Self {
        let shared = Shared {
            line: Mutex::default(),
            changed: Condvar::new(),
            unfinished: AtomicUsize::new(0),
            inbox,
        };
        Pool {
            shared: Arc::new(shared),
            most_threads,
            threads: RefCell::default(),
            waits_at_the_end: Cell::new(false),
        }
    }

    /// Whether any call is in line or under way: the virtual clock stands still for them.
    pub(crate) fn is_busy(&self) -> bool {
        self.shared.unfinished.load(Ordering::Acquire) > 0
    }

    /// Puts a call at the end of the line. In a loop that closes it is given up at once.
    ///
    /// # Panics
    ///
    /// If the operating system refuses the pool its first thread.
    pub(crate) fn submit(&self, job: Arc<dyn Job>) {
        let mut line = lock(&self.shared.line);
        if line.closed {
            drop(line);
            return job.give_up();
        }
        line.jobs.push_back(job);
        self.shared.unfinished.fetch_add(1, Ordering::AcqRel);
        let started = line.busy.len();
        // A thread that was started and has not come to the line yet is as good as idle.
        let idle = started - line.calls_under_way();
        if line.jobs.len() > idle && started < self.most_threads {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name(format!("to_thread-{}", started + 1));
            match thread.spawn(move || shared.work(started)) {
                Ok(thread) => {
                    line.busy.push(false);
                    self.threads.borrow_mut().push(thread);
                }
                // Those that there are will come to it.
                Err(_) if started > 0 => {}
                Err(error) => {
                    let job = line.jobs.pop_back();
                    self.shared.unfinished.fetch_sub(1, Ordering::AcqRel);
                    drop(line);
                    drop(job);
                    panic!("to_thread() cannot start a thread: {error}");
                }
            }
        }
        drop(line);
        self.shared.changed.notify_one();
    }

    /// Somebody has taken a call back. Its place in the line is given up when most are such, so that a line
    /// does not grow for nobody, and nobody has to look through it each time.
    pub(crate) fn note_taken_back(&self) {
        let mut line = lock(&self.shared.line);
        line.taken_back += 1;
        if line.taken_back <= line.jobs.len() / 2 {
            return;
        }
        line.taken_back = 0;
        let jobs = mem::take(&mut line.jobs).into_iter();
        let (left, kept): (VecDeque<_>, _) = jobs.partition(|job| job.is_taken_back());
        line.jobs = kept;
        drop(line);
        self.shared.unfinished.fetch_sub(left.len(), Ordering::AcqRel);
    }

    /// The loop will not run again: gives up the calls in line, and lets every thread end as soon as
    /// it is idle.
    pub(crate) fn close(&self) {
        let mut line = lock(&self.shared.line);
        line.closed = true;
        let left = mem::take(&mut line.jobs);
        drop(line);
        self.shared.unfinished.fetch_sub(left.len(), Ordering::AcqRel);
        self.shared.changed.notify_all();
        for job in left {
            // What the call would have used is dropped here. A panic in a destructor is reported by
            // the panic hook and goes no further.
            let _ = panic::catch_unwind(AssertUnwindSafe(move || job.give_up()));
        }
    }

    /// Waits for the threads that are idle, and for the others too if that was asked.
    pub(crate) fn join(&self) {
        let line = lock(&self.shared.line);
        let (busy, calls) = (line.busy.clone(), line.calls_under_way());
        drop(line);
        let wait_for_all = self.waits_at_the_end.get();
        if calls > 0 && wait_for_all {
            log::info!(target: "loop::task", "the loop ends when {calls} call(s) of to_thread() have ended");
        } else if calls > 0 {
            log::warn!(
                target: "loop::task",
                "the loop ends before {calls} call(s) of to_thread(): they go on, for nobody"
            );
        }
        for (thread, busy) in self.threads.take().into_iter().zip(busy) {
            if wait_for_all || !busy {
                // `work` lets no panic out.
                let _ = thread.join();
            }
        }
    }

    /// Sees to it that the end of the loop waits for the calls that are under way.
    pub(crate) fn wait_at_the_end(&self) {
        self.waits_at_the_end.set(true);
    }
}

impl Shared {
    /// What each thread does until its loop closes.
    fn work(&self, number: usize) {
        let mut line = lock(&self.line);
        loop {
            if let Some(job) = line.jobs.pop_front() {
                line.busy[number] = true;
                drop(line);
                // Said before the result is handed over: the loop may take that, end, and ask who is
                // busy, all before this thread gets any further.
                let call_is_over = || lock(&self.line).busy[number] = false;
                // A panic of the call is its result. What is left to panic is a destructor, of a
                // result that nobody wants for instance: the thread lives on.
                let _ = panic::catch_unwind(AssertUnwindSafe(move || job.run(&call_is_over)));
                // The call counts until its result is handed over: when none counts, the virtual clock may
                // jump, and must not jump past the result. The bell comes last, since the loop may be waiting
                // for the count alone.
                self.unfinished.fetch_sub(1, Ordering::AcqRel);
                self.inbox.ring();
                line = lock(&self.line);
                // A call that was taken back has not said that it is over.
                line.busy[number] = false;
            } else if line.closed {
                return;
            } else {
                line = self.changed.wait(line).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// How many threads a loop may have if nobody says. asyncio's limit: enough to wait for several slow
/// things at once, few enough to cost nothing.
pub(crate) fn default_threads() -> usize {
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    32.min(processors + 4)
}

/// Nothing that can panic runs under these locks.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
