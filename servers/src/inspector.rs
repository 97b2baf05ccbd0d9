//! The page that shows the loop which serves it.
//!
//! ```text
//! GET /loop             page.html: one file, and all that it needs is in it
//! GET /loop/events      what the loop does, as it does it (server-sent events)
//! GET /loop/source      the source of this workspace
//! ```
//!
//! The page shows the loop from inside: it is sent by a task among the others, and when somebody blocks
//! the loop, the page hears nothing either. That is no flaw. It is how a server feels whose loop is
//! blocked, and the page says so.
//!
//! What the page's own connections do is left out of what it shows: a loop that is looked at would else
//! do little but tell how it tells.
//!
//! Only this machine is answered, wherever the server listens, and only under its own names: whatever page
//! is open in the same browser may send requests here, and none but ours gets to see what the loop does.

mod asked;
mod sources;
mod viewer;

pub use asked::{Asked, EventId, What};
pub use sources::source;
pub use viewer::Viewer;

use std::net::IpAddr;
use std::process;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use executor::inspect;

use crate::bounds::MAX_VIEWERS;
use crate::http::{ContentType, Response, Status};
use crate::origins::ServerUrl;

/// The page.
const PAGE: &str = include_str!("inspector/page.html");
/// What its browser may load and ask, with a word in it for the other server.
const POLICY: &str = include_str!("inspector/policy.txt");

/// What holds for all that is said here: it is nothing to keep, and nothing but what it says it is.
const HEADERS: &str = "\
    Cache-Control: no-store\r\n\
    X-Content-Type-Options: nosniff\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n";

/// When to ask again, in seconds, if too many look on. The page does so by itself.
const AGAIN_AFTER: &str = "3";

/// What shows a loop. One belongs to each server that has one.
#[derive(Debug)]
pub struct Inspector {
    /// No other loop has it, of this process or another.
    name: String,
    /// Where that server listens.
    port: u16,
    /// The other server, which the page asks too.
    blocking: ServerUrl,
    /// Held by each of its viewers, so that they can be counted.
    viewers: Rc<()>,
}

/// What comes of a request.
#[derive(Debug)]
pub enum Look {
    /// An answer.
    Now(Response),
    /// An answer that goes on and on.
    On(Viewer),
}

/// Whether a client is on the same machine: its address is a loopback one, or the one at which it reached us.
pub fn is_from_here(client: IpAddr, own: IpAddr) -> bool {
    client.to_canonical().is_loopback() || client == own
}

impl Inspector {
    /// For the server that listens at this port.
    pub fn new(port: u16, blocking: ServerUrl) -> Inspector {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let name = unlike_any_other(process::id(), LAST.fetch_add(1, Ordering::Relaxed) + 1);
        Inspector { name, port, blocking, viewers: Rc::default() }
    }

    /// Answers a request, in the task of its connection: that is hidden from now on.
    pub fn look(&self, asked: Asked, is_from_here: bool) -> Look {
        if !is_from_here || asked.port != Some(self.port) {
            let text = "The loop is shown to this machine only, by its own name: ask http://127.0.0.1 or http://localhost.\n";
            return Look::Now(Response::text(Status::Forbidden, text).with_headers(HEADERS));
        }
        inspect::leave_out();
        let response = match asked.what {
            What::Page => self.page(),
            What::Source("") | What::Nothing => {
                Response::text(Status::NotFound, "The loop has no such thing to show.\n")
            }
            What::Source(text) => Response::text(Status::Ok, text),
            // The inspector holds one itself.
            What::Events { .. } if Rc::strong_count(&self.viewers) > MAX_VIEWERS => {
                let text = "Too many look at this loop: close one of its pages.\n";
                Response::text(Status::ServiceUnavailable, text).with_header("Retry-After", AGAIN_AFTER)
            }
            What::Events { after, head_only } => {
                // With --workers, who comes back may come to another loop, which counts its own events.
                let after = after.filter(|id| id.of == self.name).map(|id| id.seq);
                let (name, blocking) = (self.name.clone(), self.blocking.to_string());
                return Look::On(Viewer {
                    name,
                    after,
                    head_only,
                    blocking,
                    _counted: Rc::clone(&self.viewers),
                });
            }
        };
        Look::Now(response.with_headers(HEADERS))
    }

    /// The page, and what its browser is to see to: that it asks nobody but these two servers.
    fn page(&self) -> Response {
        let policy = POLICY.trim_end().replace("BLOCKING", &self.blocking.to_string());
        Response::new(Status::Ok, ContentType::Html, PAGE).with_header("Content-Security-Policy", policy)
    }
}

/// A name for the loop of this number in this process. The moment is in it, because numbers come back: the
/// first process of every container is number 1.
fn unlike_any_other(process: u32, number: u32) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{process}-{number}-{}", now.as_nanos())
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_later_process_with_the_same_number_has_another_name() {
        let first = unlike_any_other(1, 1);
        thread::sleep(Duration::from_millis(1));
        assert_ne!(unlike_any_other(1, 1), first);
    }
}
