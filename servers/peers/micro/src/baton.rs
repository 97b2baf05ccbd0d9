//! Hands a turn from one task to another on the same thread: the least that a wake-up can be wrapped in, and the same
//! for every executor, so what is left is the executor's.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

#[derive(Default)]
pub struct Baton {
    passed: Cell<bool>,
    waiter: Cell<Option<Waker>>,
}

impl Baton {
    pub fn pass(&self) {
        self.passed.set(true);
        if let Some(waiter) = self.waiter.take() {
            waiter.wake();
        }
    }

    pub async fn take(&self) {
        poll_fn(|cx| {
            if self.passed.replace(false) {
                return Poll::Ready(());
            }
            self.waiter.set(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}
