//! How long the servers wait for clients, and how much they do for one that misbehaves.
//!
//! [`Limits`](crate::http::Limits) bounds what a client sends. These bounds are about the rest of a
//! connection's life, and the same for both servers unless they say otherwise. `docs/limits.md` has
//! all of them in one table.

use std::time::Duration;

/// How long a client may take for the answers that are being sent to it, all together. The default
/// of `--write-timeout`.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a stopping server works on what is under way. The default of `--grace`.
pub const GRACE: Duration = Duration::from_secs(30);

/// How many connections the server on the loop has open at once: twice the ten thousand that were
/// once a problem. The default of `--max-connections`.
pub const MAX_CONNECTIONS: usize = 20_000;

/// How many may look at one loop at once. Each may hold a message with a table of all tasks, and the loop
/// makes one for each of them.
pub const MAX_VIEWERS: usize = 16;

/// How many connections are accepted before those that are open have their turn.
pub const ACCEPTED_AT_ONCE: u64 = 64;

/// How long a connection that is being closed is still read, so that the last answer is not lost to
/// a reset.
pub const LINGER: Duration = Duration::from_secs(2);

/// How much of what comes meanwhile is read and dropped.
pub const LINGER_BYTES: usize = 256 * 1024;

/// How much one read takes from the kernel.
pub const READ_SIZE: usize = 16 * 1024;

/// How long the blocking server looks at a connection that says nothing. Browsers open connections
/// in advance, and while this server has one open it can serve nobody else: a second of patience
/// with each is a second that everybody waits. Its default of `--idle-timeout`.
pub const BLOCKING_IDLE_TIMEOUT: Duration = Duration::from_millis(500);
