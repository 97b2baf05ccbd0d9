//! What is a mistake, and says so.

use std::panic::{AssertUnwindSafe, catch_unwind};

use executor::sync::{Barrier, Lock, Queue, Semaphore, TryGetError, TryPutError};
use executor::{ClockKind, spawn};

use crate::support::kinds::Kind;

fn panics_with(text: &str, work: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    assert_eq!(said.as_deref(), Some(text));
}

#[test]
fn task_done_without_an_item() {
    let queue = Queue::new(0);
    let text = "task_done() was called more often than items were put in";
    panics_with(text, || queue.task_done());
    queue.try_put(1).unwrap();
    queue.task_done();
    panics_with(text, || queue.task_done());
}

#[test]
fn a_bounded_semaphore_released_too_often() {
    let text = "a bounded semaphore was released too many times";
    let semaphore = Semaphore::bounded(1);
    panics_with(text, || semaphore.release());
    let permit = semaphore.try_acquire().unwrap();
    semaphore.release();
    panics_with(text, || drop(permit));
    // The same on the way out of another panic: the first one counts.
    let permit = semaphore.try_acquire().unwrap();
    panics_with("another", || {
        let _permit = permit;
        semaphore.release();
        panic!("another");
    });
    assert_eq!(semaphore.available_permits(), 1);
    semaphore.try_acquire().unwrap().forget();
    assert_eq!(semaphore.available_permits(), 0);
    semaphore.release();
}

#[test]
fn a_barrier_for_nobody() {
    panics_with("a barrier needs at least one party", || drop(Barrier::new(0)));
}

#[test]
fn errors_say_what_is_wrong() {
    let queue = Queue::new(1);
    assert_eq!(queue.try_get().unwrap_err().to_string(), "the queue is empty");
    queue.try_put(1).unwrap();
    let full = queue.try_put(2).unwrap_err();
    assert_eq!((full.to_string().as_str(), full.into_inner()), ("the queue is full", 2));
    queue.close();
    assert!(queue.is_closed());
    assert_eq!(queue.try_put(3), Err(TryPutError::Closed(3)));
    assert_eq!(queue.try_get(), Ok(1));
    assert_eq!(queue.try_get(), Err(TryGetError::Closed));
    assert_eq!(TryGetError::Closed.to_string(), "the queue is closed");
}

/// A task that panics gives back what it holds, and nothing is poisoned.
#[test]
fn a_panic_releases() {
    let event_loop = Kind::all()[0].builder(ClockKind::Virtual).build().unwrap();
    event_loop.block_on(async {
        let shared = std::rc::Rc::new((Lock::new(1), Semaphore::new(1)));
        let theirs = std::rc::Rc::clone(&shared);
        let task = spawn(async move {
            let _guard = theirs.0.acquire().await;
            let _permit = theirs.1.acquire().await;
            panic!("on purpose");
        });
        let guard = {
            task.await.unwrap_err();
            shared.0.try_acquire()
        };
        assert_eq!(*guard.unwrap(), 1);
        assert!(shared.1.try_acquire().is_some());
    });
}
