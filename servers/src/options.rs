//! What a server is told besides where to listen.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::http::Limits;

/// The options that both servers take.
#[derive(Clone, Default)]
pub struct Options {
    /// How much a client may send, and how long it may take.
    pub limits: Limits,
    /// Called when a request of this client begins to be served. Only the server knows that moment:
    /// to the client, waiting in the backlog and being served look the same.
    pub on_request: Option<Arc<dyn Fn(SocketAddr) + Send + Sync>>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("limits", &self.limits).finish_non_exhaustive()
    }
}
