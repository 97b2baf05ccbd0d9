//! A socket that is closed is never heard of again, whatever the kernel reuses for the next one.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Instant;

use reactor::{BackendKind, Direction, Reactor, Until};

use crate::support::{Bench, PATIENCE, arm_reader, arm_writer};

pub(crate) fn closing_while_armed_drops_the_waiter(kind: BackendKind) {
    let reactor = Reactor::new(kind).unwrap();
    let (near, mut far) = UnixStream::pair().unwrap();
    let near = reactor.register(near).unwrap();
    let waiter = Rc::new(());
    near.would_block(Direction::Read);
    near.arm(Direction::Read, Rc::clone(&waiter)).unwrap();
    near.would_block(Direction::Write);
    near.arm(Direction::Write, Rc::clone(&waiter)).unwrap();
    assert_eq!(Rc::strong_count(&waiter), 3);
    far.write_all(b"hello").unwrap();
    drop(near);
    assert_eq!(Rc::strong_count(&waiter), 1);
    let mut fired = Vec::new();
    reactor.wait(Until::Now, &mut fired).unwrap();
    assert!(fired.is_empty());
}

/// Closes a second socket and counts those left when it is dropped: what a task might do whose
/// waker holds the last of it.
struct Nosy {
    reactor: Reactor<Nosy>,
    _other: reactor::Registered<UnixStream, Nosy>,
    seen: Rc<Cell<Option<usize>>>,
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.seen.set(Some(self.reactor.sources()));
    }
}

pub(crate) fn a_waiter_dropped_by_closing_may_use_the_reactor(kind: BackendKind) {
    let reactor = Reactor::new(kind).unwrap();
    let (near, other) = UnixStream::pair().unwrap();
    let near = reactor.register(near).unwrap();
    let seen = Rc::new(Cell::new(None));
    let waiter =
        Nosy { reactor: reactor.clone(), _other: reactor.register(other).unwrap(), seen: Rc::clone(&seen) };
    near.would_block(Direction::Read);
    near.arm(Direction::Read, waiter).unwrap();
    assert_eq!(reactor.sources(), 2);
    drop(near);
    assert_eq!(seen.get(), Some(1), "its own entry was gone before its waiter was");
    assert_eq!(reactor.sources(), 0);
}

pub(crate) fn a_dropped_source_is_never_reported(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let sources = bench.reactor.sources();
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    arm_writer(&near, "writer");
    // The kernel has its event ready when the socket goes.
    far.write_all(b"hello").unwrap();
    drop(near);
    bench.quiet();
    drop(far);
    bench.quiet();
    assert_eq!(bench.reactor.sources(), sources);
}

pub(crate) fn a_reused_number_and_place_bring_no_stale_event(kind: BackendKind) {
    reuse(kind, false);
}

/// What a child process does that was forked while the socket was open: closing our descriptor does
/// not close the socket, and epoll goes on watching it under the number it had.
pub(crate) fn a_living_copy_of_the_old_descriptor_brings_no_stale_event(kind: BackendKind) {
    reuse(kind, true);
}

fn reuse(kind: BackendKind, keep_a_copy: bool) {
    let mut bench = Bench::new(kind);
    // The kernel gives the lowest free number, but other tests of this process take numbers at the
    // same time.
    for _ in 0..10_000 {
        let (old, mut old_far) = bench.pair();
        let number = old.get().as_raw_fd();
        arm_reader(&old, "old");
        let copy = keep_a_copy.then(|| old.get().try_clone().unwrap());
        old_far.write_all(b"before").unwrap();
        drop(old);
        let (new, mut new_far) = bench.pair();
        if new.get().as_raw_fd() != number {
            continue;
        }
        arm_reader(&new, "new");
        bench.quiet();
        if copy.is_some() {
            old_far.write_all(b"after").unwrap();
        }
        bench.quiet();
        drop(old_far);
        drop(copy);
        bench.quiet();
        assert!(!new.is_ready(Direction::Read), "took the old socket's news for its own");
        new_far.write_all(b"hello").unwrap();
        bench.expect(&["new"]);
        return;
    }
    panic!("the kernel never gave the descriptor's number again");
}

pub(crate) fn numbers_are_never_given_twice(kind: BackendKind) {
    let reactor: Reactor<()> = Reactor::new(kind).unwrap();
    for number in 1..=100 {
        let (near, _far) = UnixStream::pair().unwrap();
        let near = reactor.register(near).unwrap();
        assert_eq!(near.id().number(), number);
        assert_eq!(near.id().to_string(), format!("io{number}"));
    }
}

/// A file is always "ready", so epoll refuses it. The types accept only sockets, but a descriptor
/// can be dressed up. (kqueue does watch files.)
pub(crate) fn what_cannot_be_watched_is_refused(kind: BackendKind) {
    if !cfg!(any(target_os = "linux", target_os = "android")) {
        return;
    }
    let mut bench = Bench::new(kind);
    let sources = bench.reactor.sources();
    let file = File::open(std::env::current_exe().unwrap()).unwrap();
    let disguised = UnixStream::from(OwnedFd::from(file));
    assert!(bench.reactor.register(disguised).is_err());
    assert_eq!(bench.reactor.sources(), sources, "nothing is left of it");
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
}

pub(crate) fn a_registered_socket_outlives_the_handle(kind: BackendKind) {
    let reactor = Reactor::new(kind).unwrap();
    let (near, mut far) = UnixStream::pair().unwrap();
    let near = reactor.register(near).unwrap();
    let handle = reactor.clone();
    drop(reactor);
    near.would_block(Direction::Read);
    near.arm(Direction::Read, ()).unwrap();
    far.write_all(b"hello").unwrap();
    let mut fired = Vec::new();
    let end = Instant::now() + PATIENCE;
    while fired.is_empty() && Instant::now() < end {
        handle.wait(Until::after(PATIENCE), &mut fired).unwrap();
    }
    assert_eq!(fired.len(), 1);
    drop(handle);
    near.arm(Direction::Read, ()).unwrap();
    drop(near);
}
