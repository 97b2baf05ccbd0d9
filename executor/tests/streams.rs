//! Callbacks on sockets: on socket pairs and the virtual clock, turn by turn
//! where a turn means something, and on every kind of loop.
//!
//! Where real time and TCP are needed (a reset, a name to look up), nothing is measured.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

mod support {
    pub(crate) mod kinds;
    pub(crate) mod loops;
    pub(crate) mod patience;
    pub(crate) mod transcript;
}

mod cases {
    mod watching;
}

use std::time::Duration;

use executor::net::UnixStream;

const HOUR: Duration = Duration::from_hours(1);

/// Takes all that has arrived.
fn take(stream: &UnixStream) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 100_000]);
    while let Ok(count) = stream.try_read(&mut buffer) {
        all.extend_from_slice(&buffer[..count]);
        if count == 0 {
            break;
        }
    }
    all
}
