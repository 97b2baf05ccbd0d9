//! How a loop ends: what is left in it is dropped, in order, and told.

use std::panic::{self, AssertUnwindSafe};

use super::{Entered, EventLoop, LoopState};
use crate::ready::{Callback, Entry, Wakeup};
use crate::task::drop_body;
use crate::time::instant::Instant;

impl Drop for EventLoop {
    fn drop(&mut self) {
        // The destructors that run now may use the loop. What they leave in it is dropped as well,
        // so this goes round until nothing is left.
        let _entered = Entered::new(&self.state);
        // Whoever waits for one of these on another thread learns now that nobody will come to it.
        drop(self.state.ready.inbox.close());
        while self.state.drop_what_is_left() {}
    }
}

impl LoopState {
    /// Drops the tasks, the entries of the ready queue and the timers that there are. Says whether
    /// there were any.
    fn drop_what_is_left(&self) -> bool {
        let tasks = self.tasks.all();
        let mut dropped = !tasks.is_empty();
        for task in tasks {
            let steps = self.tasks.begin_step(task);
            let about = self.tasks.remove(task);
            self.tell_abandoned(task, about);
            if let Some((steps, _)) = steps {
                drop_body(steps.body);
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
        for timer in due {
            dropped = true;
            if let Wakeup::Callback(callback) = timer.payload {
                drop_callback(&callback);
            }
        }
        dropped
    }
}

/// Drops what would have been called. It is taken out and not just let go, because it may hold its
/// own handle, or the loop that holds it, and such a circle would never be freed.
fn drop_callback(callback: &Callback) {
    let call = callback.take();
    // As with tasks: a panic in a destructor is reported by the panic hook and goes no further.
    let _ = panic::catch_unwind(AssertUnwindSafe(move || drop(call)));
}
