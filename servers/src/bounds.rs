//! How long the servers wait for clients, and how much they do for one that misbehaves.
//!
//! [`Limits`](crate::http::Limits) bounds what a client sends. These bounds are about the rest of a
//! connection's life, and the same for both servers unless they say otherwise.

use std::time::Duration;

/// How long a client may take nothing of an answer before it is given up.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a stopping server works on what is under way.
pub const GRACE: Duration = Duration::from_secs(30);

/// How long a connection that is being closed is still read, so that the last answer is not lost to
/// a reset.
pub const LINGER: Duration = Duration::from_secs(2);

/// How much of what comes meanwhile is read and dropped.
pub const LINGER_BYTES: usize = 256 * 1024;

/// How much one read takes from the kernel.
pub const READ_SIZE: usize = 16 * 1024;

/// How long the blocking server looks at a connection that says nothing. Browsers open connections
/// in advance, and while this server has one open it can serve nobody else: a second of patience
/// with each is a second that everybody waits.
pub const BLOCKING_IDLE_TIMEOUT: Duration = Duration::from_millis(500);
