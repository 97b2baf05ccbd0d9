//! Other threads: calls that block there, and news that come from there.
//!
//! What runs when on another thread is nobody's promise. So nothing here counts turns on it: what a
//! test needs to happen first is handed over through a channel, and what must not be lost is
//! counted.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod watcher;
}

mod cases {
    mod handles;
    mod to_thread;
    mod to_thread_at_the_end;
}
