//! `Condition`: waiting until what a lock guards has changed. asyncio: `asyncio.Condition`. tokio has
//! none, and uses `Notify`; the standard library's `Condvar` is the same with threads.
//!
//! To wait means three things in a row: give the lock back, wait to be notified, take the lock again,
//! behind those who are in line for it. The first two cannot be torn apart: there is one thread, and no
//! `.await` between them. So no notification is missed.
//!
//! # What dropping can do, and what it cannot
//!
//! asyncio's `wait` takes the lock again *even when it is cancelled*: an exception in its coroutine can
//! still `await`, and the `async with` around it wants to release something. A future that is dropped
//! cannot wait for anything. So `wait` takes the guard by value, and gives one back when it returns:
//! who drops the wait (by [`timeout`](crate::timeout()), by an abort) has no guard left, holds no lock,
//! and has to acquire it anew. The compiler sees to it that nobody gets this wrong.
//!
//! What a dropped wait can do is to pass on its notification, if it had one: also while it was already
//! waiting for the lock. (So does asyncio since Python 3.13.)

use std::fmt;

use super::lock::LockGuard;
use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

/// Wakes tasks that wait for a change of what a [`Lock`](super::Lock) guards. Several conditions can
/// share a lock: "not full" and "not empty", say. asyncio: `asyncio.Condition`.
///
/// asyncio's `notify` demands that the caller holds the lock; here as with `std::sync::Condvar` that is
/// good manners and no more.
///
/// ```
/// use std::rc::Rc;
/// use executor::sync::{Condition, Lock};
///
/// # fn main() -> Result<(), executor::BuildError> {
/// executor::run(async {
///     let shared = Rc::new((Lock::new(0), Condition::new()));
///     let theirs = Rc::clone(&shared);
///     let guest = executor::spawn(async move {
///         let (cups, filled) = &*theirs;
///         let guard = cups.acquire().await;
///         let mut guard = filled.wait_for(guard, |cups| *cups > 0).await;
///         *guard -= 1;
///     });
///     let (cups, filled) = &*shared;
///     *cups.acquire().await += 1;
///     filled.notify(1);
///     guest.await.expect("the guest drinks");
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[doc(alias = "Condvar")]
pub struct Condition {
    waiters: WaitQueue,
}

impl Condition {
    /// A condition that nobody waits for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Releases the lock, waits to be notified, and takes the lock again. asyncio: `Condition.wait`.
    ///
    /// What was waited for may have come and gone until the lock is taken: look again, or use
    /// [`wait_for`](Condition::wait_for). If the wait is dropped after it was notified, it passes that on, to
    /// somebody who may have come later; the lock is not taken again. (asyncio takes it again even then.)
    #[track_caller]
    pub fn wait<'l, T>(&self, guard: LockGuard<'l, T>) -> impl Future<Output = LockGuard<'l, T>> {
        self.wait_at(guard, Spot::here())
    }

    async fn wait_at<'l, T>(&self, guard: LockGuard<'l, T>, place: Spot) -> LockGuard<'l, T> {
        let lock = guard.lock();
        drop(guard);
        self.waiters.wait(Awaiting::Condition, place, || self.notify(1)).await;
        // From here on this task has been notified, and must say so if it does not get the lock.
        let owed = Notified { condition: self };
        let guard = lock.acquire_at(place).await;
        std::mem::forget(owed);
        guard
    }

    /// Waits until the predicate holds; the lock is held whenever it is asked, first of all at once.
    /// asyncio: `Condition.wait_for`.
    #[track_caller]
    pub fn wait_for<'l, T, P>(
        &self,
        guard: LockGuard<'l, T>,
        mut predicate: P,
    ) -> impl Future<Output = LockGuard<'l, T>>
    where
        P: FnMut(&mut T) -> bool,
    {
        let place = Spot::here();
        async move {
            let mut guard = guard;
            while !predicate(&mut guard) {
                guard = self.wait_at(guard, place).await;
            }
            guard
        }
    }

    /// Wakes as many as `n` of those who wait, in the order in which they came. They go on when they
    /// have the lock. asyncio: `Condition.notify`.
    #[doc(alias = "notify_one")]
    pub fn notify(&self, n: usize) {
        for _ in 0..n {
            if !self.waiters.notify_one() {
                return;
            }
        }
    }

    /// Wakes everybody who waits. asyncio: `Condition.notify_all`.
    pub fn notify_all(&self) {
        self.waiters.notify_all();
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("waiters", &self.waiters.len()).finish()
    }
}

/// A notification whose receiver has not got the lock yet. Dropped, it goes to the next.
struct Notified<'c> {
    condition: &'c Condition,
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        self.condition.notify(1);
    }
}
