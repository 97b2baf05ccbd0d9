//! Waiting for many tasks, cancelling, and values that are set from outside: what runs when, and
//! what is left when whoever waits is stopped half way.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]
#![allow(clippy::unused_async, reason = "a program is a future, whether it waits or not")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod patience;
    pub(crate) mod transcript;
    pub(crate) mod watcher;
}

mod cases {
    mod cancelled_elsewhere;
    mod cancelling;
    mod circles;
    mod deferred;
    mod many;
    mod stopped_half_way;
    mod task_groups;
}

use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
