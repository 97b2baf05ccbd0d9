//! A task keeps its result: await it as often as you like.  A coroutine object runs once.
//!
//! In Rust neither is awaited twice: to await a handle or a future uses it up, and a second `.await`
//! does not compile. Who goes round that by awaiting a borrow is told at run time.
use crate::ticks::{run, say};
use executor::spawn;
use std::any::Any;
use std::future::{Future, IntoFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

async fn work() -> &'static str {
    say!("work runs");
    "result"
}

async fn main() {
    let mut task = spawn(work());
    say!("first await: ", (&mut task).await.unwrap());
    say!("second await:", panic_of((&mut task).into_future()).await);
    let mut coro = pin!(work());
    say!("first await of a coroutine: ", coro.as_mut().await);
    say!("second await of a coroutine:", panic_of(coro.as_mut()).await);
}

/// Awaits what is not to be awaited, and gives what its panic says. (Python: `try`, `except`.)
async fn panic_of<F: Future>(future: F) -> String {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(|_| "no panic".to_owned()),
        Err(panic) => Poll::Ready(text_of(panic.as_ref())),
    })
    .await
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap()
}

pub(crate) fn program() {
    run(main());
}
