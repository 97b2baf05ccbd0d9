//! As little HTTP as a server can do with, for the peers that bring none of their own.
//!
//! It finds where a request ends, what it asks for, and whether it is the connection's last. It has no limits, takes no
//! bodies and believes its clients: what that saves is what the rules of `servers/src/http` cost.

use std::fmt::Write;
use std::mem::MaybeUninit;
use std::time::{Duration, SystemTime};

use httparse::{Request, Status};

/// The header lines that a request may have.
const MOST_HEADERS: usize = 32;

/// A request.
#[derive(Debug)]
pub struct Asked {
    pub route: Route,
    /// How many bytes it took.
    pub length: usize,
    /// Whether the client wants no further answer.
    pub is_last: bool,
}

/// What it asks for.
#[derive(Debug, Clone, Copy)]
pub enum Route {
    Activer,
    Sleeper(Duration),
    NotFound,
}

/// Reads the request that `bytes` begin with; `None` if its end is still to come.
///
/// # Errors
///
/// When it is no HTTP.
pub fn parse(bytes: &[u8]) -> Result<Option<Asked>, httparse::Error> {
    // Not initialised: it would take longer than to parse a short request.
    let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut request = Request::new(&mut []);
    let Status::Complete(length) = request.parse_with_uninit_headers(bytes, &mut headers)? else {
        return Ok(None);
    };
    let mut is_last = false;
    for header in request.headers.iter() {
        if header.name.eq_ignore_ascii_case("connection") {
            is_last = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    let route = match (request.method, request.path) {
        (Some("GET"), Some("/activer")) => Route::Activer,
        (Some("GET"), Some(path)) => match path.strip_prefix("/sleeper?seconds=").map(str::parse) {
            Some(Ok(seconds)) => Route::Sleeper(Duration::try_from_secs_f64(seconds).unwrap_or_default()),
            _ => Route::NotFound,
        },
        _ => Route::NotFound,
    };
    Ok(Some(Asked { route, length, is_last }))
}

/// The first lines of every answer, whose date is written once a second.
#[derive(Debug, Default)]
pub struct Answers {
    second: u64,
    date: String,
}

impl Answers {
    /// Looks at the clock: once a turn is enough.
    pub fn refresh(&mut self) {
        let now = SystemTime::now();
        let second = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        if second != self.second {
            self.second = second;
            self.date.clear();
            // Writing to a String cannot fail.
            let _ = write!(self.date, "{}", httpdate::HttpDate::from(now));
        }
    }

    /// Appends the answer to `output`.
    pub fn write(&self, asked: &Asked, output: &mut Vec<u8>) {
        let (status, body) = match asked.route {
            Route::Activer if !asked.is_last => {
                // Known when the program was compiled, but for the date.
                output.extend_from_slice(b"HTTP/1.1 200 OK\r\nDate: ");
                output.extend_from_slice(self.date.as_bytes());
                output.extend_from_slice(
                    b"\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\
                    Content-Length: 31\r\n\r\nactiver: here you are, at once\n",
                );
                return;
            }
            Route::Activer => ("200 OK", "activer: here you are, at once\n".to_owned()),
            Route::Sleeper(time) => ("200 OK", format!("sleeper: slept {} s\n", time.as_secs_f64())),
            Route::NotFound => ("404 Not Found", String::new()),
        };
        let connection = if asked.is_last { "Connection: close\r\n" } else { "" };
        let text = format!(
            "HTTP/1.1 {status}\r\nDate: {}\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Cache-Control: no-store\r\nContent-Length: {}\r\n{connection}\r\n{body}",
            self.date,
            body.len(),
        );
        output.extend_from_slice(text.as_bytes());
    }
}
