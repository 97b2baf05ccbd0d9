//! Two HTTP servers with the same routes: one on the event loop, one that blocks. And the
//! experiment that shows the difference.
//!
//! | | [`async_server`] | [`blocking_server`] |
//! |---|---|---|
//! | waits with | `sleep(...).await` | `thread::sleep(...)` |
//! | while one request waits | serves the others | serves nobody |
//! | Python | Starlette on uvicorn, port 8001 | Flask on gunicorn, port 8002 |
//!
//! Read the two files beside each other: what both do is in the same order, by the same names. What they
//! share is in [`http`] (the protocol, without sockets) and [`routes`] (what is answered, without
//! waiting).
//!
//! # Reading order
//!
//! 1. [`routes`]: what can be asked, and what is to be done about it: data, and no waiting.
//! 2. [`blocking_server`]: one connection after the other, from the first byte to the last.
//! 3. [`async_server`]: the same functions with an `.await` wherever something can take time.
//! 4. [`http`]: the protocol as a state machine. Its page has an order of its own.
//! 5. [`experiment`]: both servers, the clients that ask them, and the picture of who waits.
//! 6. [`inspector`]: the page at `/loop` that shows the loop at work.
//!
//! The rest is what programs need: [`options`], [`limit_flags`], [`loop_flags`], [`command_line`],
//! [`bounds`], [`origins`].

#![forbid(unsafe_code)]

pub mod async_server;
pub mod blocking_server;
pub mod bounds;
pub mod command_line;
pub mod experiment;
pub mod http;
pub mod inspector;
pub mod limit_flags;
pub mod loop_flags;
pub mod options;
pub mod origins;
pub mod routes;
