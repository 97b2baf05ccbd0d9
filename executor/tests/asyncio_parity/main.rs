//! asyncio's programs, and their twins.
//!
//! Each program of `programs/` is there twice: in Python, with the output that `CPython` prints
//! (`.out`), and in Rust, line by line the same. The twin must print the same, with the same numbers
//! of ticks; with direct wake-ups, what `ticks.py` predicts of such a design (`.waker.out`). What is
//! deliberately different has its output beside it (`.rust.out`), and its reason in the twin and in
//! `README.md`, which lists all the programs.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]
#![allow(clippy::unused_async, reason = "a program is a future, whether it waits or not")]
#![allow(
    clippy::items_after_statements,
    clippy::single_match_else,
    clippy::redundant_closure_for_method_calls,
    reason = "a twin keeps the order and the shape of its original"
)]

mod judge;
mod python;
mod random;
#[path = "../support"]
mod support {
    pub(crate) mod kinds;
    pub(crate) mod patience;
    pub(crate) mod sockets;
}
mod ticks;
// By its path, so that the folders of the programs are beside it and not below.
#[path = "twins.rs"]
mod twins;

use judge::judge_again;
use twins::TWINS;

/// Whatever a program prints, it prints every time: 1,000 runs of every program in each of the two
/// ways to wake, shared among the four kinds of loop that have it.
#[test]
#[ignore = "needs a minute"]
fn a_thousand_runs_are_all_the_same() {
    judge_again(TWINS, 250);
}
