//! Readers, writers and callbacks on sockets: on socket pairs and the virtual clock, turn by turn
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
    mod chunks;
    mod datagrams;
    mod reading;
    mod serving;
    mod watching;
    mod writing;
}

use std::os::unix;
use std::time::Duration;

use executor::net::{StreamReader, StreamWriter, UnixStream};

const HOUR: Duration = Duration::from_hours(1);

type UnixReader = StreamReader<unix::net::UnixStream>;
type UnixWriter = StreamWriter<unix::net::UnixStream>;

/// A reader, and the stream at the other end.
fn reader() -> (UnixReader, UnixStream) {
    let (near, far) = UnixStream::pair().unwrap();
    // The writer is dropped, which ends its direction only.
    let (reader, _) = near.split();
    (reader, far)
}

/// A writer, and the stream at the other end.
fn writer() -> (UnixWriter, UnixStream) {
    let (near, far) = UnixStream::pair().unwrap();
    (near.split().1, far)
}

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

/// `count` bytes of which no two places nearby look alike, so that a lost or doubled piece is
/// noticed.
fn cargo(count: usize) -> Vec<u8> {
    (0..count).map(|at| u8::try_from((at ^ (at >> 8) ^ (at >> 16)) & 0xff).unwrap()).collect()
}
