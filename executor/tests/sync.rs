//! Locks, queues and their like: who goes on when, and that nobody is forgotten.
//!
//! Two kinds of tests. `programs.rs` has small programs and the lines they must say, turn by turn, as
//! asyncio says them. The others play random scripts of several tasks, once with the real thing and once
//! with a model that is simple enough to be believed (`script.rs` says how), and demand the same story
//! of both, turns included: with tasks that are aborted at every turn there is, and waits that are
//! given up.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]
#![allow(clippy::unused_async, reason = "a program is a future, whether it waits or not")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod patience;
    pub(crate) mod transcript;
    pub(crate) mod watcher;
}

mod cases {
    mod sync {
        mod barrier;
        mod condition;
        mod event;
        mod line;
        mod lock;
        mod misuse;
        mod programs;
        mod queue;
        mod script;
        mod semaphore;
        mod waiters;
    }
}
