//! `cargo fuzz run request`: see `bodies/http.rs`.

#![no_main]

#[path = "../../servers/tests/http_support/mod.rs"]
mod http_support;

#[path = "../bodies/http.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::request(input));
