//! The event loop: what it is made of.
//!
//! [`EventLoop`] is the owner. What it owns is [`LoopState`]: the ready queue, the tasks, the timers
//! and the reactor, each with a file of its own. What it *does* is one turn after another
//! (`event_loop/run.rs`), and a turn is `tick.rs`. asyncio: `BaseEventLoop`.
//!
//! The parts, and the way of a wake-up in a turn:
//!
//! ```text
//!            +------------------ LoopState ------------------+
//!  other --> | inbox --+                                     |
//!  threads   |         v                                     |
//!            |    ready queue <-- timers (wheel or heap)     |
//!            |      |     ^                                  |
//!            |      v     +------ reactor (mio or polling)   |
//!            |    tasks                                      |
//!            +-----------------------------------------------+
//! ```
//!
//! While a loop runs, its thread knows it: that is how `sleep(...)` in the depth of some handler
//! finds the timers without being handed them. asyncio: `get_running_loop()`.

mod asking;
mod closing;
pub(crate) mod run;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use reactor::Reactor;

use crate::extras::Extras;
use crate::inbox::TaskKey;
use crate::inspect::names::{Spot, TaskId};
use crate::inspect::narrator::Narrator;
use crate::ready::{self, ReadyQueue, Wakeup};
use crate::settings::WakeMode;
use crate::task::Tasks;
use crate::time::clock::Clock;
use crate::time::instant::Instant;
use crate::time::{TimerKey, Timers};

/// How long a loop waits for a timer before it looks again. asyncio: `MAXIMUM_SELECT_TIMEOUT`.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Everything a loop knows. It is shared by the loop's owner and by the futures that wait on it.
///
/// There is one thread, so nothing here needs a lock; but there is much foreign code that the loop calls:
/// futures, callbacks, observers, destructors, and wakers too (a `join_all` wraps ours in its own, and
/// whoever drops the last clone drops what it held). Any of them may use the loop in every way while it
/// is being called. So each part has a cell of its own, and no borrow of any of them is held across such
/// a call: what is needed is moved out first, and moved back after.
pub(crate) struct LoopState {
    pub(crate) ready: Rc<ReadyQueue>,
    pub(crate) tasks: Tasks,
    pub(crate) timers: RefCell<Timers<Wakeup>>,
    pub(crate) reactor: Reactor<Wakeup>,
    /// The time, as this turn sees it: read once, when its wait is over. All timers of a turn are
    /// judged by the same time, and asking for it costs nothing. It stands still while a loop without
    /// timers has so much to do that it does not come to wait.
    pub(crate) turn_time: Cell<Instant>,
    /// Whether this turn is to be the last for now.
    pub(crate) stopping: Cell<bool>,
    /// The task whose result is out while its step is still under way: nothing of it is left to
    /// cancel. Its name stays here afterwards: no other task will ever have it.
    pub(crate) ending: Cell<Option<TaskKey>>,
    pub(crate) extras: Extras,
    /// The name that was given last: none is given twice.
    pub(crate) last_task: Cell<Option<TaskId>>,
    /// What all are called that have been given no name: an empty text, made once.
    pub(crate) unnamed: Rc<str>,
}

impl LoopState {
    pub(crate) fn new(
        reactor: Reactor<Wakeup>,
        timers: Timers<Wakeup>,
        wake: WakeMode,
        narrator: Narrator,
        threads: usize,
    ) -> Self {
        let ready = Rc::new(ReadyQueue::new(reactor.notifier(), wake, narrator));
        let extras = Extras::new(threads, &ready.inbox);
        LoopState {
            ready,
            tasks: Tasks::default(),
            timers: RefCell::new(timers),
            reactor,
            turn_time: Cell::new(Instant::START),
            stopping: Cell::new(false),
            ending: Cell::new(None),
            extras,
            last_task: Cell::new(None),
            unnamed: Rc::from(""),
        }
    }

    /// Who tells the observers what happens. It also keeps the [clock](Self::clock), since nothing is told
    /// without its time.
    pub(crate) fn narrator(&self) -> &Narrator {
        &self.ready.narrator
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.narrator().clock
    }

    /// The time, read afresh: for a sleep that begins now. A turn may have been running for long.
    pub(crate) fn now(&self) -> Instant {
        self.clock().now()
    }

    /// Arms a timer: when the clock has reached `deadline`, `wakeup` is delivered. asyncio:
    /// `loop.call_at`.
    pub(crate) fn arm_timer(&self, deadline: Instant, wakeup: Wakeup, place: Spot) -> TimerKey {
        let key = self.timers.borrow_mut().insert(deadline, wakeup);
        self.tell_timer_armed(key, deadline, place);
        key
    }

    /// Whether a timer is still armed, and wakes what `waker` does.
    pub(crate) fn timer_wakes(&self, key: TimerKey, waker: &Waker) -> bool {
        match self.timers.borrow().payload(key) {
            Some(Wakeup::Task(_, armed)) => armed.will_wake(waker),
            _ => false,
        }
    }

    /// Takes a timer out; nothing happens if it has fired.
    pub(crate) fn cancel_timer(&self, key: TimerKey) {
        // The wake-up is dropped at the end of this block, when the timers are no longer borrowed:
        // with a waker may go the last hold on something whose destructor wants the timers.
        let wakeup = self.timers.borrow_mut().cancel(key);
        if wakeup.is_some() {
            self.tell_timer_cancelled(key);
        }
    }
}

thread_local! {
    /// The loop that runs on this thread. `ready.rs` keeps the same for wakers, which see no more of
    /// the loop than its queue.
    static RUNNING: RefCell<Option<Rc<LoopState>>> = const { RefCell::new(None) };
}

/// The loop that runs on this thread, if one does.
pub(crate) fn running_if_any() -> Option<Rc<LoopState>> {
    // A loop may also be dropped while the thread is being torn down.
    RUNNING.try_with(|running| running.borrow().clone()).unwrap_or(None)
}

/// The loop that runs on this thread. `what` is the name of what needs it.
///
/// # Panics
///
/// If none does. A future of ours outside of a loop would wait for ever, so it says so at once.
#[track_caller]
pub(crate) fn running(what: &str) -> Rc<LoopState> {
    look_at_running(what, Rc::clone)
}

/// The same for whoever only looks, and need not hold the loop for that. `look` calls no foreign code.
#[track_caller]
pub(crate) fn look_at_running<T>(what: &str, look: impl FnOnce(&Rc<LoopState>) -> T) -> T {
    let seen = RUNNING.try_with(|running| running.borrow().as_ref().map(look));
    match seen {
        Ok(Some(seen)) => seen,
        _ => panic!("{what} needs a running event loop: call it inside a task, under run() or block_on()"),
    }
}

/// As long as it lives, this thread knows the loop. What it knew before comes back with its drop,
/// also when a panic goes through.
struct Entered {
    queue_before: Option<Rc<ReadyQueue>>,
    loop_before: Option<Rc<LoopState>>,
}

impl Entered {
    fn new(state: &Rc<LoopState>) -> Self {
        Entered {
            queue_before: ready::set_at_home(Some(Rc::clone(&state.ready))),
            loop_before: RUNNING.try_with(|running| running.replace(Some(Rc::clone(state)))).unwrap_or(None),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        ready::set_at_home(self.queue_before.take());
        let _ = RUNNING.try_with(|running| running.replace(self.loop_before.take()));
    }
}

/// An event loop. It belongs to one thread, and drives everything that is spawned on it. Made by
/// [`EventLoop::builder`]. asyncio: `AbstractEventLoop`.
///
/// Dropping it is orderly: tasks that are not done are dropped in the order of their spawning, each
/// is told to the observers as [`Abandoned`](crate::inspect::Event::Abandoned), and whoever would
/// join them learns that they were cancelled. Calls of [`to_thread`](crate::to_thread) that still run
/// go on without it, and a line in the log says so: [`close`](EventLoop::close) waits for them.
///
/// It cannot be sent to another thread, and neither can anything that waits on it: the compiler
/// refuses what asyncio's debug mode finds out at run time. What may travel is its
/// [handle](EventLoop::handle).
#[doc(alias("Runner", "AbstractEventLoop", "BaseEventLoop", "SelectorEventLoop"))]
pub struct EventLoop {
    pub(crate) state: Rc<LoopState>,
}

impl EventLoop {
    /// Makes the loop the running one. asyncio's `_check_running` refuses the same.
    #[track_caller]
    fn enter(&self, what: &str) -> Entered {
        refuse_inside(what);
        Entered::new(&self.state)
    }
}

/// Panics if a loop runs on this thread.
#[track_caller]
fn refuse_inside(what: &str) {
    assert!(
        running_if_any().is_none(),
        "{what} inside a running event loop: a loop cannot wait for itself; `.await` the future instead"
    );
}
