//! Who is there, and what debug mode warns of: tables, trees and warnings, word by word.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod warnings;
    pub(crate) mod watcher;
}

mod cases {
    mod debug_mode;
    mod sigusr1;
    mod task_table;
    mod task_tree;
}

use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
