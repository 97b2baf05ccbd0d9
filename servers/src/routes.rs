//! What can be asked, and what is answered.
//!
//! A route returns data: an answer, and how long and in which way to wait before it is sent. It
//! does not wait itself, and does not know who serves it. So both servers have the same routes, and
//! what differs between them is one function, `spend`: how each lets the time of a [`Reply`] pass.

use std::fmt;
use std::time::Duration;

use crate::http::response::Body;
use crate::http::{Method, Request, Response, Status, query};
use crate::inspector::Asked;

/// What a route wants done.
#[derive(Debug)]
pub enum Reply {
    /// Answer at once.
    Now(Response),
    /// Let this time pass, in this way, and then answer.
    After(Duration, Way, Response),
    /// Show the loop that serves this. A server without one has nothing to show.
    Loop(Asked),
}

/// How a slow route lets its time pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Wait, like for a slow database. On the loop: `sleep(...).await`.
    Sleep,
    /// Wait by holding the thread: the classic mistake of an async handler. On the loop, everybody
    /// waits.
    Block,
    /// Hold a thread too, but another one: the cure. On the loop: `to_thread(...).await`.
    Pool,
}

/// How long the slow routes wait if they are not told.
const DEFAULT_SECONDS: Duration = Duration::from_secs(10);
/// The longest that can be asked for.
const MOST_SECONDS: f64 = 3600.0;

/// Nothing here may be kept by a cache: the experiment is about when an answer comes.
const NO_STORE: &str = "Cache-Control: no-store\r\n";
const ALLOW: &str = "Allow: GET, HEAD, OPTIONS\r\nCache-Control: no-store\r\n";

const INDEX: &str = "\
This server is one half of an experiment: ask it for two things at once, and see who waits.

GET /sleeper    waits ten seconds, like for a slow database, and answers
GET /activer    answers at once
GET /blocker    waits by blocking the thread: in an async handler, the classic mistake
GET /threaded   the same blocking call on another thread: on a loop, the cure
GET /loop       a page that shows the event loop at work, if the server has one

The three that wait take ?seconds=N (fractions allowed, at most 3600).

Try: curl the sleeper, and within ten seconds the activer from another terminal.
";

/// Finds the answer to a request.
pub fn reply(request: &Request<'_>) -> Reply {
    if request.path() == b"*" {
        return options(request.method());
    }
    // As a rule a path is written plainly, and is known as it came.
    let Some(route) = route(request.path()).or_else(|| route(&request.plain_path())) else {
        return Reply::Now(text(Status::NotFound, "There is no such page. GET / says what can be asked.\n"));
    };
    match request.method() {
        Method::Get | Method::Head => route(request),
        other => options(other),
    }
}

/// What answers under this path.
fn route(path: &[u8]) -> Option<fn(&Request<'_>) -> Reply> {
    Some(match path {
        b"/" => |_| Reply::Now(text(Status::Ok, INDEX)),
        b"/activer" => |_| Reply::Now(text(Status::Ok, "activer: here you are, at once\n")),
        b"/sleeper" => |request| after(request, Way::Sleep, "sleeper: slept"),
        b"/blocker" => |request| after(request, Way::Block, "blocker: held its thread for"),
        b"/threaded" => |request| after(request, Way::Pool, "threaded: held another thread for"),
        // Browsers ask for it on their own, beside every page: there is none, and nothing to say
        // about it.
        b"/favicon.ico" => |_| Reply::Now(Response::text(Status::NoContent, "").with_headers(NO_STORE)),
        _ if Asked::is_for(path) => |request| Reply::Loop(Asked::read(request)),
        _ => return None,
    })
}

/// Lets the time pass that the request asks for, and says `what` was done so long.
fn after(request: &Request<'_>, way: Way, what: &str) -> Reply {
    match seconds(request) {
        Ok(time) => {
            let answer = text(Status::Ok, format!("{what} {} s\n", time.as_secs_f64()));
            Reply::After(time, way, answer)
        }
        Err(reason) => Reply::Now(text(Status::BadRequest, format!("seconds is {reason}.\n"))),
    }
}

/// Says in an answer how long it took from the moment its request began to be served: what a client
/// measures is that and the time it stood in line, and only the server can tell them apart. An answer
/// that does not say was served at once.
pub fn served(response: Response, time: Duration) -> Response {
    response.with_header("Server-Timing", format!("served;dur={:.3}", time.as_secs_f64() * 1e3))
}

/// What a server says that is asked for its loop and shows none.
pub fn no_loop() -> Response {
    text(Status::NotFound, "No loop is shown here. Run async-server, and GET /loop of it shows one.\n")
}

/// Whether a request is worth a line in the trace. Who looks at the loop is no part of what is seen.
pub fn is_quiet(request: &Request<'_>) -> bool {
    request.path() == b"/favicon.ico" || request.path().starts_with(b"/loop")
}

/// The path and query of a request, for the trace.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a>(pub Request<'a>);

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0.path()))?;
        match self.0.query() {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

/// The answer to every method that no route takes.
fn options(method: Method) -> Reply {
    let response = if method == Method::Options {
        Response::text(Status::NoContent, "")
    } else {
        Response::text(Status::MethodNotAllowed, "This page can only be read: GET or HEAD.\n")
    };
    Reply::Now(response.with_headers(ALLOW))
}

fn text(status: Status, body: impl Into<Body>) -> Response {
    Response::text(status, body).with_headers(NO_STORE)
}

/// The time that `?seconds=N` asks for.
fn seconds(request: &Request<'_>) -> Result<Duration, String> {
    match request.query().and_then(|query| query::first(query, "seconds")) {
        Some(word) => parse_seconds(&word),
        None => Ok(DEFAULT_SECONDS),
    }
}

/// Reads a number of seconds the way the routes do.
///
/// # Errors
///
/// What `word` is instead. It is not quoted: the answer that says so goes to a browser, and must not
/// carry there what somebody else put into the address.
pub fn parse_seconds(word: &str) -> Result<Duration, String> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // With digits and a point it cannot be negative, infinite or not a number, all of which `f64`
    // would take.
    match word.parse::<f64>() {
        Ok(seconds) if digits && seconds <= MOST_SECONDS => Ok(Duration::from_secs_f64(seconds)),
        Ok(_) if digits => Err(format!("too long: at most {MOST_SECONDS}")),
        _ => Err("no number of seconds: write it like 10 or 0.5".to_owned()),
    }
}
