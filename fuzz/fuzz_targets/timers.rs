//! `cargo fuzz run timers`: see `bodies/timers.rs`.

#![no_main]

#[path = "../bodies/timers.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::timers(input));
