//! What is asked of whom, and when.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::Serialize;

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one on the event loop.
    Async,
    /// The one that blocks.
    Blocking,
}

impl Side {
    /// Both, in the order in which they are shown.
    pub const BOTH: [Side; 2] = [Side::Async, Side::Blocking];

    /// Its name, everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Side::Async => "async",
            Side::Blocking => "blocking",
        }
    }
}

/// A request's part in the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It asks for something slow.
    Sleeper,
    /// It comes later, asks for next to nothing, and shows whether it has to wait.
    Activer,
}

/// A request that is going to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// To which server.
    pub side: Side,
    /// Where that is.
    pub server: SocketAddr,
    /// Its part.
    pub role: Role,
    /// The path and the query, as they are sent.
    pub target: String,
    /// What it is called: its path, and its number if there are several alike.
    pub label: String,
    /// When it is to be sent.
    pub at: Duration,
}

/// The whole experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the server on the event loop is.
    pub async_server: SocketAddr,
    /// Where the server that blocks is.
    pub blocking_server: SocketAddr,
    /// How long the sleepers ask to sleep; without it they do not say.
    pub seconds: Option<Duration>,
    /// How much later the activer comes.
    pub after: Duration,
    /// How many sleepers each server gets at once.
    pub clients: u32,
    /// Whether the servers run in this process, and so can say when they begin to serve a request.
    pub ours: bool,
}

/// How long a sleeper sleeps that says nothing of it: on our servers, and on those they were made
/// after.
const UNTOLD: Duration = Duration::from_secs(10);

/// How long after each other sleepers are sent that are sent at once: too short to be seen, and long
/// enough for them to queue in the order of their numbers.
const APART: Duration = Duration::from_millis(2);

/// How much longer than the slowest of servers a client waits.
const PATIENCE: Duration = Duration::from_secs(30);

impl Plan {
    /// How much later the activer comes if nobody has said so: while the sleepers sleep, and after the
    /// last of them.
    pub fn usual_after(seconds: Option<Duration>, clients: u32) -> Duration {
        let second = Duration::from_secs(1);
        second.min(seconds.unwrap_or(UNTOLD) / 2).max(APART * clients)
    }

    /// Where a server is.
    pub fn server(&self, side: Side) -> SocketAddr {
        match side {
            Side::Async => self.async_server,
            Side::Blocking => self.blocking_server,
        }
    }

    /// All requests, server by server; each server's in the order in which they are sent.
    pub fn requests(&self) -> Vec<Request> {
        let mut requests = Vec::new();
        for side in Side::BOTH {
            let server = reachable(self.server(side));
            for number in 1..=self.clients {
                let label =
                    if self.clients == 1 { "/sleeper".to_owned() } else { format!("/sleeper {number}") };
                let (role, target, at) = (Role::Sleeper, self.sleeper(), APART * (number - 1));
                requests.push(Request { side, server, role, target, label, at });
            }
            let (role, target, at) = (Role::Activer, "/activer".to_owned(), self.after);
            requests.push(Request { side, server, role, label: target.clone(), target, at });
        }
        requests
    }

    /// What a sleeper asks for.
    pub fn sleeper(&self) -> String {
        match self.seconds {
            Some(time) => format!("/sleeper?seconds={}", time.as_secs_f64()),
            None => "/sleeper".to_owned(),
        }
    }

    /// How long a sleeper sleeps.
    pub fn sleep(&self) -> Duration {
        self.seconds.unwrap_or(UNTOLD)
    }

    /// How long it all takes if one server serves one request after the other.
    pub fn length(&self) -> Duration {
        self.after.max(self.sleep() * self.clients)
    }

    /// How long a client waits for its answer before it gives up.
    pub fn patience(&self) -> Duration {
        self.sleep() * (self.clients + 1) + PATIENCE
    }
}

/// Where a client finds a server that listens on `address`: "everywhere" is where one listens, not
/// where one connects to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
