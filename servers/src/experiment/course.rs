//! What is known of one request: its course from being sent to being answered.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::plan::Request;

/// A request, and when each thing happened to it, in time since the experiment began.
#[derive(Debug)]
pub struct Course {
    /// The request itself.
    pub request: Request,
    /// When its client began to connect.
    pub sent: Option<Duration>,
    /// The client's address, once it is connected: by it the server's news is known to be about
    /// this request.
    pub client: Option<SocketAddr>,
    /// When the server began to serve it, if the server says so.
    pub begun: Option<Duration>,
    /// When the first byte of the answer arrived.
    pub first_byte: Option<Duration>,
    /// How it ended.
    pub end: Option<End>,
}

/// The end of a request.
#[derive(Debug)]
pub struct End {
    /// When that was.
    pub at: Duration,
    /// The answer's status, or why there is no answer.
    pub result: io::Result<u16>,
}

impl Course {
    /// The course of a request that has not been sent.
    pub fn new(request: Request) -> Self {
        Course { request, sent: None, client: None, begun: None, first_byte: None, end: None }
    }

    /// Whether it was answered as it should be.
    pub fn is_good(&self) -> bool {
        matches!(self.end, Some(End { result: Ok(200), .. }))
    }

    /// From being sent to the end of the answer, if both have happened.
    pub fn took(&self) -> Option<Duration> {
        Some(self.end.as_ref()?.at.saturating_sub(self.sent?))
    }

    /// How long it waited before the server began to serve it, if the server says so.
    pub fn waited(&self) -> Option<Duration> {
        Some(self.begun?.saturating_sub(self.sent?))
    }

    /// What went wrong, in half a sentence; nothing if nothing did.
    pub fn trouble(&self) -> Option<String> {
        let error = match &self.end.as_ref()?.result {
            Ok(200) => return None,
            Ok(status) => return Some(format!("status {status}")),
            Err(error) => error,
        };
        let server = self.request.server;
        Some(match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("nobody listens on {server}"),
            // A read that took too long: Unix calls it `WouldBlock`.
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time".to_owned(),
            io::ErrorKind::UnexpectedEof => "closed without an answer".to_owned(),
            io::ErrorKind::InvalidData => "what came back is not HTTP/1".to_owned(),
            _ => error.to_string(),
        })
    }
}
