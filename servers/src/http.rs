//! HTTP/1.1 without sockets: bytes go in, requests come out; answers go in, bytes come out.
//!
//! An HTTP server is two jobs. One is to understand a stream of bytes; the other is to wait for it.
//! This module does the first and never the second: it holds no socket, reads no clock and awaits
//! nothing (the style is called *sans-IO*; Python's h11 made it known). So the same code serves the
//! event loop, which suspends a task when bytes are missing, and the blocking server, which
//! suspends its whole thread. It can be tested a byte at a time, without a network and without
//! waiting.
//!
//! Whoever owns the socket drives a [`Connection`] like this, and only the lines in brackets wait:
//!
//! ```text
//! loop {
//!     match connection.next(now) {
//!         Step::Read { until }  => [write connection.output()]; [read]; connection.receive(&bytes)
//!         Step::Write           => [write connection.output()]
//!         Step::Answer(request) => connection.answer(&route(&request), date_line)
//!         Step::Refuse(error)   => connection.answer(&error.response(), date_line)
//!         Step::Close           => [write connection.output()]; [close]
//!     }
//! }
//! ```
//!
//! The same by hand:
//!
//! ```
//! use std::rc::Rc;
//! use std::time::Duration;
//! use servers::http::{Connection, Limits, Response, Status, Step};
//!
//! let mut connection = Connection::new(Rc::new(Limits::default()));
//! let now = Duration::ZERO;
//!
//! // Half a head: there is more to be read.
//! connection.receive(b"GET /activer HTTP/1.1\r\nHost: cafe\r\n");
//! assert!(matches!(connection.next(now), Step::Read { .. }));
//!
//! connection.receive(b"\r\n");
//! let Step::Answer(request) = connection.next(now) else { panic!("the head is complete") };
//! assert_eq!(request.path(), b"/activer");
//!
//! connection.answer(&Response::text(Status::Ok, "here you are\n"), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
//! assert!(connection.output().starts_with(b"HTTP/1.1 200 OK\r\n"));
//! ```
//!
//! What it insists on is RFC 9110 (what messages mean) and RFC 9112 (how HTTP/1.1 writes them),
//! read strictly. An attacker who makes two servers disagree about where a request ends can hide
//! one request inside another ("request smuggling"), so there is one rule above all: **when the
//! framing is in doubt, answer, close, never guess.**
//!
//! # Reading order
//!
//! 1. [`connection`]: the state machine that the picture above drives
//! 2. [`request`] and [`response`]: what goes out to the routes and what comes back
//! 3. `head`, with `lines` (where does it end?), `target` (what is asked for?) and `framing` (how long is
//!    the body?)
//! 4. `body` and `chunked`: the two ways to send a body
//! 5. the small ones: `bytes`, [`limits`], [`error`], [`status`], [`buffers`], [`date`], [`query`]

pub mod buffers;
pub mod connection;
pub mod date;
pub mod error;
pub mod limits;
pub mod query;
pub mod request;
pub mod response;
pub mod status;

mod body;
mod bytes;
mod chunked;
mod framing;
mod head;
mod lines;
mod target;

pub use buffers::SpareBuffers;
pub use connection::{Connection, Step};
pub use date::DateLine;
pub use error::Error;
pub use limits::Limits;
pub use request::{Method, Request, Version};
pub use response::{ContentType, Response};
pub use status::Status;
