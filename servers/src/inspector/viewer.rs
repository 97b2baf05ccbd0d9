//! One who looks: the answer to `GET /loop/events`, which goes on as long as somebody reads it.
//!
//! It is a stream of *server-sent events* (the HTML standard, section 9.2): lines of text, with an empty
//! line behind each message. A browser that loses the connection asks again by itself, and says how far
//! it had come.
//!
//! A viewer must not be a burden. It makes the next message only when the kernel has taken the last one,
//! so one that does not read costs the server one message of memory, and after a while its connection.
//! And behind each message it rests ten times as long as it took to make: however much happens, one viewer
//! takes no more than a tenth of the loop's time for that. (Sixteen, the most there can be, could take all of
//! it: each makes its own messages.)

use std::fmt::Write as _;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use executor::inspect::{self, Event, Record};
use executor::net::TcpStream;
use executor::{sleep, spawn_named, timeout};
use serde_json::json;

use super::asked::EventId;
use crate::http::{ContentType, Response};

/// From one message to the next: at most twenty in a second.
const BETWEEN: Duration = Duration::from_millis(50);
/// How often a viewer hears that the loop is there, if it hears of nothing else. One that does not knows
/// that the loop is blocked.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// How much longer it rests than it works.
const REST: u32 = 10;
/// How many events are in a message.
const AT_ONCE: usize = 400;
/// How long a viewer who has missed something watches before it is told: for what happens next, in one piece.
const GLIMPSE: Duration = Duration::from_millis(1);

/// How long a viewer whose connection is lost may stay away and still miss nothing.
const LINGER: Duration = Duration::from_secs(10);

/// One who looks at the loop.
#[derive(Debug)]
pub struct Viewer {
    /// The name of the loop that it looks at.
    pub(super) name: String,
    /// The number of the last event that it has.
    pub(super) after: Option<u64>,
    /// It wants to know only how the answer begins.
    pub(super) head_only: bool,
    /// Where the blocking server is.
    pub(super) blocking: String,
    /// What it is counted by.
    pub(super) _counted: Rc<()>,
}

impl Viewer {
    /// The head of the answer.
    pub fn head(&self) -> Response {
        Response::stream(ContentType::Events).with_headers(super::HEADERS)
    }

    /// Shows the loop, until nobody looks any more.
    ///
    /// # Errors
    ///
    /// When the client is gone, or has taken nothing for longer than `patience`.
    pub async fn show(self, stream: &TcpStream, patience: Duration) -> io::Result<()> {
        if self.head_only {
            return Ok(());
        }
        let mut viewer = inspect::Viewer::new(self.after);
        let result = self.send_all(&mut viewer, stream, patience).await;
        linger(viewer);
        result
    }

    /// Sends what there is to see, until it cannot.
    async fn send_all(
        &self,
        viewer: &mut inspect::Viewer,
        stream: &TcpStream,
        patience: Duration,
    ) -> io::Result<()> {
        let hello = json!({ "blocking": self.blocking, "loop": self.name });
        let mut message = format!("event: hello\ndata: {hello}\n\n");
        loop {
            send(stream, &message, patience).await?;
            // Not kept for the next one: it may have been the largest for long.
            message = String::new();
            let Ok(mut events) = timeout(HEARTBEAT, viewer.next(AT_ONCE)).await else {
                message.push_str("event: heartbeat\ndata:\n\n");
                continue;
            };
            if events.iter().any(|record| matches!(record.event, Event::Snapshot(_))) {
                sleep(GLIMPSE).await;
                events.extend(viewer.take(AT_ONCE));
            }
            let began = executor::now();
            self.push_message(&mut message, &events);
            let work = executor::now().since(began);
            sleep(BETWEEN.max(work * REST)).await;
        }
    }

    /// Adds these events as one message: a viewer has all of it or nothing, and so knows where to go on.
    fn push_message(&self, message: &mut String, events: &[Record]) {
        let Some(last) = events.last() else { return };
        // Writing to a String cannot fail.
        let _ = writeln!(message, "id: {}", EventId { of: self.name.clone(), seq: last.seq });
        for record in events {
            let line = serde_json::to_string(record).expect("an event is text and numbers");
            let _ = writeln!(message, "data: {line}");
        }
        message.push('\n');
    }
}

/// Keeps the latest events for a while although nobody looks: a browser that has lost the connection
/// comes back after seconds, and goes on where it was.
fn linger(viewer: inspect::Viewer) {
    spawn_named("viewer gone", async move {
        sleep(LINGER).await;
        drop(viewer);
    });
}

async fn send(stream: &TcpStream, message: &str, patience: Duration) -> io::Result<()> {
    match timeout(patience, stream.write_all(message.as_bytes())).await {
        Ok(written) => written,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
