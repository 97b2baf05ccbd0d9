//! Two HTTP servers with the same routes: one on the event loop, one that blocks. And the
//! experiment that shows the difference.
//!
//! | | [`async_server`] | [`blocking_server`] |
//! |---|---|---|
//! | waits with | `sleep(...).await` | `thread::sleep(...)` |
//! | while one request waits | serves the others | serves nobody |
//! | Python | Starlette on uvicorn, port 8001 | Flask on gunicorn, port 8002 |
//!
//! Read the two files beside each other: they have the same functions in the same order. What they
//! share is in [`http`] (the protocol, without sockets) and [`routes`] (what is answered, without
//! waiting).

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
