//! The inbox: where other threads leave their news for the loop.
//!
//! The ready queue belongs to the loop's thread and takes no lock. Whoever comes from another
//! thread (a waker that travelled, a finished call of `to_thread`, a `LoopHandle`) puts a note in
//! here, under a lock, and rings the reactor's bell. asyncio: `call_soon_threadsafe`, which appends
//! to `_ready` (the interpreter's lock makes that safe) and writes to the self-pipe.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reactor::Notifier;

use crate::inspect::names::TaskId;

/// Where a task's slot is, and the task's name to tell whether the slot is still its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TaskKey {
    pub(crate) index: usize,
    pub(crate) id: TaskId,
}

/// What another thread has to say to the loop.
pub(crate) enum News {
    /// This task can go on.
    Wake(TaskKey),
    /// Call this.
    Call(Box<dyn FnOnce() + Send>),
}

/// What lies in the inbox.
#[derive(Default)]
struct Contents {
    /// In the order in which they came.
    news: Vec<News>,
    /// Which tasks there is a note about: one for each will do, however often it is woken, and it has the
    /// place in the line of the first time.
    woken: HashSet<TaskKey>,
}

/// Where other threads leave their news.
pub(crate) struct Inbox {
    /// Nothing any more once the loop is gone.
    contents: Mutex<Option<Contents>>,
    /// Whether there is any, so that the loop can look without taking the lock, and only the first
    /// news of a turn has to end the wait.
    full: AtomicBool,
    notifier: Notifier,
}

impl Inbox {
    pub(crate) fn new(notifier: Notifier) -> Self {
        let contents = Mutex::new(Some(Contents::default()));
        Inbox { contents, full: AtomicBool::new(false), notifier }
    }

    /// Leaves news and sees to it that the loop wakes up for them; news for a loop that is gone are
    /// dropped. asyncio: `call_soon_threadsafe`.
    pub(crate) fn put(&self, news: News) {
        let mut place = self.lock();
        let Some(contents) = place.as_mut() else {
            // A destructor may leave news of its own: not under the lock.
            drop(place);
            return drop(news);
        };
        if let News::Wake(task) = news
            && !contents.woken.insert(task)
        {
            return;
        }
        contents.news.push(news);
        // Under the lock, so that the flag and the news are never seen apart.
        let rung = self.full.swap(true, Ordering::AcqRel);
        drop(place);
        if !rung {
            self.ring();
        }
    }

    /// Ends the loop's wait, without any news: something that it looks at has changed.
    pub(crate) fn ring(&self) {
        // A loop that is gone has nobody left to wake.
        let _ = self.notifier.notify();
    }

    /// The loop is gone: nobody will look here again. Gives back what nobody has looked at.
    pub(crate) fn close(&self) -> Vec<News> {
        self.lock().take().unwrap_or_default().news
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.full.load(Ordering::Acquire)
    }

    /// Takes all there is.
    pub(crate) fn take(&self) -> Vec<News> {
        let mut place = self.lock();
        self.full.store(false, Ordering::Release);
        place.as_mut().map(std::mem::take).unwrap_or_default().news
    }

    fn lock(&self) -> MutexGuard<'_, Option<Contents>> {
        // Nothing can panic while it is held, but a poisoned lock would still be no reason to lose
        // a wake-up.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
