//! Rings from another thread, and tells how long it took until the task ran.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::machine::pin;

#[derive(Default)]
pub struct Bell {
    rung: AtomicBool,
    waiter: Mutex<Option<Waker>>,
    /// The time of the call; there for the other thread once the waiter has seen the last one.
    when: Mutex<Option<Instant>>,
}

impl Bell {
    /// Rings `times` times, each time when the task has waited a while, from a thread on a core of its own.
    pub fn ring(self: &Arc<Self>, times: usize, core: usize) -> thread::JoinHandle<()> {
        let bell = Arc::clone(self);
        thread::spawn(move || {
            pin(core);
            for _ in 0..times {
                // By the time this one wakes up, the loop has gone to sleep.
                let waker = loop {
                    thread::sleep(Duration::from_micros(100));
                    if let Some(waker) = bell.waiter.lock().expect("nobody panics").take() {
                        break waker;
                    }
                };
                thread::sleep(Duration::from_micros(100));
                *bell.when.lock().expect("nobody panics") = Some(Instant::now());
                bell.rung.store(true, Ordering::Release);
                waker.wake();
            }
        })
    }

    /// How long it took from the call to the task.
    pub async fn heard(&self) -> Duration {
        poll_fn(|cx| {
            if self.rung.swap(false, Ordering::AcqRel) {
                let when = self.when.lock().expect("nobody panics").take().expect("rung");
                return Poll::Ready(when.elapsed());
            }
            *self.waiter.lock().expect("nobody panics") = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}
