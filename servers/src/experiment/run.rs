//! Sends the requests, and follows them until all have ended.
//!
//! This is a loop that waits for whatever comes first: news from any of the others, or the time to
//! draw the next frame. `recv_timeout` is to it what phase 2 of a turn is to the event loop.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::bars::Bars;
use super::client;
use super::course::{Course, End};
use super::lines::Lines;
use super::news::{News, What, Wire};
use super::plan::{Plan, Side};

/// How the experiment is shown while it goes on.
#[derive(Debug)]
pub enum Show {
    /// Not at all.
    Nothing,
    /// A line for everything that happens.
    Lines(Lines),
    /// A bar for every request.
    Bars(Bars),
}

/// Why an experiment ended before its time.
#[derive(Debug)]
pub enum Stopped {
    /// Nobody reads what is shown, or no thread could be had.
    Io(io::Error),
    /// Somebody asked for it, by this signal.
    Signal(i32),
    /// One of our own servers could not go on.
    Server(Side, io::Error),
    /// Nobody listens where a server should be.
    NobodyThere(Side, SocketAddr),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Io(error)
    }
}

/// How often bars grow when there is no news.
const FRAME: Duration = Duration::from_millis(50);

/// Carries the plan out, and returns how each of its requests fared.
///
/// # Errors
///
/// If it ended before all requests had.
pub fn run(plan: &Plan, wire: &Wire, news: &Receiver<News>, show: &mut Show) -> Result<Vec<Course>, Stopped> {
    let mut courses: Vec<Course> = plan.requests().into_iter().map(Course::new).collect();
    let zero = Instant::now();
    for (number, course) in courses.iter().enumerate() {
        let (request, patience, wire) = (course.request.clone(), plan.patience(), wire.clone());
        // Nobody joins the thread: its last news is its end.
        thread::Builder::new()
            .name(format!("client {number}"))
            .spawn(move || client::ask(number, &request, zero, patience, &wire))?;
    }

    // One failed request does not end the others: half of the experiment may still show something.
    let mut result = Ok(());
    while result.is_ok() && courses.iter().any(|course| course.end.is_none()) {
        match news.recv_timeout(FRAME) {
            Ok(News { at, what }) => {
                let at = at.saturating_duration_since(zero);
                result = follow(plan, &mut courses, at, what, show);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("`wire` is still here"),
        }
        if let (Show::Bars(bars), Ok(())) = (&mut *show, &result) {
            bars.draw(&courses, zero.elapsed());
        }
    }
    if let (Show::Bars(bars), Err(_)) = (show, &result) {
        bars.abandon()?;
    }
    result.map(|()| courses)
}

/// Notes a piece of news in the course of the request that it is about.
fn follow(
    plan: &Plan,
    courses: &mut [Course],
    at: Duration,
    what: What,
    show: &mut Show,
) -> Result<(), Stopped> {
    let (number, end) = match what {
        What::Signal(signal) => return Err(Stopped::Signal(signal)),
        What::ServerFailed(side, error) => return Err(Stopped::Server(side, error)),
        What::Connected(number, client) => {
            courses[number].client = Some(client);
            return Ok(());
        }
        What::FirstByte(number) => {
            courses[number].first_byte = Some(at);
            return Ok(());
        }
        What::Sent(number) => {
            courses[number].sent = Some(at);
            (number, None)
        }
        What::Begun(side, client) => {
            // One address may be that of two clients: the kernel gives a port away twice if the two
            // connect to different servers.
            let asked = |course: &Course| course.request.side == side && course.client == Some(client);
            let Some(number) = courses.iter().position(asked) else {
                // Somebody else uses the server too: a browser, perhaps.
                return Ok(());
            };
            courses[number].begun = Some(at);
            (number, None)
        }
        What::Answered(number, status) => (number, Some(End { at, result: Ok(status) })),
        What::Failed(number, error) => (number, Some(End { at, result: Err(error) })),
    };
    let course = &mut courses[number];
    if end.is_some() {
        course.end = end;
    }
    // Ours cannot be missing. With one of somebody else's missing, the other's answers, which may be ten
    // seconds away, are not worth waiting for.
    if let Some(End { result: Err(error), .. }) = &course.end
        && error.kind() == io::ErrorKind::ConnectionRefused
        && !plan.ours
    {
        return Err(Stopped::NobodyThere(course.request.side, course.request.server));
    }
    if let Show::Lines(lines) = show {
        lines.tell(course)?;
    }
    Ok(())
}
