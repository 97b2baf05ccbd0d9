//! The ready queue: everything that can run now, in one line.
//!
//! There is one first-in-first-out queue for steps of tasks and for callbacks alike, and nothing
//! else decides what runs next: no priorities, and no shortcut for the latest, as tokio has one. That
//! makes the loop fair and its traces repeatable. asyncio: `self._ready`, a `deque` of handles.
//!
//! The queue belongs to the loop's thread and has no lock. Other threads leave their news in the
//! [`Inbox`], which has one, and the loop empties it into the queue once a turn.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use reactor::Notifier;

use crate::inbox::{Inbox, TaskKey};
use crate::inspect::event::Event;
use crate::inspect::names::{Cause, TaskId};
use crate::inspect::narrator::Narrator;
use crate::settings::WakeMode;

/// Something to call once: a shared place with a closure in it, until it is taken out. Whoever
/// empties the cell first, by running it or by cancelling it, decides.
pub(crate) type Callback = Rc<Cell<Option<Box<dyn FnOnce()>>>>;

/// Makes a [`Callback`] of a closure.
pub(crate) fn callback(call: impl FnOnce() + 'static) -> Callback {
    Rc::new(Cell::new(Some(Box::new(call))))
}

/// What a ready socket or a due timer is to set going. asyncio: a `Handle`, which is always a
/// callback; a task is woken by a callback of the future that it awaits.
pub(crate) enum Wakeup {
    /// The task that waits for it. The name is for those who look on: a waker does not say whose it
    /// is.
    Task(Option<TaskId>, Waker),
    /// A callback of `call_later` and its like.
    Callback(Callback),
}

impl Wakeup {
    /// Sets it going. A callback is an entry of this turn; a task is [delivered](ReadyQueue::deliver).
    pub(crate) fn deliver(self, queue: &Rc<ReadyQueue>, cause: Cause) {
        match self {
            Wakeup::Callback(callback) => queue.push(Entry::Callback(callback)),
            Wakeup::Task(_, waker) => queue.deliver(cause, move || waker.wake()),
        }
    }

    /// The task's name, if it is a task that waits.
    pub(crate) fn task(&self) -> Option<TaskId> {
        match self {
            Wakeup::Task(task, _) => *task,
            Wakeup::Callback(_) => None,
        }
    }
}

/// One entry of the ready queue. asyncio: a `Handle`.
pub(crate) enum Entry {
    /// Poll this task once.
    Step(TaskKey),
    /// Call this.
    Callback(Callback),
}

/// The ready queue of one loop.
pub(crate) struct ReadyQueue {
    entries: RefCell<VecDeque<Entry>>,
    /// Where other threads reach this loop. Also what tells one loop from another: a waker knows
    /// its loop by it.
    pub(crate) inbox: Arc<Inbox>,
    /// How whoever waits is woken: see [`deliver`](ReadyQueue::deliver).
    pub(crate) mode: WakeMode,
    pub(crate) narrator: Narrator,
}

impl ReadyQueue {
    pub(crate) fn new(notifier: Notifier, mode: WakeMode, narrator: Narrator) -> Self {
        let inbox = Arc::new(Inbox::new(notifier));
        ReadyQueue { entries: RefCell::new(VecDeque::new()), inbox, mode, narrator }
    }

    /// Puts an entry at the end of the line. There is no way to put one anywhere else.
    #[inline]
    pub(crate) fn push(&self, entry: Entry) {
        self.entries.borrow_mut().push_back(entry);
    }

    /// Takes the entry at the front. The borrow ends here, before the entry runs: it may well push.
    pub(crate) fn pop(&self) -> Option<Entry> {
        self.entries.borrow_mut().pop_front()
    }

    /// Shows every entry, front first, to somebody who looks on.
    pub(crate) fn for_each(&self, look: impl FnMut(&Entry)) {
        self.entries.borrow().iter().for_each(look);
    }

    /// How long the line is.
    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Wakes whoever waits for a due timer, a ready socket, a finished child, a thread or a signal, by
    /// calling `wake`. Nearly always that calls a waker, which puts a task into the ready queue; else a
    /// signal's handler, or whoever watches a child.
    ///
    /// There are two ways to do so, and each loop has one of them. Directly: `wake` is called here and
    /// now, so the task runs in this turn if the turn has yet to run its entries. Or as in asyncio: a
    /// callback calls it, and the task runs a turn later. (There, a timer's callback sets a future's
    /// result, and the task has to be called back by the future.)
    pub(crate) fn deliver(self: &Rc<Self>, cause: Cause, wake: impl FnOnce() + 'static) {
        match self.mode {
            WakeMode::Direct => {
                self.narrator.because(cause);
                wake();
            }
            WakeMode::Asyncio => {
                let queue = Rc::clone(self);
                self.push(Entry::Callback(callback(move || {
                    queue.narrator.because(cause);
                    wake();
                })));
            }
        }
    }

    /// Puts a task's next step at the end of the line, and says who or what made it ready.
    pub(crate) fn push_step(&self, task: TaskKey) {
        self.push(Entry::Step(task));
        self.tell_woken(task, false);
    }

    /// Tells that a task was woken; `already` if it stood in the queue before.
    pub(crate) fn tell_woken(&self, task: TaskKey, already: bool) {
        if self.narrator.is_observed() {
            self.narrator.tell(Event::Woken { task: task.id, cause: self.narrator.cause(), already });
        }
    }
}

thread_local! {
    /// The ready queue of the loop that runs on this thread. A waker must be allowed to travel to
    /// other threads and so cannot hold the queue itself; it looks here whether it is at home.
    static AT_HOME: RefCell<Option<Rc<ReadyQueue>>> = const { RefCell::new(None) };
}

/// The ready queue of the loop that runs on this thread, if one does.
pub(crate) fn at_home() -> Option<Rc<ReadyQueue>> {
    // A waker may also be called while the thread is being torn down.
    AT_HOME.try_with(|queue| queue.borrow().clone()).unwrap_or(None)
}

/// Makes `queue` the one that wakers on this thread find, and gives back the one before it.
pub(crate) fn set_at_home(queue: Option<Rc<ReadyQueue>>) -> Option<Rc<ReadyQueue>> {
    AT_HOME.try_with(|home| home.replace(queue)).unwrap_or(None)
}
