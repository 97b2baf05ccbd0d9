//! Waiting for each other: asyncio's locks and queues.
//!
//! | here | asyncio | tokio | lets a task wait until |
//! |---|---|---|---|
//! | [`Event`] | `Event` | `Notify` | somebody sets a flag |
//! | [`Lock`] | `Lock` | `Mutex` | nobody else has the value |
//! | [`Semaphore`] | `Semaphore`, `BoundedSemaphore` | `Semaphore` | fewer than n are at it |
//! | [`Condition`] | `Condition` | `Notify` | what a lock guards has changed |
//! | [`Barrier`] | `Barrier` | `Barrier` | all are there |
//! | [`Queue`] | `Queue`, `PriorityQueue`, `LifoQueue` | `mpsc` | there is an item, or room for one |
//!
//! All of them stand on one fair queue of waiters (`wait_queue.rs`: read it first, then `event.rs`),
//! and keep the same promises:
//!
//! * What need not wait does not: the task goes on in the same step, and nobody else gets a turn.
//! * An operation in turn k wakes the waiter for turn k + 1. Waiters go on in the order in which they
//!   came, and who comes later never overtakes one that was woken and has not run yet.
//! * A wait can be dropped at any time. If it had been woken already, the next one is woken instead.
//!
//! A wait whose task is cancelled or aborted stands in line until the task's own next turn, in which it is
//! dropped: until then it may be woken, and then passes that on. asyncio cancels the wait's future at once, so
//! that in the same turn a lock, a queue, a semaphore or a condition already skips it.
//!
//! They belong to the tasks of one thread: every method takes `&self`, an `Rc` shares them, and there
//! is no lock of the operating system in them. They need no loop to be made, nor to be waited for:
//! wakers are enough.

mod barrier;
mod condition;
mod event;
mod lock;
mod order;
mod queue;
mod queue_error;
mod semaphore;
pub(crate) mod wait_queue;

pub use barrier::{Barrier, BrokenBarrier};
pub use condition::Condition;
pub use event::Event;
pub use lock::{Lock, LockGuard};
pub use queue::Queue;
pub use queue_error::{Closed, TryGetError, TryPutError};
pub use semaphore::{Permit, Semaphore};
