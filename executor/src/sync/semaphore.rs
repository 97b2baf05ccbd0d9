//! `Semaphore`: so many at a time. asyncio: `asyncio.Semaphore`, `asyncio.BoundedSemaphore`. tokio:
//! `Semaphore`.
//!
//! A lock is a semaphore with one permit and a value. The difference is in the hand-over: a lock that
//! is released is free until the woken task takes it, but a permit that is released belongs to the
//! first in line from that moment on, and is never counted as free. (So it is in asyncio since 3.11;
//! before, a permit could be lost or given twice.)

use std::cell::Cell;
use std::fmt;

use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

/// A number of permits that tasks take and give back. asyncio: `asyncio.Semaphore`; with
/// [`bounded`](Semaphore::bounded) also `asyncio.BoundedSemaphore`.
#[doc(alias = "BoundedSemaphore")]
pub struct Semaphore {
    /// Permits that are free and promised to nobody.
    permits: Cell<usize>,
    /// More than this there must never be.
    bound: Option<usize>,
    waiters: WaitQueue,
}

impl Semaphore {
    /// So many permits for a start. More can be added later. asyncio: `Semaphore(value)`.
    pub fn new(permits: usize) -> Self {
        Semaphore { permits: Cell::new(permits), bound: None, waiters: WaitQueue::default() }
    }

    /// So many permits and never more: giving back what was not taken is a mistake, and a panic.
    /// asyncio: `BoundedSemaphore(value)`.
    pub fn bounded(permits: usize) -> Self {
        Semaphore { bound: Some(permits), ..Self::new(permits) }
    }

    /// Waits for a permit. If there is one and nobody is in line, this does not wait: the task goes on
    /// in the same step. asyncio: `Semaphore.acquire`, and `async with semaphore`.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Permit<'_>> {
        let place = Spot::here();
        async move {
            if !self.is_locked() {
                self.permits.set(self.permits.get() - 1);
                return Permit { semaphore: self };
            }
            // Whoever notifies has taken the permit out for this waiter. If the waiter is dropped, it
            // must be put back, and is the next one's.
            let put_back = || {
                self.permits.set(self.permits.get() + 1);
                self.wake_next();
            };
            self.waiters.wait(Awaiting::Semaphore, place, put_back).await;
            // Who came while this one was woken stands in line, even if there were permits for both.
            self.wake_next();
            Permit { semaphore: self }
        }
    }

    /// Takes a permit if that needs no waiting.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        if self.is_locked() {
            return None;
        }
        self.permits.set(self.permits.get() - 1);
        Some(Permit { semaphore: self })
    }

    /// Gives back one permit that was [forgotten](Permit::forget), or adds one. A [`Permit`] that is
    /// dropped does this by itself. asyncio: `Semaphore.release`.
    ///
    /// # Panics
    ///
    /// If the semaphore is bounded and has all its permits. asyncio: `ValueError`.
    #[track_caller]
    pub fn release(&self) {
        assert!(!self.has_all(), "a bounded semaphore was released too many times");
        self.permits.set(self.permits.get() + 1);
        self.wake_next();
    }

    /// As so many times [`release`](Semaphore::release).
    ///
    /// # Panics
    ///
    /// As `release`.
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        for _ in 0..permits {
            self.release();
        }
    }

    /// Whether who comes now would have to wait: there is no permit, or there is somebody in line.
    /// asyncio: `Semaphore.locked`.
    #[doc(alias = "locked")]
    pub fn is_locked(&self) -> bool {
        self.permits.get() == 0 || !self.waiters.is_empty()
    }

    /// How many permits are free and promised to nobody.
    pub fn available_permits(&self) -> usize {
        self.permits.get()
    }

    /// Whether it is bounded and has as many free permits as it began with.
    fn has_all(&self) -> bool {
        self.bound.is_some_and(|bound| self.permits.get() >= bound)
    }

    /// Hands a free permit, if there is one, to the first waiter that has none.
    fn wake_next(&self) {
        let free = self.permits.get();
        if free > 0 {
            // Taken out first: a waker may come back here. Nobody waits: put back.
            self.permits.set(free - 1);
            if !self.waiters.notify_one() {
                self.permits.set(free);
            }
        }
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("permits", &self.permits.get())
            .field("bound", &self.bound)
            .field("waiters", &self.waiters.len())
            .finish()
    }
}

/// One permit, given back when it is dropped. asyncio: being inside of `async with semaphore`.
#[must_use = "the permit is given back when it is dropped"]
#[derive(Debug)]
pub struct Permit<'s> {
    semaphore: &'s Semaphore,
}

impl Permit<'_> {
    /// Keeps the permit for good: the semaphore has one less, until somebody calls
    /// [`release`](Semaphore::release). asyncio: `acquire` without `release`.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // If somebody has released a bounded semaphore for us, this is one too many, and says so; but
        // a second panic during the first would end the program.
        if std::thread::panicking() && self.semaphore.has_all() {
            return;
        }
        self.semaphore.release();
    }
}
