//! The wait itself, polled by hand: wakers, wakes without reason, and what a trace says of it.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use executor::inspect::Event as Told;
use executor::sync::{Barrier, Closed, Condition, Event, Lock, Queue, Semaphore};
use executor::{ClockKind, spawn, timeout, yield_now};

use crate::support::kinds::Kind;
use crate::support::watcher::Watcher;

/// Counts how often it is woken.
#[derive(Default)]
struct Counter(AtomicUsize);

impl Counter {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls once, as a task would whose waker this is. There is no loop here: none is needed.
fn poll<F: Future>(future: Pin<&mut F>, counter: &Arc<Counter>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(Arc::clone(counter))))
}

#[test]
fn the_latest_waker_counts() {
    let event = Event::new();
    let (first, second) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut wait = pin!(event.wait());
    assert!(poll(wait.as_mut(), &first).is_pending());
    assert!(poll(wait.as_mut(), &second).is_pending());
    event.set();
    assert_eq!((first.count(), second.count()), (0, 1));
    assert!(poll(wait.as_mut(), &first).is_ready());
    // The wait keeps no waker that has been replaced, nor one that has been called.
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (1, 1));
}

#[test]
fn who_was_woken_is_not_woken_again() {
    let event = Event::new();
    let counter = Arc::<Counter>::default();
    let mut wait = pin!(event.wait());
    assert!(poll(wait.as_mut(), &counter).is_pending());
    event.set();
    event.clear();
    event.set();
    event.clear();
    assert_eq!(counter.count(), 1);
    assert!(poll(wait.as_mut(), &counter).is_ready());
}

#[test]
fn a_wait_that_was_never_polled_stands_in_no_line() {
    let lock = Lock::new(());
    let guard = lock.acquire();
    let never = lock.acquire();
    assert_eq!(format!("{lock:?}"), "Lock { locked: false, waiters: 0, .. }");
    drop(guard);
    assert!(lock.try_acquire().is_some());
    drop(never);
}

#[test]
fn an_operation_woken_without_reason_waits_on_in_its_place() {
    let queue = Queue::new(0);
    let counter = Arc::<Counter>::default();
    let (mut a, mut b) = (pin!(queue.get()), pin!(queue.get()));
    assert!(poll(a.as_mut(), &counter).is_pending());
    assert!(poll(b.as_mut(), &counter).is_pending());
    assert!(poll(a.as_mut(), &counter).is_pending());
    queue.try_put(1).unwrap();
    // The item is A's, even if B is polled first.
    assert!(poll(b.as_mut(), &counter).is_pending());
    assert!(queue.try_get().is_err());
    assert_eq!(poll(a.as_mut(), &counter), Poll::Ready(Ok(1)));
    queue.try_put(2).unwrap();
    assert_eq!(poll(b.as_mut(), &counter), Poll::Ready(Ok(2)));
}

#[test]
fn a_hundred_thousand_waiters_leave_as_fast_as_they_came() {
    let event = Event::new();
    let counter = Arc::<Counter>::default();
    let mut waits = Vec::new();
    for _ in 0..100_000 {
        let mut wait = Box::pin(event.wait());
        assert!(poll(wait.as_mut(), &counter).is_pending());
        waits.push(wait);
    }
    let began = Instant::now();
    // From the middle outwards: the worst for whoever searches from an end.
    while !waits.is_empty() {
        drop(waits.swap_remove(waits.len() / 2));
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "searching the line for each took {:?}",
        began.elapsed()
    );
    assert_eq!(format!("{event:?}"), "Event { set: false, waiters: 0 }");
    event.set();
    assert_eq!(counter.count(), 0);
}

thread_local! {
    /// What the waker below plays with.
    static PLAYED_WITH: RefCell<Option<Rc<Everything>>> = const { RefCell::new(None) };
    static PLAYS: Cell<usize> = const { Cell::new(0) };
}

struct Everything {
    event: Event,
    lock: Lock<u32>,
    semaphore: Semaphore,
    changed: Condition,
    barrier: Barrier,
    queue: Queue<u32>,
}

impl Everything {
    /// Uses all of it in every way that needs no waiting.
    fn play(&self) {
        self.event.set();
        self.event.clear();
        drop(self.lock.try_acquire());
        drop(self.semaphore.try_acquire());
        self.changed.notify_all();
        self.barrier.reset();
        let _ = self.queue.try_put(9);
        let _ = self.queue.try_get();
        let _ = format!("{:?} {:?} {:?}", self.lock, self.semaphore, self.queue);
        // And joins every line, and leaves it.
        let counter = Arc::<Counter>::default();
        let _ = poll(pin!(self.event.wait()), &counter);
        let _ = poll(pin!(self.lock.acquire()), &counter);
        let _ = poll(pin!(self.semaphore.acquire()), &counter);
        let _ = poll(pin!(self.barrier.wait()), &counter);
        let _ = poll(pin!(self.queue.get()), &counter);
    }
}

/// A waker that, woken or dropped, comes back to what it was left with.
struct Playful;

impl Playful {
    fn play() {
        if PLAYS.get() < 1000 {
            PLAYS.set(PLAYS.get() + 1);
            let everything = PLAYED_WITH.with_borrow(Clone::clone);
            if let Some(everything) = everything {
                everything.play();
            }
        }
    }
}

impl Wake for Playful {
    fn wake(self: Arc<Self>) {
        Playful::play();
    }
}

impl Drop for Playful {
    fn drop(&mut self) {
        Playful::play();
    }
}

/// A waker is foreign code: nothing may be borrowed while it is called or dropped.
#[test]
fn wakers_may_come_back() {
    let everything = Rc::new(Everything {
        event: Event::new(),
        lock: Lock::new(0),
        semaphore: Semaphore::new(1),
        changed: Condition::new(),
        barrier: Barrier::new(3),
        queue: Queue::new(1),
    });
    PLAYED_WITH.set(Some(Rc::clone(&everything)));
    let guard = everything.lock.try_acquire().unwrap();
    let permit = everything.semaphore.try_acquire().unwrap();
    // An item that is gone and not dealt with, for `join` to wait for.
    everything.queue.try_put(0).unwrap();
    everything.queue.try_get().unwrap();
    {
        let all = &*everything;
        let mut waits: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = vec![
            Box::pin(all.event.wait()),
            Box::pin(async { drop(all.lock.acquire().await) }),
            Box::pin(async { drop(all.semaphore.acquire().await) }),
            Box::pin(async {
                let _ = all.barrier.wait().await;
            }),
            Box::pin(async {
                let _ = all.queue.get().await;
            }),
            Box::pin(all.queue.join()),
        ];
        for _ in 0..2 {
            for wait in &mut waits {
                // Each with a waker of its own: the one before is replaced, and dropped.
                let waker = Waker::from(Arc::new(Playful));
                let _ = wait.as_mut().poll(&mut Context::from_waker(&waker));
            }
        }
        drop(guard);
        drop(permit);
        all.event.set();
        let _ = all.queue.try_put(1);
        all.barrier.abort();
        all.queue.close_now();
    }
    assert!(PLAYS.get() > 10);
    PLAYED_WITH.set(None);
}

thread_local! {
    static POLLED_BY_ITS_WAKER: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>> = const { RefCell::new(None) };
}

/// A waker that polls on the spot: an executor without a queue.
struct OnTheSpot;

impl Wake for OnTheSpot {
    fn wake(self: Arc<Self>) {
        let future = POLLED_BY_ITS_WAKER.take();
        let waker = Waker::from(self);
        assert!(future.unwrap().as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    }
}

/// Whoever wakes is done with what it gives before it wakes.
#[test]
fn a_waiter_may_go_on_inside_of_the_wake() {
    let shared = Rc::new((Lock::new(0), Semaphore::new(1), Queue::new(1)));
    let counter = Arc::<Counter>::default();
    let waits = |future: Pin<Box<dyn Future<Output = ()>>>| {
        let mut future = future;
        let waker = Waker::from(Arc::new(OnTheSpot));
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        POLLED_BY_ITS_WAKER.set(Some(future));
    };

    let guard = shared.0.try_acquire().unwrap();
    let theirs = Rc::clone(&shared);
    waits(Box::pin(async move { *theirs.0.acquire().await += 1 }));
    drop(guard);
    assert_eq!(shared.0.try_acquire().map(|value| *value), Some(1));

    let permit = shared.1.try_acquire().unwrap();
    let theirs = Rc::clone(&shared);
    waits(Box::pin(async move { theirs.1.acquire().await.forget() }));
    drop(permit);
    assert_eq!(shared.1.available_permits(), 0);

    let theirs = Rc::clone(&shared);
    waits(Box::pin(async move { assert_eq!(theirs.2.get().await, Ok(1)) }));
    assert_eq!(poll(pin!(shared.2.put(1)), &counter), Poll::Ready(Ok(())));
    assert!(shared.2.is_empty());

    shared.2.try_put(2).unwrap();
    let theirs = Rc::clone(&shared);
    waits(Box::pin(async move { theirs.2.put(3).await.unwrap() }));
    assert_eq!(poll(pin!(shared.2.get()), &counter), Poll::Ready(Ok(2)));
    assert_eq!(shared.2.try_get(), Ok(3));
}

#[test]
fn a_timeout_gives_up_the_place_in_line() {
    for kind in Kind::all() {
        kind.builder(ClockKind::Virtual).build().unwrap().block_on(async {
            let limit = Duration::from_millis(5);
            let lock = Lock::new(());
            let guard = lock.acquire().await;
            assert!(timeout(limit, lock.acquire()).await.is_err());
            drop(guard);
            assert!(lock.try_acquire().is_some());

            let changed = Condition::new();
            let guard = lock.acquire().await;
            assert!(timeout(limit, changed.wait(guard)).await.is_err());
            assert!(!lock.is_locked(), "who gives up a condition has no lock");

            let queue = Queue::new(1);
            assert!(timeout(limit, queue.get()).await.is_err());
            queue.put(1).await.unwrap();
            assert!(timeout(limit, queue.put(2)).await.is_err());
            assert_eq!((queue.get().await, queue.len()), (Ok(1), 0));

            let barrier = Barrier::new(2);
            assert!(timeout(limit, barrier.wait()).await.is_err());
            assert_eq!(barrier.waiting(), 0);
        });
    }
}

#[test]
fn closing_tells_everybody() {
    for kind in Kind::all() {
        kind.builder(ClockKind::Virtual).build().unwrap().block_on(async {
            let (empty, full) = (Rc::new(Queue::<u32>::new(1)), Rc::new(Queue::new(1)));
            full.put(1).await.unwrap();
            let getter = spawn({
                let empty = Rc::clone(&empty);
                async move { empty.get().await }
            });
            let putter = spawn({
                let full = Rc::clone(&full);
                async move { full.put(2).await }
            });
            let joiner = spawn({
                let full = Rc::clone(&full);
                async move { full.join().await }
            });
            yield_now().await;
            empty.close();
            full.close();
            assert_eq!(getter.await.unwrap(), Err(Closed(())));
            assert_eq!(putter.await.unwrap(), Err(Closed(2)));
            assert!(!joiner.is_finished(), "what is in the queue is still to be dealt with");
            full.close_now();
            joiner.await.unwrap();
            assert_eq!(full.get().await, Err(Closed(())));
        });
    }
}

/// Which word, and the line of the call: for everything there is to wait for.
#[test]
fn a_trace_says_what_a_task_waits_for_and_where() {
    let watcher = Watcher::new();
    let kind = Kind::all()[0];
    let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
    let first = line!() + 3;
    event_loop.block_on(async {
        let lock = Rc::new(Lock::new(()));
        spawn_forgotten(async { Event::new().wait().await });
        spawn_forgotten(async { drop(Semaphore::new(0).acquire().await) });
        spawn_forgotten(async { assert!(Barrier::new(2).wait().await.is_ok()) });
        spawn_forgotten(async { assert!(Queue::<u32>::new(1).get().await.is_ok()) });
        spawn_forgotten(async { waits_with_a_full_queue().await });
        spawn_forgotten(async { waits_for_an_item_to_be_done().await });
        spawn_forgotten(async { waits_for_itself(lock).await });
        spawn_forgotten(async { waits_for_a_condition().await });
        yield_now().await;
    });
    drop(event_loop);
    let mut told = Vec::new();
    for record in watcher.records() {
        if let Told::Polled { pending: Some((awaiting, Some(place))), .. } = record.event
            && place.file().ends_with("waiters.rs")
            && record.tick == 2
        {
            told.push((awaiting.to_string(), place.line()));
        }
    }
    let words: Vec<&str> = told.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(
        words,
        ["event", "semaphore", "barrier", "queue.get", "queue.put", "queue.join", "lock", "condition"]
    );
    for (index, (_, line)) in told.iter().take(4).enumerate() {
        assert_eq!(*line, first + u32::try_from(index).unwrap());
    }
}

fn spawn_forgotten(future: impl Future<Output = ()> + 'static) {
    drop(spawn(future));
}

async fn waits_with_a_full_queue() {
    let queue = Queue::new(1);
    queue.try_put(1).unwrap();
    queue.put(2).await.unwrap();
}

async fn waits_for_an_item_to_be_done() {
    let queue = Queue::new(1);
    queue.try_put(1).unwrap();
    queue.join().await;
}

async fn waits_for_itself(lock: Rc<Lock<()>>) {
    let _guard = lock.acquire().await;
    drop(lock.acquire().await);
}

async fn waits_for_a_condition() {
    let lock = Lock::new(());
    let guard = lock.acquire().await;
    drop(Condition::new().wait(guard).await);
}
