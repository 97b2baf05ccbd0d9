//! `Queue`: items from tasks that make them to tasks that use them. asyncio: `asyncio.Queue`,
//! `PriorityQueue`, `LifoQueue`. tokio: `mpsc`, whose receiver cannot be shared.
//!
//! A queue with a limit is how a fast producer is held back: `put` on a full queue waits, and so the
//! producer runs no faster than the consumers. A queue without one never makes `put` wait: an `.await`
//! on it gives nobody else a turn, and memory is the limit.
//!
//! # Who is woken has a claim
//!
//! An item that is put in wakes the first getter, and the item stays in the queue until that getter
//! runs: a wake-up is the right to try, and [`len`](Queue::len) counts what is there. But as many items
//! as there are woken getters are promised, and as many free places as there are woken putters: who
//! comes later takes only what is left, and stands in line otherwise. (asyncio lets the latecomer have
//! the item, and sends the getter that was woken for it to the end of the line.)

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;

use super::order::{Fifo, Items, Lifo, Lowest};
use super::queue_error::{Closed, TryGetError, TryPutError};
use super::wait_queue::WaitQueue;
use crate::inspect::names::{Awaiting, Spot};

/// A queue of items, for any number of producers and consumers. asyncio: `asyncio.Queue`.
///
/// Dropping a `get` that has not returned leaves the item in the queue. Dropping a `put` that has not
/// returned drops its item with it, which was never in the queue.
///
/// ```
/// use std::rc::Rc;
/// use executor::sync::Queue;
///
/// # fn main() -> Result<(), executor::BuildError> {
/// executor::run(async {
///     let orders = Rc::new(Queue::new(2));
///     let barista = executor::spawn({
///         let orders = Rc::clone(&orders);
///         async move {
///             while let Ok(order) = orders.get().await {
///                 println!("one {order}");
///                 orders.task_done();
///             }
///         }
///     });
///     for order in ["espresso", "latte", "tea"] {
///         orders.put(order).await.expect("the cafe is open");
///     }
///     orders.join().await;
///     orders.close();
///     barista.await.expect("the barista goes home");
/// })?;
/// # Ok(())
/// # }
/// ```
#[doc(alias = "channel")]
pub struct Queue<T> {
    /// No code but the items' own comparison (in a priority queue) runs while this is borrowed.
    items: RefCell<Box<dyn Items<T>>>,
    /// 0 is no limit.
    maxsize: usize,
    closed: Cell<bool>,
    /// How many items were put in for which nobody has called `task_done`.
    unfinished: Cell<usize>,
    getters: WaitQueue,
    putters: WaitQueue,
    joiners: WaitQueue,
}

impl<T: 'static> Queue<T> {
    /// First in, first out, and no more than `maxsize` items at a time; 0 is no limit. asyncio:
    /// `Queue(maxsize)`.
    pub fn new(maxsize: usize) -> Self {
        Self::with(maxsize, Box::new(Fifo(VecDeque::new())))
    }

    /// Last in, first out. asyncio: `LifoQueue(maxsize)`.
    #[doc(alias = "LifoQueue")]
    pub fn lifo(maxsize: usize) -> Self {
        Self::with(maxsize, Box::new(Lifo(Vec::new())))
    }

    /// The lowest item first, and of equals the one that came first. Comparing items must not use the
    /// queue. asyncio: `PriorityQueue(maxsize)`.
    #[doc(alias = "PriorityQueue")]
    pub fn priority(maxsize: usize) -> Self
    where
        T: Ord,
    {
        Self::with(maxsize, Box::new(Lowest::new()))
    }

    fn with(maxsize: usize, items: Box<dyn Items<T>>) -> Self {
        Queue {
            items: RefCell::new(items),
            maxsize,
            closed: Cell::new(false),
            unfinished: Cell::new(0),
            getters: WaitQueue::default(),
            putters: WaitQueue::default(),
            joiners: WaitQueue::default(),
        }
    }
}

impl<T> Queue<T> {
    /// Waits for a free place and puts an item there. If there is one, and it is not for somebody who was
    /// woken for it and has not run yet, this does not wait: the task goes on in the same step. asyncio:
    /// `Queue.put`, where who comes later may be quicker.
    ///
    /// # Errors
    ///
    /// [`Closed`], with the item, if the queue is closed.
    #[track_caller]
    #[doc(alias = "send")]
    pub fn put(&self, item: T) -> impl Future<Output = Result<(), Closed<T>>> {
        let place = Spot::here();
        async move {
            let mut item = item;
            loop {
                match self.try_put(item) {
                    Ok(()) => return Ok(()),
                    Err(TryPutError::Closed(item)) => return Err(Closed(item)),
                    Err(TryPutError::Full(back)) => item = back,
                }
                self.putters.wait(Awaiting::QueuePut, place, || self.wake_putter()).await;
            }
        }
    }

    /// Puts an item in if that needs no waiting. asyncio: `Queue.put_nowait`.
    ///
    /// # Errors
    ///
    /// [`TryPutError`], with the item: there is no place that is not promised to a task that waited
    /// for one, or the queue is closed.
    #[doc(alias("put_nowait", "try_send"))]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        if self.closed.get() {
            return Err(TryPutError::Closed(item));
        }
        if self.maxsize > 0 && self.len() + self.putters.notified() >= self.maxsize {
            return Err(TryPutError::Full(item));
        }
        self.items.borrow_mut().put(item);
        self.unfinished.set(self.unfinished.get() + 1);
        self.wake_getter();
        Ok(())
    }

    /// Waits for an item and takes it. If there is one, and it is not for somebody who was woken for it and
    /// has not run yet, this does not wait: the task goes on in the same step. asyncio: `Queue.get`, where who
    /// comes later may be quicker.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the queue is closed and empty.
    #[track_caller]
    #[doc(alias = "recv")]
    pub fn get(&self) -> impl Future<Output = Result<T, Closed>> {
        let place = Spot::here();
        async move {
            loop {
                match self.try_get() {
                    Ok(item) => return Ok(item),
                    Err(TryGetError::Closed) => return Err(Closed(())),
                    Err(TryGetError::Empty) => {}
                }
                self.getters.wait(Awaiting::QueueGet, place, || self.wake_getter()).await;
                // This one need not ask what is promised: it is what was promised to it.
                if let Some(item) = self.take() {
                    return Ok(item);
                }
            }
        }
    }

    /// Takes an item if that needs no waiting. asyncio: `Queue.get_nowait`.
    ///
    /// # Errors
    ///
    /// [`TryGetError`]: there is no item that is not promised to a task that waited for one; and
    /// nothing will come if the queue is closed.
    #[doc(alias("get_nowait", "try_recv"))]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        if self.is_empty() && self.closed.get() {
            return Err(TryGetError::Closed);
        }
        if self.len() <= self.getters.notified() {
            return Err(TryGetError::Empty);
        }
        self.take().ok_or(TryGetError::Empty)
    }

    /// Takes the next item out, and tells those whom that concerns.
    fn take(&self) -> Option<T> {
        let item = self.items.borrow_mut().get()?;
        self.wake_putter();
        if self.closed.get() && self.is_empty() {
            // Who stood behind the claim of another learns that nothing is left.
            self.getters.notify_all();
        }
        Some(item)
    }

    /// Says that an item which was taken out is dealt with: what [`join`](Queue::join) waits for.
    /// asyncio: `Queue.task_done`.
    ///
    /// # Panics
    ///
    /// If it is called more often than items were put in. asyncio: `ValueError`.
    #[track_caller]
    pub fn task_done(&self) {
        assert!(self.unfinished.get() > 0, "task_done() was called more often than items were put in");
        self.finish(1);
    }

    /// Waits until every item that was put in has been dealt with. That is later than an empty queue:
    /// somebody has to call [`task_done`](Queue::task_done). asyncio: `Queue.join`.
    #[track_caller]
    pub fn join(&self) -> impl Future<Output = ()> {
        let place = Spot::here();
        async move {
            if self.unfinished.get() > 0 {
                // Everybody is woken, so nobody has a wake-up to pass on.
                self.joiners.wait(Awaiting::QueueJoin, place, || {}).await;
            }
        }
    }

    /// Closes the queue: from now on `put` fails, and `get` fails as soon as the queue is empty. Who
    /// waits learns of it. asyncio: `Queue.shutdown`, new in 3.13.
    #[doc(alias = "shutdown")]
    pub fn close(&self) {
        self.closed.set(true);
        self.getters.notify_all();
        self.putters.notify_all();
    }

    /// Closes the queue and drops what is in it: nobody gets anything any more. Dropped items count as
    /// dealt with. asyncio: `Queue.shutdown(immediate=True)`.
    pub fn close_now(&self) {
        let mut dropped = Vec::new();
        while let Some(item) = self.items.borrow_mut().get() {
            dropped.push(item);
        }
        self.finish(dropped.len());
        self.close();
        // Their destructors are foreign code, and may look at a queue that is closed already.
        drop(dropped);
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// How many items are in it. asyncio: `Queue.qsize`.
    #[doc(alias = "qsize")]
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether there are none. asyncio: `Queue.empty`.
    #[doc(alias = "empty")]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are as many as there may be. asyncio: `Queue.full`.
    #[doc(alias = "full")]
    pub fn is_full(&self) -> bool {
        self.maxsize > 0 && self.len() >= self.maxsize
    }

    /// How many there may be; `None` is no limit. asyncio: `Queue.maxsize`, where 0 is no limit.
    pub fn maxsize(&self) -> Option<usize> {
        if self.maxsize > 0 { Some(self.maxsize) } else { None }
    }

    /// So many items are dealt with.
    fn finish(&self, items: usize) {
        let unfinished = self.unfinished.get().saturating_sub(items);
        self.unfinished.set(unfinished);
        if unfinished == 0 {
            self.joiners.notify_all();
        }
    }

    fn wake_getter(&self) {
        self.getters.notify_one();
    }

    fn wake_putter(&self) {
        self.putters.notify_one();
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("len", &self.len())
            .field("maxsize", &self.maxsize())
            .field("closed", &self.is_closed())
            .field("unfinished", &self.unfinished.get())
            .field("getters", &self.getters.len())
            .field("putters", &self.putters.len())
            .finish_non_exhaustive()
    }
}
