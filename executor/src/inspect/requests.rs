//! What a server tells the loop's observers about its requests.
//!
//! The loop knows tasks and not what they are good for. A server says which request the running
//! task works on, so that a trace can be read as the story of a request.

use std::fmt;

use super::event::Event;
use crate::ready;

/// The task that is running begins to work on a request: `server` says whose, and `connection` is its
/// number there. Says whether anybody heard it, who then is to hear of its end; outside of a loop, nobody
/// does. The target is written only if somebody listens.
pub fn request_begins(
    method: &str,
    target: &dyn fmt::Display,
    server: &'static str,
    connection: u64,
) -> bool {
    let Some(queue) = ready::at_home() else { return false };
    let is_heard = queue.narrator.is_observed();
    if is_heard {
        let (method, target) = (method.to_owned(), target.to_string());
        queue.narrator.tell(Event::RequestBegin { method, target, server, connection });
    }
    is_heard
}

/// Its request has its answer. Also told of what was refused before it was a request, and so never began.
pub fn request_ends(status: u16) {
    if let Some(queue) = ready::at_home()
        && queue.narrator.is_observed()
    {
        queue.narrator.tell(Event::RequestEnd { status });
    }
}
