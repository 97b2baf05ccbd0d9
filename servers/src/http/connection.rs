//! One connection of the server, as a state machine.
//!
//! ```text
//!            first byte            head complete, body to come
//!   (idle) ------------->  Head  ------------------------------>  Body
//!      ^                     |  head complete, no body              |  body complete
//!      |                     v                                      v
//!      +-----------------  Asked  <---------------------------------+
//!         answer()           |
//!                            |  answer() to a last request, or to an error
//!                            v
//!                          Closed
//! ```
//!
//! [`Connection::next`] says what is to be done, and the driver does it. The state machine never waits,
//! so it can be told the time instead of asking for it: a [`Duration`] since any moment the driver likes,
//! the same for all calls.
//!
//! Two things follow from having the bytes in one place. Requests that came together ("pipelining") are
//! answered one after the other, their answers leave together in one write, and the order is right
//! without anybody seeing to it. And a request is answered even if garbage follows it, or the end of the
//! stream: what comes later is only looked at later.

use std::mem;
use std::rc::Rc;
use std::time::Duration;

use super::body::{BodyReader, Extent};
use super::buffers::{self, SpareBuffers};
use super::error::Error;
use super::framing::Framing;
use super::head::{Head, HeadReader};
use super::limits::Limits;
use super::request::{Method, Request, Version};
use super::response::{ConnectionHeader, Response};

/// Empty lines forgiven before a request line: some old clients send one after a body (RFC 9112, section
/// 2.2).
const FORGIVEN_EMPTY_LINES: u8 = 2;

/// What a client that asked `Expect: 100-continue` waits for before it sends its body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What the driver has to do next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Write all of [`Connection::output`]; then read, and report to [`Connection::receive`] (or
    /// [`Connection::receive_spare`]) or [`Connection::receive_end`]. If nothing comes before `until`, just
    /// ask for the next step. (How long the *write* may take is the driver's to decide: only it knows whether
    /// the peer reads.)
    Read {
        /// A moment by the clock of `now`. With each request it may move on, and a driver need not move
        /// its timer along: let it fire, ask for the next step, and set it anew only then. Where it comes
        /// nearer, set it at once.
        until: Duration,
    },
    /// Write all of [`Connection::output`]: so many answers wait that no more are made until they are gone.
    Write,
    /// Answer this request, by exactly one call of [`Connection::answer`]. If the answer will take time,
    /// write what is in [`Connection::output`] first: answers to earlier requests should not wait for
    /// this one.
    Answer(Request<'a>),
    /// Answer with [`Error::response`], by exactly one call of [`Connection::answer`].
    Refuse(Error),
    /// Write all of [`Connection::output`] and close. To close so that the peer gets the last answer:
    /// shut down the sending half, then read and drop what still comes, within a bound, until the peer
    /// has closed as well. A socket that is closed with bytes unread sends a reset, and that destroys an
    /// answer on its way.
    Close,
}

/// A connection, from its first byte to its last.
///
/// It begins idle, and idle it owns no memory beyond itself if the driver lends it [`SpareBuffers`].
///
/// Whatever the peer does, it never keeps more than one head, one body with its trailers, what the last
/// two reads brought, [`Limits::max_unsent`] bytes of answers and one answer more (and spare room of the
/// same size, as a growing `Vec` has it): it asks for more bytes only when those it has make up no
/// request.
#[derive(Debug)]
pub struct Connection {
    limits: Rc<Limits>,
    /// Received bytes; those before `consumed` are done with.
    input: Vec<u8>,
    consumed: usize,
    /// Bytes to send; those before `sent` are gone.
    output: Vec<u8>,
    sent: usize,
    state: State,
    /// Empty lines before this request.
    empty_lines: u8,
    requests_left: u32,
    /// The peer will send nothing more.
    input_ended: bool,
    /// The peer has said that its last request was the last: it will send nothing more, if it keeps its word.
    said_goodbye: bool,
    /// The server wants to stop.
    finishing: bool,
    /// Nothing, as long as it is our turn.
    wait: Option<Wait>,
}

/// Where in the picture above. What is only needed in one place of it exists only there.
#[derive(Debug)]
enum State {
    /// Waiting for a request, or in the middle of its head.
    Head(HeadReader),
    /// The head is known, and not all of the body has come. In a box, since most connections have no such
    /// thing, and an idle one should be small.
    Body(Box<(Head, BodyReader)>),
    /// A request or an error was handed out; the answer is the driver's to give.
    Asked(Exchange),
    /// Nothing is read any more.
    Closed,
}

/// What has to be remembered of a request until it is answered. Its bytes need not be: they are free as
/// soon as the route has seen them, so a sleeper holds no buffer.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    version: Version,
    head_only: bool,
    keep_alive: bool,
}

/// What we wait for from the peer, and since when. Its time begins with the waiting and goes on until it
/// is for something else: bytes that trickle in do not put its end off.
#[derive(Debug, Clone, Copy)]
struct Wait {
    what: Awaited,
    since: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// Time between requests.
    Request,
    /// Time for a head.
    RestOfHead,
    /// Time for a body.
    RestOfBody,
}

impl Connection {
    /// A connection of which nothing has been read.
    pub fn new(limits: Rc<Limits>) -> Connection {
        Connection {
            requests_left: limits.max_requests,
            limits,
            input: Vec::new(),
            consumed: 0,
            output: Vec::new(),
            sent: 0,
            state: State::Head(HeadReader::default()),
            empty_lines: 0,
            input_ended: false,
            said_goodbye: false,
            finishing: false,
            wait: None,
        }
    }

    /// What to do next, at the time `now`.
    ///
    /// Time enters here and nowhere else: a deadline begins with the step that waits for something, and
    /// has passed when this is called after it and the bytes are still missing.
    ///
    /// # Panics
    ///
    /// If the last step was `Answer` or `Refuse` and has not been answered.
    pub fn next(&mut self, now: Duration) -> Step<'_> {
        match self.state {
            State::Asked(_) => panic!("next() before the last step was answered"),
            State::Closed => return Step::Close,
            State::Head(_) | State::Body(..) => {}
        }
        if self.output().len() >= self.limits.max_unsent {
            return Step::Write;
        }
        if !self.has_input() {
            return self.wait_for_peer(now);
        }
        match self.read_request() {
            Ok(Some((head, extent))) => self.ask(&head, &extent),
            Ok(None) => self.wait_for_peer(now),
            Err(error) => self.refuse(error),
        }
    }

    /// Takes bytes that were read. After the connection has said `Close`, they are dropped.
    pub fn receive(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Closed) {
            return;
        }
        if self.consumed > 0 {
            self.input.drain(..self.consumed);
            self.consumed = 0;
        }
        self.input.extend_from_slice(bytes);
    }

    /// Borrows the spare buffers, and takes the bytes that were read into [`SpareBuffers::room`]. As
    /// [`Connection::receive`], but nothing is copied, unless there is something to append it to.
    pub fn receive_spare(&mut self, spare: &mut SpareBuffers) {
        if self.has_input() || matches!(self.state, State::Closed) {
            self.receive(&spare.input);
        } else {
            mem::swap(&mut self.input, &mut spare.input);
            self.consumed = 0;
        }
        spare.input.clear();
        buffers::lend(&mut spare.output, &mut self.output);
    }

    /// Takes note that the peer has sent its last byte.
    ///
    /// It may have closed only its sending half and still wait for answers (`printf ... | nc` does). So
    /// all complete requests are answered first. Half a request gets a 400; at worst nobody is there to
    /// read it.
    pub fn receive_end(&mut self) {
        self.input_ended = true;
    }

    /// Appends the answer to the request or error of the last step. `date_line` is that of a
    /// [`DateLine`](super::DateLine).
    ///
    /// # Panics
    ///
    /// If nothing is to be answered.
    pub fn answer(&mut self, response: &Response, date_line: &str) {
        let State::Asked(exchange) = self.state else { panic!("answer() without a request to answer") };
        // Four can want to close: the peer, the limits, the server, and an answer without a length.
        let keep_alive = exchange.keep_alive && !self.finishing && !response.is_stream();
        let header = match (keep_alive, exchange.version) {
            (false, _) => ConnectionHeader::Close,
            (true, Version::Http10) => ConnectionHeader::KeepAlive,
            (true, Version::Http11) => ConnectionHeader::None,
        };
        response.write(&mut self.output, date_line, header, exchange.head_only);
        self.state = if keep_alive { State::Head(HeadReader::default()) } else { State::Closed };
    }

    /// The bytes that wait to be sent.
    pub fn output(&self) -> &[u8] {
        &self.output[self.sent..]
    }

    /// Takes note that the first `count` bytes of [`Connection::output`] have been sent.
    ///
    /// # Panics
    ///
    /// If there were not so many.
    pub fn sent(&mut self, count: usize) {
        assert!(count <= self.output().len(), "more was sent than there was to send");
        self.sent += count;
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
        }
    }

    /// Whether it has not had a request yet.
    fn is_new(&self) -> bool {
        self.requests_left == self.limits.max_requests
    }

    /// Whether it waits for a request of which no byte has come. Such a connection can be closed at any
    /// time without breaking anything off.
    pub fn is_idle(&self) -> bool {
        self.wait.is_some_and(|wait| wait.what == Awaited::Request)
    }

    /// Whether the socket can be closed as soon as the last answer is written, if all that has come was
    /// read: the peer has announced that it sends nothing more. Otherwise close it as [`Step::Close`]
    /// says.
    pub fn may_just_close(&self) -> bool {
        self.said_goodbye && !self.has_input()
    }

    /// Whether bytes of a further request have been received.
    pub fn has_input(&self) -> bool {
        self.consumed < self.input.len()
    }

    /// Lets the connection end; the server stops, for instance. A request that is complete is still
    /// answered, with `Connection: close`; after it, or at once if there is none, comes `Close`.
    pub fn finish(&mut self) {
        self.finishing = true;
    }

    /// Takes the spare buffers, where this connection has none. Call it just before
    /// [`Connection::receive`], and before [`Connection::answer`] if the buffers were returned since.
    pub fn borrow_buffers(&mut self, spare: &mut SpareBuffers) {
        buffers::lend(&mut spare.input, &mut self.input);
        buffers::lend(&mut spare.output, &mut self.output);
    }

    /// Gives the buffers back, but for bytes that are still needed. Call it before waiting for anything.
    pub fn return_buffers(&mut self, spare: &mut SpareBuffers) {
        buffers::take_back(&mut self.input, self.consumed, &mut spare.input);
        self.consumed = 0;
        buffers::take_back(&mut self.output, self.sent, &mut spare.output);
        self.sent = 0;
    }

    /// Bytes of heap memory that this connection holds.
    pub fn heap_bytes(&self) -> usize {
        self.input.capacity() + self.output.capacity()
    }

    /// Goes on reading until a request is complete (`Some`) or bytes are missing (`None`).
    fn read_request(&mut self) -> Result<Option<(Head, Extent)>, Error> {
        if let State::Head(_) = self.state {
            self.skip_empty_lines();
        }
        let (head, mut body) = match &mut self.state {
            State::Head(reader) => {
                let Some(head) = reader.read(&self.input[self.consumed..], &self.limits)? else {
                    return Ok(None);
                };
                self.invite_body(&head);
                // A request without a body has one of length zero: one way through for both.
                let body = BodyReader::new(head.end(), head.framing);
                (head, body)
            }
            State::Body(_) => {
                // `Closed` only until the parts are put back or handed out.
                let State::Body(parts) = mem::replace(&mut self.state, State::Closed) else {
                    return Ok(None);
                };
                *parts
            }
            State::Asked(_) | State::Closed => return Ok(None),
        };
        if let Some(extent) = body.read(&mut self.input, self.consumed, &self.limits)? {
            return Ok(Some((head, extent)));
        }
        // Put away until more bytes have come.
        self.state = State::Body(Box::new((head, body)));
        Ok(None)
    }

    /// Empty lines are consumed at once and not as part of the head. So one that comes after the last
    /// request does not make an idle connection look like one that is in the middle of asking.
    fn skip_empty_lines(&mut self) {
        while self.empty_lines < FORGIVEN_EMPTY_LINES && self.input[self.consumed..].starts_with(b"\r\n") {
            self.consumed += 2;
            self.empty_lines += 1;
            // It may have seen the CR already.
            self.state = State::Head(HeadReader::default());
        }
    }

    /// Tells a client that asked first to send its body. If the body is on its way already, the client
    /// did not wait, and needs no telling.
    fn invite_body(&mut self, head: &Head) {
        let body_has_begun = self.input.len() > self.consumed + head.end();
        if head.expects_continue && head.framing != Framing::Length(0) && !body_has_begun {
            self.output.extend_from_slice(CONTINUE);
        }
    }

    /// Hands out the request that is complete, and moves on: its bytes count as consumed from now on.
    fn ask(&mut self, head: &Head, extent: &Extent) -> Step<'_> {
        self.requests_left = self.requests_left.saturating_sub(1);
        let exchange = Exchange {
            version: head.version,
            head_only: head.method == Method::Head,
            keep_alive: head.keep_alive && self.requests_left > 0,
        };
        let request = head.request(&self.input[self.consumed..], extent.body.clone());
        self.consumed += extent.end;
        // Behind a body, some old clients send an empty line; and some send a body without saying so.
        let has_no_body = extent.body.is_empty() && matches!(head.method, Method::Get | Method::Head);
        self.said_goodbye = !head.keep_alive && has_no_body;
        self.empty_lines = 0;
        self.wait = None;
        self.state = State::Asked(exchange);
        Step::Answer(request)
    }

    /// Bytes are missing: read, unless none will come, or not in time.
    fn wait_for_peer(&mut self, now: Duration) -> Step<'_> {
        let what = match self.state {
            State::Body(..) => Awaited::RestOfBody,
            _ if self.head_has_begun() => Awaited::RestOfHead,
            _ => Awaited::Request,
        };
        if self.finishing || (self.input_ended && what == Awaited::Request) {
            return self.close();
        }
        if self.input_ended {
            return self.refuse(Error::Truncated);
        }
        let since = match self.wait {
            Some(wait) if wait.what == what => wait.since,
            // The time for the first head begins with the connection.
            Some(wait) if self.is_new() && what == Awaited::RestOfHead => wait.since,
            _ => now,
        };
        self.wait = Some(Wait { what, since });
        let until = since.saturating_add(self.patience(what));
        if now < until {
            return Step::Read { until };
        }
        match what {
            Awaited::RestOfHead => self.refuse(Error::HeadTimeout),
            Awaited::RestOfBody => self.refuse(Error::BodyTimeout),
            Awaited::Request => self.close(),
        }
    }

    /// Half an empty line does not begin a head: the other half would end it, and the time for a request would
    /// begin anew.
    fn head_has_begun(&self) -> bool {
        !matches!(self.input[self.consumed..], [] | [b'\r'])
    }

    /// How long we wait for it.
    fn patience(&self, what: Awaited) -> Duration {
        match what {
            // A client that says nothing gets no longer than one that says something slowly.
            Awaited::Request if self.is_new() => self.limits.idle_timeout.min(self.limits.head_timeout),
            Awaited::Request => self.limits.idle_timeout,
            Awaited::RestOfHead => self.limits.head_timeout,
            Awaited::RestOfBody => self.limits.body_timeout,
        }
    }

    /// Hands out an error to be answered. Whatever was received is dropped: nobody knows what it means.
    fn refuse(&mut self, error: Error) -> Step<'_> {
        self.said_goodbye = false;
        // The head may be too broken to have a method; a HEAD whose first word is whole still must not
        // get a body.
        let head_only = self.input[self.consumed..].starts_with(b"HEAD ");
        self.drop_input();
        self.state = State::Asked(Exchange { version: Version::Http11, head_only, keep_alive: false });
        Step::Refuse(error)
    }

    /// Nothing to say: close.
    fn close(&mut self) -> Step<'_> {
        self.drop_input();
        self.state = State::Closed;
        Step::Close
    }

    /// Nothing more is wanted from the peer, so nothing of it is kept and no time runs.
    fn drop_input(&mut self) {
        self.input.clear();
        self.consumed = 0;
        self.wait = None;
    }
}
