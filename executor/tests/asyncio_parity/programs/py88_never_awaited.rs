//! Calling an async function does nothing; the warning comes when the object is dropped.
//!
//! In Rust the warning comes from the compiler, before the program runs: "unused implementer of
//! `Future` that must be used; futures do nothing unless you `.await` or poll them". It is what the
//! `expect` below expects, so this file would not compile without it.
use crate::ticks::{run, say};

async fn work() {
    say!("work runs");
}

async fn main() {
    say!("calling work() without await");
    #[expect(unused_must_use, reason = "that is the point")]
    work();
    say!("calling work() with await");
    work().await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
