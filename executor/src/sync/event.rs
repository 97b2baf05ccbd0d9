//! `Event`: a flag that tasks can wait for.
//!
//! The smallest thing that can be built on a [`WaitQueue`], and the one to read first. asyncio:
//! `asyncio.Event`. tokio has none; `Notify::notify_waiters` comes nearest, and `watch` does more.

use std::cell::Cell;
use std::fmt;

use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

/// A flag. Who waits for it goes on when somebody sets it. asyncio: `asyncio.Event`.
///
/// ```
/// use std::rc::Rc;
/// use executor::sync::Event;
///
/// # fn main() -> Result<(), executor::BuildError> {
/// executor::run(async {
///     let open = Rc::new(Event::new());
///     let guest = executor::spawn({
///         let open = Rc::clone(&open);
///         async move { open.wait().await }
///     });
///     open.set();
///     guest.await.expect("the guest comes in");
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Event {
    set: Cell<bool>,
    waiters: WaitQueue,
}

impl Event {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it is set. asyncio: `Event.is_set`.
    pub fn is_set(&self) -> bool {
        self.set.get()
    }

    /// Sets the flag and lets everybody go on who waits, in the order in which they came; nobody
    /// waits from now on. asyncio: `Event.set`.
    pub fn set(&self) {
        self.set.set(true);
        self.waiters.notify_all();
    }

    /// Takes the flag down: who comes now has to wait. Those who were woken go on all the same.
    /// asyncio: `Event.clear`.
    pub fn clear(&self) {
        self.set.set(false);
    }

    /// Waits for the flag, and not at all if it is set. asyncio: `Event.wait`.
    ///
    /// When the wait is over, the flag has been set since it began; it may be down again.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = ()> {
        let place = Spot::here();
        async move {
            if self.is_set() {
                return;
            }
            // Everybody is woken, so nobody has a wake-up to pass on.
            self.waiters.wait(Awaiting::Event, place, || {}).await;
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("set", &self.is_set()).field("waiters", &self.waiters.len()).finish()
    }
}
