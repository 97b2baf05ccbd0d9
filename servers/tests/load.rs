//! The server on the loop under load and abuse, with the figures it must reach.
//!
//! These tests measure, so they need the machine for themselves, a release build and Linux; some
//! need thousands of descriptors: `cargo test --release -p servers --test load -- --ignored
//! --nocapture`. They run one after the other. What the servers do at each limit, whatever the
//! machine, is in `server_limits.rs`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod load_support;

mod load_cases {
    mod abuse;
    mod crowds;
    mod endings;
}
