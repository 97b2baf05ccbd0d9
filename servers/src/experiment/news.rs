//! What happens during the experiment, told by whoever sees it to the one thread that keeps count.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Instant;

use super::plan::Side;

/// Something that happened, and when.
///
/// The time is taken where it happens, for news may have to wait until somebody reads it.
#[derive(Debug)]
pub struct News {
    /// When it happened.
    pub at: Instant,
    /// What it was.
    pub what: What,
}

/// What happened. Requests are known by their place in the plan.
#[derive(Debug)]
pub enum What {
    /// A client is about to connect.
    Sent(usize),
    /// It is connected, from this address. To the client that is all: whether the server has
    /// noticed, it cannot tell.
    Connected(usize, SocketAddr),
    /// A server begins to serve a request that comes from this address.
    Begun(Side, SocketAddr),
    /// The first byte of the answer is here.
    FirstByte(usize),
    /// The whole answer is here, and this is its status.
    Answered(usize, u16),
    /// There will be no answer.
    Failed(usize, io::Error),
    /// One of our servers cannot go on.
    ServerFailed(Side, io::Error),
    /// SIGINT or SIGTERM, by its number.
    Signal(i32),
}

/// Where news is sent.
#[derive(Clone, Debug)]
pub struct Wire(Sender<News>);

impl Wire {
    /// A wire and its other end.
    ///
    /// What is told before something else happens because of it also arrives before: a client tells
    /// that it is connected, then sends its request; so when the server tells that it begins to
    /// serve somebody, that somebody is known.
    pub fn new() -> (Wire, Receiver<News>) {
        let (sender, receiver) = mpsc::channel();
        (Wire(sender), receiver)
    }

    /// Tells what happens now.
    pub fn tell(&self, what: What) {
        // When nobody listens any more, the experiment is over.
        let _ = self.0.send(News { at: Instant::now(), what });
    }
}
