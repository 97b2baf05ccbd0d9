//! One turn of the loop. This is the heart of the project: everything else exists so that this can
//! be short. `event_loop/run.rs` calls it again and again.
//!
//! [`tick`](LoopState::tick) is asyncio's `BaseEventLoop._run_once`, phase by phase:
//!
//! | phase | here | `_run_once` in `base_events.py` |
//! |---|---|---|
//! | 1 | how long may we wait? | `if self._ready or self._stopping: timeout = 0`, `elif self._scheduled: ...` |
//! | 2 | wait for the operating system, and collect who is due | `event_list = self._selector.select(timeout)` |
//! | 3 | what other threads have to say: to the ready queue | (they append to `self._ready` themselves) |
//! |   | who can read or write: to the ready queue | `self._process_events(event_list)` |
//! | 4 | due timers: to the ready queue | `while self._scheduled: ... self._ready.append(handle)` |
//! | 5 | run what was ready when this phase began | `ntodo = len(self._ready); for i in range(ntodo): ...` |
//!
//! An entry of the ready queue is a step of a task, or a callback. So inside one turn the order is: what was
//! ready before, what other threads have to say, input and output, timers.
//!
//! And a turn is finite: what is added while phase 5 runs waits for the next one. A loop that ran
//! until its queue is empty would never look at its sockets again once two tasks keep waking each
//! other.
//!
//! `deliver` wakes whoever waits: a task, or a callback, is put into the ready queue, and runs in phase 5 of
//! this same turn. (A loop can be told to wake as asyncio does. Then what is put there is an entry that wakes
//! the task, which runs a turn later.)
//!
//! At first reading, skip what only looks on: `let_the_person_step`, `narrator()`, all that begins with
//! `tell_`, and what is measured for it (`began`, `since`, `may_move`). The loop works without. Where it does
//! have an effect, a comment says so.
//!
//! As long as phase 5 lasts, no socket is looked at and no timer, and nobody can interrupt: a task
//! that does not come to an `.await` that waits holds all the others. That is the bargain of an event
//! loop: no locks, no surprises between two awaits, and no help against somebody who does not share.

use std::panic::{self, AssertUnwindSafe};
use std::task::{Context, Poll};

use reactor::{Fired, Until};

use crate::event_loop::{LONGEST_WAIT, LoopState};
use crate::inbox::{News, TaskKey};
use crate::inspect::names::{Cause, Outcome};
use crate::ready::{Callback, Entry, Wakeup, callback};
use crate::task::{Runnable, drop_body};
use crate::time::Due;
use crate::time::instant::Instant;

/// What phase 2 brings. Phase 3 takes the sockets out, and phase 4 the timers.
#[derive(Default)]
pub(crate) struct Found {
    /// Who can read or write, in the kernel's order; for each socket, the reader before the writer.
    fired: Vec<Fired<Wakeup>>,
    /// Whose time has come, in the order of (deadline, name).
    due: Vec<Due<Wakeup>>,
}

impl LoopState {
    /// One turn of the loop. asyncio: `_run_once`.
    ///
    /// `found` comes empty, and goes empty: it is handed from turn to turn for the sake of its memory.
    pub(crate) fn tick(&self, found: &mut Found) {
        self.let_the_person_step();
        self.narrator().next_tick();
        self.tell_turn_begin();

        // 1. How long may we wait? Not at all if something is ready; else until the next timer.
        let until = self.until();

        // 2. Wait for the operating system, until then, and look who is due: both into `found`.
        self.wait(until, found);

        // 3. What other threads report, and who can read or write: to the ready queue.
        self.take_news();
        for Fired { source, direction, waiter } in found.fired.drain(..) {
            waiter.deliver(&self.ready, Cause::Socket(source, direction));
        }

        // 4. Whose time has come: to the ready queue.
        // In most turns that is nobody, and there is nothing to go through.
        if !found.due.is_empty() {
            self.tell_fired(&found.due);
            for Due { id, payload, .. } in found.due.drain(..) {
                payload.deliver(&self.ready, Cause::Timer(id));
            }
        }

        // 5. Run what is ready now. What is added meanwhile waits for the next turn.
        let began = self.narrator().stopwatch();
        let ready = self.ready.len();
        for _ in 0..ready {
            match self.ready.pop() {
                Some(Entry::Step(task)) => self.step(task),
                Some(Entry::Callback(callback)) => self.call(&callback),
                // While they run, others may be added, and nobody takes any out but this loop.
                None => break,
            }
        }
        self.tell_turn_end(ready, began);
    }

    /// Phase 1: until when phase 2 may wait. Not at all if there is something to do; else until the earliest
    /// timer; without any timer, for ever.
    ///
    /// This is a moment and not a duration, as it is in asyncio, so it takes no look at the clock. Only the
    /// [longest wait](LONGEST_WAIT) is counted from a time, the turn's, which may be old: then the wait ends
    /// too early, and [`wait`](Self::wait) looks at the clock and waits again.
    fn until(&self) -> Until<Instant> {
        if self.has_work() {
            return Until::Now;
        }
        match self.timers.borrow_mut().earliest() {
            Some(deadline) => Until::At(deadline.min(self.turn_time.get() + LONGEST_WAIT)),
            None => Until::Forever,
        }
    }

    /// Whether there is something to do already.
    fn has_work(&self) -> bool {
        self.ready.len() > 0 || self.stopping.get() || !self.ready.inbox.is_empty()
    }

    /// Phase 2. Returns when there is something to do.
    ///
    /// A wait that brings nothing is followed by another: the timer it was for may have been
    /// cancelled, or lie beyond [`LONGEST_WAIT`]; or nobody waits for what the operating system had to
    /// tell.
    fn wait(&self, mut until: Until<Instant>, found: &mut Found) {
        loop {
            self.wait_once(until, found);
            // After a wait, time has passed. After a mere look at the sockets, a look at the clock is saved
            // unless somebody needs it.
            if until != Until::Now || self.needs_the_time() {
                self.find_due(&mut found.due);
            }
            if self.has_work() || !found.fired.is_empty() || !found.due.is_empty() {
                return;
            }
            until = self.until();
        }
    }

    /// Whether even a turn that did not wait has to know the time: there are timers to judge by it, or
    /// somebody looks on and is told of it. Else the turn's time stays what it was.
    fn needs_the_time(&self) -> bool {
        self.timers.borrow().armed() > 0 || self.narrator().is_observed()
    }

    /// Looks at the clock, and collects the timers that are due.
    fn find_due(&self, due: &mut Vec<Due<Wakeup>>) {
        // From here on, this is what time it is: all timers of a turn are judged alike, and a task
        // that asks whether its deadline has come gets the answer that fired its timer.
        self.turn_time.set(self.now());
        let may_move = self.timers_about_to_move();
        self.timers.borrow_mut().advance(self.turn_time.get(), due);
        self.tell_timers_moved(may_move);
    }

    /// Asks the operating system once. With the real clock that takes until then, or until something
    /// comes. The virtual one does not wait for a timer: the sockets are only looked at, and if nothing has
    /// come, `waited` sets the clock to the timer's time. (Unless the thread pool works: that takes real
    /// time, so the loop really waits for it.)
    fn wait_once(&self, until: Until<Instant>, found: &mut Found) {
        let began = self.tell_wait_begin(until);
        // Where there are onlookers, they were told just now, and may have woken a task: ask once more.
        let until = if began.is_some() { self.until() } else { until };
        let ask_for = self.clock().to_ask_for(until, self.extras.pool.is_busy());
        // Whoever does not want to wait, and has no sockets, has nothing to ask.
        if ask_for != Until::Now || self.reactor.sources() > 0 {
            let result = self.reactor.wait(ask_for, &mut found.fired);
            result.expect("the operating system cannot wait for the loop's descriptors any more");
        }
        let in_vain = found.fired.is_empty() && self.ready.inbox.is_empty();
        self.clock().waited(until, ask_for, in_vain);
        self.tell_wait_end(began, &found.fired);
    }

    /// Phase 3, first half: empties the inbox into the ready queue.
    ///
    /// Before the sockets, because that is where asyncio has them: its other threads append to
    /// `_ready` directly, while the loop still waits.
    fn take_news(&self) {
        if self.ready.inbox.is_empty() {
            return;
        }
        for news in self.ready.inbox.take() {
            match news {
                News::Call(call) => self.ready.push(Entry::Callback(callback(call))),
                News::Wake(task) => {
                    // The task may be over by now.
                    let Some(waker) = self.tasks.waker(task) else { continue };
                    Wakeup::Task(Some(task.id), waker.into()).deliver(&self.ready, Cause::Thread);
                }
            }
        }
    }

    /// Phase 5: one step of a task, from where it stands to its next `.await` that has to wait, or
    /// to its end. asyncio: `Task.__step`.
    fn step(&self, task: TaskKey) {
        let Some((mut runnable, to_be_dropped)) = self.tasks.begin_step(task) else {
            // The task ended after this entry was made.
            return;
        };
        self.narrator().step_begins(task);
        if to_be_dropped {
            // It was aborted; or it was cancelled, and there is no await at which it could be told so
            // (`cancel.rs`). It is dropped here, in a step of its own, and not while whoever asked for it was
            // in theirs.
            self.end_task(task, runnable, Outcome::Cancelled);
            return;
        }
        // This is where control leaves the loop, for as long as the task likes. It comes back to the
        // first of the two arms when the task has come to an `.await` that waits, and to the second
        // when it is over. A panic does not come so far: it is the task's result (`join_handle.rs`).
        let began = self.narrator().stopwatch();
        let mut context = Context::from_waker(&runnable.waker);
        match runnable.body.as_mut().poll(&mut context) {
            Poll::Pending => {
                // Whatever it waits for has its waker now. Until that is called, the task is not
                // looked at again.
                let since = self.waits_since(began);
                self.tell_polled(task, began, true);
                let must_cancel = self.tasks.suspend(task, runnable, self.narrator().has_said(), since);
                self.narrator().step_ends();
                // As a rule it was cancelled in this very step. What it waits for is to be cancelled before
                // it, and only now is it known what that is (`cancel/request.rs`).
                if must_cancel {
                    self.cancel_what_it_came_to(task);
                }
            }
            Poll::Ready(outcome) => {
                self.tell_polled(task, began, false);
                self.end_task(task, runnable, outcome);
            }
        }
    }

    /// Drops a task, in its own step.
    fn end_task(&self, task: TaskKey, runnable: Runnable, outcome: Outcome) {
        // The future goes first, and its slot after: what its destructors wake or ask of the loop still
        // finds the task in the table. But nothing of it is left to cancel, and `ending` says so.
        self.ending.set(Some(task));
        drop_body(runnable.body);
        let polls = self.tasks.end(task);
        self.tell_ended(task, outcome, polls);
        self.narrator().step_ends();
    }

    /// Phase 5: runs a callback, if nobody has cancelled it. A panic goes to the exception handler
    /// and no further: one bad callback does not stop the loop. asyncio: `Handle._run`.
    fn call(&self, callback: &Callback) {
        let Some(call) = callback.take() else { return };
        self.narrator().because(Cause::Callback);
        let began = self.narrator().stopwatch();
        let result = panic::catch_unwind(AssertUnwindSafe(call));
        self.tell_callback_ran(began);
        if let Err(panic) = result {
            self.extras.exceptions.callback_panicked(panic.as_ref());
        }
        self.narrator().because(Cause::Outside);
    }
}
