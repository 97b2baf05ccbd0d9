//! The wait queue: everybody who waits for the same thing, in the order in which they came.
//!
//! A lock, a semaphore, an event, a queue differ in *when* somebody may go on. How to stand in line
//! is the same for all of them, and it is here, once. asyncio: the deque of futures, `_waiters`,
//! that each class of `locks.py` and `queues.py` has.
//!
//! ```text
//!             first                    last
//!               v                        v
//!   waiting:  [ C ] <-> [ D ] <-> [ E ] <-- who comes now stands behind E
//!               |
//!               | notify_one: marks C, wakes its task
//!               v
//!   notified: { A, C }   may go on, but have not run yet
//! ```
//!
//! Three rules, each a bug in a queue that lacks it:
//!
//! * **A waiter is marked, and the mark is what lets it go on.** It does not look again at whatever it
//!   waited for: an event that is set and cleared in one breath wakes everybody who was there. So a
//!   waiter may also be polled for no reason, as a future may, and nothing happens.
//! * **A notified waiter is still here until it has run.** Who comes meanwhile can see it, and must not
//!   take what the other was woken for ("barging").
//! * **A wake-up is never lost.** A waiter may be dropped between being woken and running, by an
//!   `abort` or a `timeout`. Then it calls what it was given for this case, `pass_on`, and its owner
//!   wakes the next. Python's futures do the same in `except CancelledError`; here it is a destructor.
//!
//! A waiter of a task that is aborted or cancelled stands in line until the task's own next turn, in
//! which it is dropped. (asyncio cancels the waiter's future at once, and can skip it a turn earlier.)

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use slab::Slab;

use crate::event_loop;
use crate::inspect::names::{Awaiting, Spot};

/// A fair queue of waiters. The tasks of one thread share it: it needs no lock itself.
#[derive(Default)]
pub(crate) struct WaitQueue {
    line: RefCell<Line>,
}

/// The waiters in a table, and those that are not notified also in a list through the table: first
/// in, first out, and whoever leaves from the middle joins its neighbours' hands.
#[derive(Default)]
struct Line {
    waiters: Slab<Waiter>,
    first: Option<usize>,
    last: Option<usize>,
    notified: usize,
}

enum Waiter {
    Waiting { waker: Waker, before: Option<usize>, after: Option<usize> },
    Notified,
}

impl Line {
    fn push(&mut self, waker: Waker) -> usize {
        let before = self.last;
        let key = self.waiters.insert(Waiter::Waiting { waker, before, after: None });
        self.link(before, Some(key));
        self.link(Some(key), None);
        key
    }

    /// Makes two places of the list neighbours; `None` is the end on either side.
    fn link(&mut self, left: Option<usize>, right: Option<usize>) {
        match left {
            None => self.first = right,
            Some(key) => {
                if let Waiter::Waiting { after, .. } = &mut self.waiters[key] {
                    *after = right;
                }
            }
        }
        match right {
            None => self.last = left,
            Some(key) => {
                if let Waiter::Waiting { before, .. } = &mut self.waiters[key] {
                    *before = left;
                }
            }
        }
    }

    /// Marks the first waiter that is not notified, and hands out its waker.
    fn notify_first(&mut self) -> Option<Waker> {
        let key = self.first?;
        let waiter = std::mem::replace(&mut self.waiters[key], Waiter::Notified);
        let Waiter::Waiting { waker, after, .. } = waiter else {
            unreachable!("only who waits is in the list");
        };
        self.link(None, after);
        self.notified += 1;
        Some(waker)
    }

    /// Takes a waiter out, wherever it is.
    fn remove(&mut self, key: usize) -> Waiter {
        let waiter = self.waiters.remove(key);
        match waiter {
            Waiter::Waiting { before, after, .. } => self.link(before, after),
            Waiter::Notified => self.notified -= 1,
        }
        waiter
    }
}

impl WaitQueue {
    /// Stands in line until notified. Nothing happens before the first poll, which is `Pending`: to
    /// ask whether there is need to wait at all is the caller's part.
    ///
    /// `pass_on` is called if the wait is dropped after it was notified, and before it could say so.
    pub(crate) fn wait<P>(&self, awaiting: Awaiting, place: Spot, pass_on: P) -> Wait<'_, P>
    where
        P: Fn() + Unpin,
    {
        Wait { queue: self, key: None, awaiting, place, pass_on }
    }

    /// Lets the first waiter go on that was not notified before, and says whether there was one.
    pub(crate) fn notify_one(&self) -> bool {
        let waker = self.line.borrow_mut().notify_first();
        match waker {
            None => false,
            Some(waker) => {
                waker.wake();
                true
            }
        }
    }

    /// Lets everybody go on who is here now, in order.
    pub(crate) fn notify_all(&self) {
        // All are marked before the first is woken: a waker is foreign code and may come back here.
        let mut wakers = Vec::new();
        while let Some(waker) = self.line.borrow_mut().notify_first() {
            wakers.push(waker);
        }
        for waker in wakers {
            waker.wake();
        }
    }

    /// Whether nobody is here, neither waiting nor woken without having run.
    pub(crate) fn is_empty(&self) -> bool {
        self.line.borrow().waiters.is_empty()
    }

    /// How many are here, both kinds counted.
    pub(crate) fn len(&self) -> usize {
        self.line.borrow().waiters.len()
    }

    /// How many have been woken and have not run yet.
    pub(crate) fn notified(&self) -> usize {
        self.line.borrow().notified
    }
}

/// One waiter: the future of [`WaitQueue::wait`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub(crate) struct Wait<'q, P: Fn() + Unpin> {
    queue: &'q WaitQueue,
    /// Its place in the table, from the first poll on until it is ready.
    key: Option<usize>,
    awaiting: Awaiting,
    place: Spot,
    pass_on: P,
}

impl<P: Fn() + Unpin> Future for Wait<'_, P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Cloned before the line is borrowed, and the one before dropped after it: wakers are foreign
        // code.
        let waker = cx.waker().clone();
        let mut line = self.queue.line.borrow_mut();
        let mut before = None;
        match self.key {
            None => {
                let key = line.push(waker);
                drop(line);
                self.key = Some(key);
            }
            Some(key) => match &mut line.waiters[key] {
                // Polled without reason, perhaps by another task than before: the latest waker counts.
                Waiter::Waiting { waker: theirs, .. } => {
                    before = Some(std::mem::replace(theirs, waker));
                    drop(line);
                }
                Waiter::Notified => {
                    line.remove(key);
                    drop(line);
                    self.key = None;
                    return Poll::Ready(());
                }
            },
        }
        drop(before);
        // Under some other runtime's poll there is no loop of ours to tell.
        if let Some(state) = event_loop::running_if_any() {
            state.awaits(self.awaiting, self.place);
        }
        Poll::Pending
    }
}

impl<P: Fn() + Unpin> Drop for Wait<'_, P> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let waiter = self.queue.line.borrow_mut().remove(key);
        match waiter {
            Waiter::Waiting { .. } => {}
            Waiter::Notified => (self.pass_on)(),
        }
    }
}
