//! Recordings: byte by byte, read back, folded, replayed; and those who look on while the loop runs.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod patience;
    pub(crate) mod sockets;
    pub(crate) mod trace;
    pub(crate) mod watcher;
}

mod cases {
    pub(crate) mod account_program;
    mod event_table;
    pub(crate) mod recorded_examples;
    mod replaying;
    mod viewers;
}
