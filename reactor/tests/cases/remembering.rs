//! Try first: no news is lost for coming when nobody was armed.

use std::io::{ErrorKind, Read, Write};

use reactor::{BackendKind, Direction};

use crate::support::{Bench, arm_reader, read_by_contract};

pub(crate) fn a_new_socket_counts_as_ready(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    assert!(near.is_ready(Direction::Read));
    assert!(near.is_ready(Direction::Write));
    assert_eq!(near.get().read(&mut [0; 64]).unwrap_err().kind(), ErrorKind::WouldBlock, "non-blocking");
    near.would_block(Direction::Read);
    assert!(!near.is_ready(Direction::Read));
    assert!(near.is_ready(Direction::Write), "directions are told apart");
    far.write_all(b"hello").unwrap();
    assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 64]).unwrap(), 5);
}

pub(crate) fn bytes_between_would_block_and_arm(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    for _ in 0..100 {
        assert_eq!(near.get().read(&mut [0; 64]).unwrap_err().kind(), ErrorKind::WouldBlock);
        near.would_block(Direction::Read);
        far.write_all(b"hello").unwrap();
        near.arm(Direction::Read, "reader").unwrap();
        bench.expect(&["reader"]);
        assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 5);
    }
}

pub(crate) fn bytes_while_nobody_is_armed(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    for _ in 0..100 {
        near.would_block(Direction::Read);
        far.write_all(b"hello").unwrap();
        // This goes through waits that take the news from the kernel, if the backend asked for it.
        bench.quiet();
        // An edge is not repeated, so the table must have kept it; a oneshot backend asks afresh
        // when it is armed.
        assert_eq!(near.is_ready(Direction::Read), kind == BackendKind::Mio);
        assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 64]).unwrap(), 5);
    }
}

pub(crate) fn bytes_that_a_fired_reader_left(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
    for _ in 0..5 {
        bench.quiet();
        assert!(near.is_ready(Direction::Read));
        assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 1]).unwrap(), 1);
    }
    arm_reader(&near, "reader");
    bench.quiet();
}

pub(crate) fn drained_saves_a_try_and_loses_nothing(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    let mut buffer = [0; 64];
    for _ in 0..100 {
        far.write_all(b"hello").unwrap();
        assert_eq!(read_by_contract(&mut bench, &near, &mut buffer).unwrap(), 5);
        near.drained(Direction::Read);
        assert!(!near.is_ready(Direction::Read), "the try that is saved");
        assert!(near.is_ready(Direction::Write), "directions are told apart");
    }
    near.arm(Direction::Read, "reader").unwrap();
    bench.quiet();
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
}
