//! `Lock`: one task at a time, also across an `.await`. asyncio: `asyncio.Lock`. tokio: `Mutex`.
//!
//! # Do I need a lock at all, with one thread?
//!
//! Mostly not. Between two `.await`s nothing else runs: a `Cell` or a `RefCell` is enough for state
//! that is changed in one go, and that is the reason why a single-threaded server needs so few locks.
//! A lock is for a change that has an `.await` *in the middle*:
//!
//! ```text
//! let seen = counter.get();       // 1
//! sleep(a_millisecond).await;     // any other task may run here, and read the same 1
//! counter.set(seen + 1);          // both write 2: one update is lost
//! ```
//!
//! A `RefCell` cannot help there: the second task would find it borrowed, and panic. Held across the
//! `.await`, this lock makes the second task wait instead.
//!
//! # Who is next
//!
//! A release wakes the first in line, and until that task runs the lock is free. If the releasing task
//! could simply take it again, it always would (it is running, and the other is not), and the first in
//! line would wait for ever. So to acquire means to look at the line and not only at the lock: nobody
//! barges in before a task that has been woken.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};

use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

/// A value that one task at a time has for itself, for as long as it wants. asyncio: `asyncio.Lock`,
/// which guards no value: that is `Lock<()>`.
///
/// A task that panics while it holds the lock gives it back, as in asyncio; nothing is poisoned.
/// A task that acquires a lock which it holds already waits for itself, for ever.
///
/// ```
/// use std::time::Duration;
/// use executor::sync::Lock;
///
/// # fn main() -> Result<(), executor::BuildError> {
/// executor::run(async {
///     let till = Lock::new(1);
///     let mut coins = till.acquire().await;
///     let seen = *coins;
///     executor::sleep(Duration::from_millis(1)).await;
///     *coins = seen + 1;
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[doc(alias = "Mutex")]
pub struct Lock<T> {
    locked: Cell<bool>,
    waiters: WaitQueue,
    /// Borrowed exactly as long as a guard lives, so never twice at a time.
    value: RefCell<T>,
}

impl<T> Lock<T> {
    /// A lock that is free.
    pub fn new(value: T) -> Self {
        Lock { locked: Cell::new(false), waiters: WaitQueue::default(), value: RefCell::new(value) }
    }

    /// Waits for the lock and takes it. If it is free and nobody is in line, this does not wait: the
    /// task goes on in the same step. asyncio: `Lock.acquire`, and `async with lock`.
    #[track_caller]
    #[doc(alias = "lock")]
    pub fn acquire(&self) -> impl Future<Output = LockGuard<'_, T>> {
        self.acquire_at(Spot::here())
    }

    pub(super) async fn acquire_at(&self, place: Spot) -> LockGuard<'_, T> {
        if !self.may_be_taken() {
            self.waiters.wait(Awaiting::Lock, place, || self.wake_first()).await;
        }
        self.take()
    }

    /// Takes the lock if that needs no waiting. asyncio has only `Lock.locked` to ask first.
    #[doc(alias = "try_lock")]
    pub fn try_acquire(&self) -> Option<LockGuard<'_, T>> {
        if self.may_be_taken() { Some(self.take()) } else { None }
    }

    /// Whether somebody holds it. A lock that is free may yet be promised to a task that was woken.
    /// asyncio: `Lock.locked`.
    #[doc(alias = "locked")]
    pub fn is_locked(&self) -> bool {
        self.locked.get()
    }

    /// The value: who has the only reference needs no lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// The value, and no lock any more.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }

    fn may_be_taken(&self) -> bool {
        !self.locked.get() && self.waiters.is_empty()
    }

    fn take(&self) -> LockGuard<'_, T> {
        self.locked.set(true);
        LockGuard { value: self.value.borrow_mut(), held: Held { lock: self } }
    }

    fn wake_first(&self) {
        self.waiters.notify_one();
    }
}

impl<T: fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock")
            .field("locked", &self.is_locked())
            .field("waiters", &self.waiters.len())
            .finish_non_exhaustive()
    }
}

/// The lock is held as long as this lives; dropping it releases the lock. asyncio: `Lock.release`.
#[must_use = "the lock is released when the guard is dropped"]
#[doc(alias = "release")]
pub struct LockGuard<'l, T> {
    // In this order: the value is given back before the next in line is woken.
    value: RefMut<'l, T>,
    held: Held<'l, T>,
}

/// That the lock is held, apart from what it guards.
struct Held<'l, T> {
    lock: &'l Lock<T>,
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        self.lock.locked.set(false);
        self.lock.wake_first();
    }
}

impl<'l, T> LockGuard<'l, T> {
    /// Which lock it is that it holds.
    pub(super) fn lock(&self) -> &'l Lock<T> {
        self.held.lock
    }
}

impl<T> Deref for LockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for LockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for LockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LockGuard").field(&*self.value).finish()
    }
}
