//! What can be asked of the inspector.

use std::fmt;

use crate::http::{Method, Request, query};
use crate::origins::port_of_ours;

use super::sources::source;

/// A request for something below `/loop`, taken out of the connection's buffer: the answer may take for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What for.
    pub what: What,
    /// The port of this machine that its `Host` names; nothing if it names somebody else.
    pub port: Option<u16>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The page.
    Page,
    /// The text of a source file; an empty one if there is no such file.
    Source(&'static str),
    /// The events as they happen.
    Events {
        /// The last event that this viewer has: it was here before.
        after: Option<EventId>,
        /// Only how the answer begins.
        head_only: bool,
    },
    /// Something that is not there.
    Nothing,
}

/// What a viewer calls the last event that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventId {
    /// The name of its loop.
    pub of: String,
    /// Its number there.
    pub seq: u64,
}

impl EventId {
    fn read(text: &str) -> Option<EventId> {
        let (of, seq) = text.split_once(':')?;
        Some(EventId { of: of.to_owned(), seq: seq.parse().ok()? })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.of, self.seq)
    }
}

/// The path of the page; all else that can be asked is below it.
const PAGE: &[u8] = b"/loop";

impl Asked {
    /// Whether a request for this path is one for the inspector.
    pub fn is_for(path: &[u8]) -> bool {
        matches!(path.strip_prefix(PAGE), Some([] | [b'/', ..]))
    }

    /// Reads a request that [is for](Self::is_for) the inspector.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn read(request: &Request<'_>) -> Asked {
        let path = request.plain_path();
        let what = match path.strip_prefix(PAGE).expect("a request for the inspector") {
            b"" => What::Page,
            b"/source" => {
                let name = request.query().and_then(|query| query::first(query, "file"));
                What::Source(name.and_then(|name| source(&name)).unwrap_or_default())
            }
            b"/events" => {
                let last = request.header("last-event-id").and_then(|id| std::str::from_utf8(id).ok());
                What::Events {
                    after: last.and_then(EventId::read),
                    head_only: request.method() == Method::Head,
                }
            }
            _ => What::Nothing,
        };
        Asked { what, port: port_of_ours(request) }
    }
}
