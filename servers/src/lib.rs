//! HTTP, and later the servers that speak it.

#![forbid(unsafe_code)]

pub mod http;
