//! What a server is told besides where to listen.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use executor::inspect::Recording;

use crate::bounds::{GRACE, MAX_CONNECTIONS, WRITE_TIMEOUT};
use crate::http::{Limits, Request};
use crate::origins::{Origins, ServerUrl};
use crate::routes::{self, Reply};

/// The options that both servers take.
#[derive(Clone)]
pub struct Options {
    /// How much a client may send, and how long it may take.
    pub limits: Limits,
    /// What is answered: the experiment's routes, unless somebody brings others.
    pub routes: fn(&Request<'_>) -> Reply,
    /// The page at `/loop`, which asks this server that blocks as well; without it there is no such page.
    /// A server without a loop has none anyway.
    pub inspector: Option<ServerUrl>,
    /// Whose pages may read the answers in a browser.
    pub origins: Origins,
    /// Time for a client to take the answers that wait for it: on the loop from the moment it takes
    /// nothing more, on the server that blocks from the beginning of the write. Beyond: the
    /// connection is closed, since it takes no 408 either.
    pub write_timeout: Duration,
    /// Connections open at once; whoever comes beyond them waits in the kernel's backlog. At least
    /// one. The server that blocks has one at a time anyway.
    pub max_connections: usize,
    /// Time for what is under way when the server is asked to stop. (The blocking server's thread
    /// cannot look at the time while it waits: its program does it.)
    pub grace: Duration,
    /// Called when a request of this client begins to be served. Only the server knows that moment:
    /// to the client, waiting in the backlog and being served look the same.
    pub on_request: Option<Arc<dyn Fn(SocketAddr) + Send + Sync>>,
    /// Where the blocking server records its requests: the other one's loop does that.
    pub recording: Option<Recording>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            limits: Limits::default(),
            routes: routes::reply,
            inspector: None,
            origins: Origins::default(),
            write_timeout: WRITE_TIMEOUT,
            max_connections: MAX_CONNECTIONS,
            grace: GRACE,
            on_request: None,
            recording: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("write_timeout", &self.write_timeout)
            .field("max_connections", &self.max_connections)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
