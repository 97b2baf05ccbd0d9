//! How a loop ends: what is left in it may clean up, or is dropped, in order, and told.
//!
//! Two ways, as in asyncio. [`run`](crate::run) is the kind one: it cancels what is left and runs
//! the loop until that is over. Dropping an [`EventLoop`] cannot run anything any more: futures that
//! are not done are dropped where they stand.

use std::panic::{self, AssertUnwindSafe};

use super::{Entered, EventLoop, LoopState};
use crate::ready::{Callback, Entry, Wakeup};
use crate::task::{Slot, drop_body};
use crate::time::instant::Instant;

impl EventLoop {
    /// [Cancels](crate::JoinHandle::cancel) every task that is not over, in the order of their
    /// spawning, and runs the loop until all of them are over: as long as their clean-up takes. What the
    /// clean-up spawns is not waited for. asyncio: what `asyncio.run` and `Runner.close` do at the
    /// end.
    ///
    /// # Panics
    ///
    /// As [`run_forever`](Self::run_forever).
    #[track_caller]
    #[doc(alias = "close")]
    pub fn cancel_all_tasks(&self) {
        let _entered = self.enter("cancel_all_tasks()");
        let tasks = self.state.tasks.all();
        self.state.cancel_all(&tasks);
        let all_are_over = || tasks.iter().all(|task| self.state.tasks.waker(*task).is_none());
        // A clean-up may have stopped the loop.
        while !all_are_over() {
            self.state.run_until(&all_are_over);
        }
    }

    /// Ends the loop as its drop does, and waits besides for the calls of
    /// [`to_thread`](crate::to_thread) that are under way, however long they take: what they have
    /// begun is finished when this returns. asyncio: `loop.shutdown_default_executor` and
    /// `loop.close`, which [`run`](crate::run) does by itself, as `asyncio.run` does.
    ///
    /// The loop does not run meanwhile: a call that asks it for something through a
    /// [`LoopHandle`](crate::LoopHandle) hears that it is gone. (asyncio's still runs then.)
    #[doc(alias = "shutdown_default_executor")]
    pub fn close(self) {
        self.state.extras.pool.wait_at_the_end();
        drop(self);
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        // The destructors that run now may use the loop, unless the whole thread is at its end. What they
        // leave in it is dropped as well, so this goes round until nothing is left.
        let _entered = Entered::new(&self.state);
        // Whoever waits for one of these on another thread learns now that nobody will come to it.
        for news in self.state.ready.inbox.close() {
            drop_foreign(news);
        }
        self.state.extras.pool.close();
        while self.state.drop_what_is_left() {}
        // Last, since it is told of what happened until now; and what goes with it may leave something.
        self.state.extras.exceptions.clear();
        while self.state.drop_what_is_left() {}
        // After the tasks: a call may be waiting for something that one of them held.
        self.state.extras.pool.join();
    }
}

impl LoopState {
    /// Drops the tasks, the handlers of signals, the entries of the ready queue, the timers and what
    /// waits for sockets. Says whether there were any.
    fn drop_what_is_left(&self) -> bool {
        let tasks = self.tasks.all();
        let mut dropped = !tasks.is_empty();
        dropped |= self.remove_signal_handlers();
        for task in tasks {
            // The rest of the slot goes at once: what it may be the last to hold goes before the body.
            let Slot { about, runnable, .. } = self.tasks.remove(task);
            self.tell_abandoned(task, about);
            if let Some(runnable) = runnable {
                drop_body(runnable.body);
            }
        }
        while let Some(entry) = self.ready.pop() {
            dropped = true;
            if let Entry::Callback(callback) = entry {
                drop_callback(&callback);
            }
        }
        let mut due = Vec::new();
        self.timers.borrow_mut().advance(Instant::FAR_FUTURE, &mut due);
        let of_timers = due.into_iter().map(|timer| timer.payload);
        for wakeup in of_timers.chain(self.reactor.disarm_all()) {
            dropped = true;
            if let Wakeup::Callback(callback) = wakeup {
                drop_callback(&callback);
            }
        }
        dropped
    }
}

/// Drops what would have been called. It is taken out and not just let go, because it may hold its
/// own handle, or the loop that holds it, and such a circle would never be freed.
fn drop_callback(callback: &Callback) {
    drop_foreign(callback.take());
}

/// Drops what somebody else made. As with tasks: a panic in a destructor is reported by the panic hook
/// and goes no further.
fn drop_foreign<T>(value: T) {
    let _ = panic::catch_unwind(AssertUnwindSafe(move || drop(value)));
}
