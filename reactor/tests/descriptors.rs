//! As many sources as descriptors allow.
//!
//! A program of its own and not a case of `conformance.rs`, because it uses up the process's
//! descriptors.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use reactor::{BackendKind, Direction, Fired, Reactor, Registered, Until};
use rlimit::Resource;

/// Far more than a backend has room for at first (1,024), and than the thousand at which `select` ends.
const AT_LEAST: usize = 4000;

/// Some are taken: the standard streams, the reactor's own, the test harness's.
const LIMIT: u64 = AT_LEAST as u64 + 200;

/// One backend at a time: both share the process's limit.
static DESCRIPTORS: Mutex<()> = Mutex::new(());

#[test]
fn mio() {
    as_many_sources_as_descriptors_allow(BackendKind::Mio);
}

#[test]
fn polling() {
    as_many_sources_as_descriptors_allow(BackendKind::Polling);
}

fn as_many_sources_as_descriptors_allow(kind: BackendKind) {
    let _alone = DESCRIPTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, hard) = Resource::NOFILE.get().unwrap();
    assert!(
        hard >= LIMIT,
        "this test needs {LIMIT} descriptors; this machine's hard limit (ulimit -Hn) is {hard}"
    );
    Resource::NOFILE.set(LIMIT, hard).unwrap();

    let reactor = Reactor::new(kind).unwrap();
    let mut sockets = Vec::new();
    // About where a backend has to make more room, and then as many as there can be.
    for count in [510, 512, 1022, 1024, 2046, 2048, usize::MAX] {
        open(&reactor, &mut sockets, count);
        all_are_heard(&reactor, &sockets);
    }
    assert!(sockets.len() >= AT_LEAST, "only {} sockets", sockets.len());

    // Others in the place of every second pair: numbers and places are reused all over the table.
    let mut numbers = 0..;
    sockets.retain(|_| numbers.next().unwrap() % 4 < 2);
    assert_eq!(reactor.sources(), sockets.len());
    open(&reactor, &mut sockets, usize::MAX);
    all_are_heard(&reactor, &sockets);

    drop(sockets);
    assert_eq!(reactor.sources(), 0);
}

/// Registers socket pairs until there are so many sockets, or the kernel has no descriptor left.
fn open(reactor: &Reactor<usize>, sockets: &mut Vec<Registered<UnixStream, usize>>, count: usize) {
    while sockets.len() < count
        && let Ok((one, other)) = UnixStream::pair()
    {
        sockets.push(reactor.register(one).unwrap());
        sockets.push(reactor.register(other).unwrap());
    }
    assert_eq!(reactor.sources(), sockets.len());
}

/// Every socket is armed, every one gets a byte before the wait, and that must tell of each of them once:
/// what it leaves for the next one would be overtaken by timers.
fn all_are_heard(reactor: &Reactor<usize>, sockets: &[Registered<UnixStream, usize>]) {
    for (number, socket) in sockets.iter().enumerate() {
        assert!(socket.get().read(&mut [0; 8]).is_err());
        socket.would_block(Direction::Read);
        socket.arm(Direction::Read, number).unwrap();
    }
    for socket in sockets {
        socket.get().write_all(b"!").unwrap();
    }
    let mut told = vec![0; sockets.len()];
    let mut fired: Vec<Fired<usize>> = Vec::new();
    reactor.wait(Until::Now, &mut fired).unwrap();
    for event in fired.drain(..) {
        let socket = &sockets[event.waiter];
        assert_eq!((event.source, event.direction), (socket.id(), Direction::Read));
        assert_eq!(socket.get().read(&mut [0; 8]).unwrap(), 1);
        told[event.waiter] += 1;
    }
    reactor.wait(Until::Now, &mut fired).unwrap();
    assert!(fired.is_empty());
    assert!(told.iter().all(|&times| times == 1));
}
