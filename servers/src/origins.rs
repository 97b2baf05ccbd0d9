//! Which pages may read our answers: those of the two servers, and no others.
//!
//! A browser lets a page read only what comes from the page's own *origin* (scheme, host and port),
//! unless the other server says in its answer that this page may: CORS, "cross-origin resource sharing".
//! The page at `/loop` asks both servers and so needs the leave of the other one. Everybody else's page,
//! which could be any that is open in the same browser, gets no leave.
//!
//! The names of one's own machine are several, and each is an origin of its own to a browser.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::http::{Request, Response};

/// The names by which a machine calls itself.
const OURSELVES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The port that nobody names.
const USUAL_PORT: u16 = 80;

/// The parts of what a URL or a `Host` says. Nothing if the port is no number.
fn host_and_port(text: &str) -> Option<(&str, u16)> {
    match text.rsplit_once(':') {
        // In an address of version 6 without a port, the last colon is within the brackets.
        Some((host, port)) if !port.ends_with(']') => {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit());
            Some((host, port.parse().ok().filter(|_| digits)?))
        }
        _ => Some((text, USUAL_PORT)),
    }
}

/// Where a server is, as a browser calls it: `http://127.0.0.1:8002`, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    host: String,
    port: u16,
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            USUAL_PORT => write!(f, "http://{}", self.host),
            port => write!(f, "http://{}:{port}", self.host),
        }
    }
}

impl From<SocketAddr> for ServerUrl {
    fn from(address: SocketAddr) -> ServerUrl {
        // An address of version 6 stands in brackets before its port, and that is how it prints.
        let text = address.to_string();
        let host = text.rsplit_once(':').map_or(text.as_str(), |(host, _)| host).to_owned();
        ServerUrl { host, port: address.port() }
    }
}

impl FromStr for ServerUrl {
    type Err = NoServerUrl;

    fn from_str(text: &str) -> Result<ServerUrl, NoServerUrl> {
        let text = text.strip_prefix("http://").ok_or(NoServerUrl)?;
        let (host, port) = host_and_port(text.trim_end_matches('/')).ok_or(NoServerUrl)?;
        // It is going to be part of headers, so only what can be in a name or an address.
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte));
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if plain && !inside.is_empty() && !inside.contains(['[', ']']) {
            Ok(ServerUrl { host: host.to_owned(), port })
        } else {
            Err(NoServerUrl)
        }
    }
}

/// A word that is no [`ServerUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoServerUrl;

impl fmt::Display for NoServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the address of a server: write it like http://127.0.0.1:8002")
    }
}

impl std::error::Error for NoServerUrl {}

/// The origins whose pages may read our answers: none, unless somebody says so.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    /// Those of these servers, under all the names that this machine has for itself.
    pub fn of_servers(servers: &[ServerUrl]) -> Origins {
        let mut allowed = Vec::new();
        for server in servers {
            allowed.push(server.to_string());
            if OURSELVES.contains(&server.host.as_str()) {
                let named = |host: &str| ServerUrl { host: host.to_owned(), port: server.port }.to_string();
                allowed.extend(OURSELVES.map(named));
            }
        }
        Origins { allowed }
    }

    /// The origin of the page that a request comes from, if it may read the answer.
    pub fn allowed(&self, request: &Request<'_>) -> Option<String> {
        if self.allowed.is_empty() {
            return None;
        }
        let origin = request.origin()?;
        self.allowed.iter().find(|allowed| allowed.as_bytes() == origin).cloned()
    }
}

/// Adds the leave to an answer: `origin` is what [`Origins::allowed`] found.
pub fn permit(response: Response, origin: String) -> Response {
    response
        .with_header("Access-Control-Allow-Origin", origin)
        .with_header("Access-Control-Expose-Headers", "Server-Timing")
        .with_header("Vary", "Origin")
}

/// The port that a request has in its `Host`, if that is a name of this machine.
///
/// A page of somebody else can let its own name point to 127.0.0.1 once it is loaded ("DNS rebinding"):
/// then the browser takes us for that page's own server and hands it our answers. The host of such a
/// request is still that page's name.
pub fn port_of_ours(request: &Request<'_>) -> Option<u16> {
    let (host, port) = host_and_port(request.host()?)?;
    if OURSELVES.iter().any(|name| name.eq_ignore_ascii_case(host)) { Some(port) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_the_origin_that_it_is_told_and_the_names_of_this_machine() {
        let local = Origins::of_servers(&["http://127.0.0.1:8001".parse().expect("it is an address")]);
        assert!(local.allowed.contains(&"http://localhost:8001".to_owned()));
        assert!(!local.allowed.contains(&"http://localhost:8002".to_owned()));
        let elsewhere = Origins::of_servers(&["http://example.org:80/".parse().expect("it is an address")]);
        // A browser does not name this port.
        assert_eq!(elsewhere.allowed, ["http://example.org"]);
        let six: SocketAddr = "[::1]:8001".parse().expect("it is an address");
        assert_eq!(ServerUrl::from(six).to_string(), "http://[::1]:8001");
        let six: ServerUrl = "http://[::1]".parse().expect("it is an address");
        assert_eq!(six.to_string(), "http://[::1]");
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for text in [
            "127.0.0.1:80",
            "https://a:80",
            "http://",
            "http://:80",
            "http://a:b",
            "http://a:+80",
            "http://]",
            "http://[]",
            "http://a\r\nb:80",
        ] {
            assert_eq!(text.parse::<ServerUrl>(), Err(NoServerUrl), "{text:?}");
        }
    }
}
