//! Armed for a state and not for a change: told again for as long as it lasts.

use std::io::{Read, Write};
use std::rc::Rc;

use reactor::{BackendKind, Direction, Reactor, Until};

use crate::support::{Bench, arm_reader, arm_writer, take};

pub(crate) fn unread_bytes_are_told_again_and_again(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    far.write_all(b"xyz").unwrap();
    for _ in 0..3 {
        near.arm_level(Direction::Read, "reader").unwrap();
        bench.expect(&["reader"]);
        assert_eq!(near.get().read(&mut [0; 1]).unwrap(), 1);
    }
    near.arm_level(Direction::Read, "reader").unwrap();
    bench.quiet();
    far.write_all(b"!").unwrap();
    bench.expect(&["reader"]);
}

pub(crate) fn a_new_socket_is_told_what_is_true(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, _far) = bench.pair();
    assert!(near.is_ready(Direction::Read), "in the table, for want of better knowledge");
    near.arm_level(Direction::Read, "reader").unwrap();
    near.arm_level(Direction::Write, "writer").unwrap();
    bench.expect(&["writer"]);
    bench.quiet();
}

pub(crate) fn what_was_read_before_the_wait_is_not_told(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    far.write_all(b"hello").unwrap();
    near.arm_level(Direction::Read, "reader").unwrap();
    assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 5);
    bench.quiet();
}

pub(crate) fn room_is_told_as_long_as_there_is_some(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.pair();
    for _ in 0..3 {
        near.arm_level(Direction::Write, "writer").unwrap();
        bench.expect(&["writer"]);
        near.get().write_all(b"hello").unwrap();
    }
    let sent = arm_writer(&near, "writer");
    assert_eq!(near.arm_level(Direction::Write, "full").unwrap(), Some("writer"));
    bench.quiet();
    take(&far, sent + 15);
    bench.expect(&["full"]);
}

pub(crate) fn an_end_is_told_again_and_again(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.pair();
    drop(far);
    for _ in 0..3 {
        near.arm_level(Direction::Read, "reader").unwrap();
        near.arm_level(Direction::Write, "writer").unwrap();
        bench.expect(&["reader", "writer"]);
        assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 0);
    }
}

pub(crate) fn a_level_leaves_the_other_direction_alone(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    for _ in 0..3 {
        near.arm_level(Direction::Write, "writer").unwrap();
        bench.expect(&["writer"]);
    }
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
    near.arm_level(Direction::Read, "level").unwrap();
    assert_eq!(near.disarm(Direction::Read), Some("level"));
    bench.quiet();
}

pub(crate) fn all_waiters_can_be_taken_back(kind: BackendKind) {
    let reactor = Reactor::new(kind).unwrap();
    let (near, far) = std::os::unix::net::UnixStream::pair().unwrap();
    let (near, far) = (reactor.register(near).unwrap(), reactor.register(far).unwrap());
    let waiter = Rc::new(());
    for socket in [&near, &far] {
        socket.arm_level(Direction::Read, Rc::clone(&waiter)).unwrap();
        socket.arm_level(Direction::Write, Rc::clone(&waiter)).unwrap();
    }
    assert_eq!(reactor.disarm_all().len(), 4);
    assert_eq!(Rc::strong_count(&waiter), 1);
    let mut fired = Vec::new();
    reactor.wait(Until::Now, &mut fired).unwrap();
    assert!(fired.is_empty() && reactor.disarm_all().is_empty());
}
