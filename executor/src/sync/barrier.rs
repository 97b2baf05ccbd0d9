//! `Barrier`: nobody passes before all are there. asyncio: `asyncio.Barrier`. tokio: `Barrier`.
//!
//! It can be used again and again, and that is the difficult part: who runs fast may be back before
//! those who were woken have left, and must not be counted with them. So there are two phases. While
//! the barrier *fills*, tasks come in and wait; the last one makes it *drain*. Who comes while it
//! drains waits outside until the last has left.
//!
//! asyncio writes it with a condition and a lock. The lock is never held across an `await`, so with one
//! thread it has nothing to do, and is not here.

use std::cell::Cell;
use std::fmt;

use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Tasks come in.
    Filling,
    /// All were there: they leave.
    Draining,
    /// `reset` was called: they leave with an error, then it fills again.
    Resetting,
    /// `abort` was called: an error for everybody, until `reset`.
    Broken,
}

/// A place where a fixed number of tasks wait for each other. asyncio: `asyncio.Barrier`.
pub struct Barrier {
    parties: usize,
    phase: Cell<Phase>,
    /// How many have come in and have not left.
    inside: Cell<usize>,
    /// How many have left since it began to drain.
    passed: Cell<usize>,
    /// Who waits inside for the last one, and who waits outside for it to be empty. Whenever something
    /// changes everybody is woken, and looks at the phase.
    waiters: WaitQueue,
}

impl Barrier {
    /// A barrier for so many tasks.
    ///
    /// # Panics
    ///
    /// For none. asyncio: `ValueError`.
    #[track_caller]
    pub fn new(parties: usize) -> Self {
        assert!(parties > 0, "a barrier needs at least one party");
        Barrier {
            parties,
            phase: Cell::new(Phase::Filling),
            inside: Cell::new(0),
            passed: Cell::new(0),
            waiters: WaitQueue::default(),
        }
    }

    /// Waits until all are there. The last one does not wait at all. asyncio: `Barrier.wait`.
    ///
    /// Everybody gets another place: the last one to come the highest, the others from 0 on in the
    /// order in which they came. (asyncio counts at the entrance, so that after a cancellation two
    /// tasks can get the same.)
    ///
    /// Dropping the wait while the barrier fills leaves it as if the task had never come.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrier`] if somebody called [`abort`](Barrier::abort), or [`reset`](Barrier::reset)
    /// during the wait.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = Result<usize, BrokenBarrier>> {
        let place = Spot::here();
        async move {
            while matches!(self.phase.get(), Phase::Draining | Phase::Resetting) {
                self.waiters.wait(Awaiting::Barrier, place, || {}).await;
            }
            if self.phase.get() == Phase::Broken {
                return Err(BrokenBarrier);
            }
            let _inside = Inside::enter(self);
            if self.inside.get() == self.parties {
                self.phase.set(Phase::Draining);
                self.passed.set(0);
                self.waiters.notify_all();
                return Ok(self.parties - 1);
            }
            while self.phase.get() == Phase::Filling {
                self.waiters.wait(Awaiting::Barrier, place, || {}).await;
            }
            if self.phase.get() != Phase::Draining {
                return Err(BrokenBarrier);
            }
            self.passed.set(self.passed.get() + 1);
            Ok(self.passed.get() - 1)
        }
    }

    /// Sends everybody who waits away with an error, and begins anew; a broken barrier is whole again.
    /// asyncio: `Barrier.reset`.
    pub fn reset(&self) {
        if self.inside.get() > 0 {
            self.phase.set(Phase::Resetting);
        } else {
            self.phase.set(Phase::Filling);
        }
        self.waiters.notify_all();
    }

    /// Breaks the barrier: who waits and who comes gets an error, until somebody calls
    /// [`reset`](Barrier::reset). For a party that knows it will not come. asyncio: `Barrier.abort`.
    pub fn abort(&self) {
        self.phase.set(Phase::Broken);
        self.waiters.notify_all();
    }

    /// How many tasks it takes. asyncio: `Barrier.parties`.
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many wait for the others. asyncio: `Barrier.n_waiting`.
    #[doc(alias = "n_waiting")]
    pub fn waiting(&self) -> usize {
        if self.phase.get() == Phase::Filling { self.inside.get() } else { 0 }
    }

    /// Whether it is broken. asyncio: `Barrier.broken`.
    #[doc(alias = "broken")]
    pub fn is_broken(&self) -> bool {
        self.phase.get() == Phase::Broken
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("parties", &self.parties)
            .field("phase", &self.phase.get())
            .field("inside", &self.inside.get())
            .finish_non_exhaustive()
    }
}

/// That a task is inside. It leaves by returning, by an error or by being dropped: all the same here.
struct Inside<'b> {
    barrier: &'b Barrier,
}

impl<'b> Inside<'b> {
    fn enter(barrier: &'b Barrier) -> Self {
        barrier.inside.set(barrier.inside.get() + 1);
        Inside { barrier }
    }
}

impl Drop for Inside<'_> {
    /// The last one out opens the entrance again.
    fn drop(&mut self) {
        let barrier = self.barrier;
        barrier.inside.set(barrier.inside.get() - 1);
        if barrier.inside.get() > 0 {
            return;
        }
        if matches!(barrier.phase.get(), Phase::Draining | Phase::Resetting) {
            barrier.phase.set(Phase::Filling);
        }
        barrier.waiters.notify_all();
    }
}

/// The barrier was aborted, or was reset while the task waited. asyncio: `BrokenBarrierError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "BrokenBarrierError")]
pub struct BrokenBarrier;

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the barrier was aborted or reset")
    }
}

impl std::error::Error for BrokenBarrier {}
