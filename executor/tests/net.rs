//! TCP on the loop: real sockets, or Unix sockets under the virtual clock where time must be exact.
//!
//! Nothing here sleeps to let something happen. What must happen is waited for; what must not is
//! asked under the virtual clock, where "it did not come in an hour" takes no time.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::net::SocketAddr;

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod sockets;
}

mod cases {
    mod connections;
    mod descriptors;
    #[cfg(target_os = "linux")]
    mod full_line;
    mod waiting;
}

/// Any free port of this machine.
fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}
