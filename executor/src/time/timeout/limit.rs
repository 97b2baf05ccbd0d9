//! A time limit at work: a [`Sleep`] that is asked together with the future that it limits.
//!
//! What if the result and the deadline come in the same turn? With direct wake-ups the future is
//! asked first, and its result counts: it is there, so why throw it away? With asyncio's the
//! deadline counts once its entry of the ready queue has run, as asyncio has it: there the entry
//! cancels the task, and a task that is cancelled does not look at results any more.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

use crate::event_loop::LoopState;
use crate::inspect::names::Spot;
use crate::ready::{Callback, Entry, callback};
use crate::settings::WakeMode;
use crate::time::instant::Instant;
use crate::time::sleep::Sleep;

/// See the [module](self).
pub(in crate::time) struct Limit {
    deadline: Instant,
    sleep: Sleep,
    /// With asyncio's wake-ups: remembers whether the deadline's entry has run.
    alarm: Option<Arc<Remembering>>,
    /// That entry, for a deadline that was past from the beginning: it needs no timer.
    soon: Option<Callback>,
    /// How many requests to be cancelled the task had had when it began. asyncio: `Timeout._cancelling`.
    requests: u32,
    /// Whether the deadline came together with somebody else's request, which the future has heard.
    gave_way: bool,
}

impl Limit {
    /// `requests` is how many to be cancelled the task had had when the wait began.
    pub(in crate::time) fn new(state: Rc<LoopState>, deadline: Instant, place: Spot, requests: u32) -> Self {
        let sleep = Sleep::new(state, Some(deadline), place);
        Limit { deadline, sleep, alarm: None, soon: None, requests, gave_way: false }
    }

    /// To be asked before the future is: whether the deadline comes first, and the future is not to be asked
    /// any more.
    pub(in crate::time) fn comes_first(&mut self, cx: &mut Context<'_>) -> bool {
        if self.sleep.state.ready.mode == WakeMode::Direct {
            return false;
        }
        // Before the future, which may wait for a timer of the same deadline: asyncio arms this one first.
        self.arm(cx);
        // Whoever was cancelled by somebody else in the same turn hears of that. asyncio:
        // `self._task.uncancel() <= self._cancelling`, in `Timeout.__aexit__`.
        self.gave_way |= self.has_rung() && self.sleep.state.is_untold() && self.somebody_else_asked();
        self.has_rung() && !self.gave_way
    }

    /// Whether the deadline's entry has run.
    pub(in crate::time) fn has_rung(&self) -> bool {
        self.alarm.as_ref().is_some_and(|alarm| alarm.called.load(Ordering::Acquire))
    }

    /// To be asked after the future has said that it is pending: whether its time is up.
    pub(in crate::time) fn has_come(&mut self, cx: &mut Context<'_>) -> bool {
        // What the task waits for is what the future said; the limit only says how long.
        let (awaiting, place) = self.sleep.state.awaiting();
        let has_come = match self.sleep.state.ready.mode {
            WakeMode::Direct => Pin::new(&mut self.sleep).poll(cx).is_ready(),
            WakeMode::Asyncio => {
                self.arm(cx);
                self.has_rung() && !self.gave_way
            }
        };
        if let Some(place) = place {
            self.sleep.state.awaits(awaiting, place);
        }
        has_come
    }

    /// Its time is up: the future is dropped. If that was answering somebody else's request, the task is told
    /// again at its next await.
    pub(in crate::time) fn end(&self) {
        if self.somebody_else_asked() {
            self.sleep.state.cancel_what_is_left();
        }
    }

    /// With asyncio's wake-ups: leaves the alarm with the timers, or, if it is too late for that, makes the
    /// deadline's entry at once.
    fn arm(&mut self, cx: &Context<'_>) {
        let is_new = self.alarm.is_none();
        let alarm = self.alarm.get_or_insert_with(|| Remembering::new(cx.waker()));
        if alarm.set_waker(cx.waker()) && !self.sleep.is_over() {
            // The timer is armed anew, in the name of the task that waits now.
            self.sleep.disarm();
        }
        if is_new && self.deadline <= self.sleep.state.now() {
            let alarm = Arc::clone(alarm);
            let soon = callback(move || alarm.wake());
            self.sleep.state.ready.push(Entry::Callback(Rc::clone(&soon)));
            self.soon = Some(soon);
        }
        if self.soon.is_none() {
            let waker = Waker::from(Arc::clone(alarm));
            // It may say that the deadline is past before the deadline's entry has run.
            let _ = Pin::new(&mut self.sleep).poll(&mut Context::from_waker(&waker));
        }
    }

    fn somebody_else_asked(&self) -> bool {
        self.sleep.state.requests_of_running() > self.requests
    }
}

impl Drop for Limit {
    /// The entry stays in the ready queue, and has nothing to call.
    fn drop(&mut self) {
        if let Some(soon) = &self.soon {
            drop(soon.take());
        }
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").field("sleep", &self.sleep).finish_non_exhaustive()
    }
}

/// A waker that knows whether it was called. It stays the same when another task comes to wait: the
/// call may be under way.
#[derive(Debug)]
struct Remembering {
    /// Whom it wakes. Behind a lock, because any waker must be able to travel: nobody ever waits for it.
    waker: Mutex<Arc<Waker>>,
    called: AtomicBool,
}

impl Remembering {
    fn new(waker: &Waker) -> Arc<Self> {
        let waker = Mutex::new(Arc::new(waker.clone()));
        Arc::new(Remembering { waker, called: AtomicBool::new(false) })
    }

    /// From now on it wakes this one. Says whether that is another than before.
    fn set_waker(&self, waker: &Waker) -> bool {
        let is_another = !self.waker().will_wake(waker);
        if is_another {
            // Wakers are foreign code: none is cloned, called or dropped under the lock.
            let waker = Arc::new(waker.clone());
            let _before = mem::replace(&mut *self.lock(), waker);
        }
        is_another
    }

    fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Remembering {
    fn wake(self: Arc<Self>) {
        self.called.store(true, Ordering::Release);
        self.waker().wake_by_ref();
    }
}
