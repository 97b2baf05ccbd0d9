//! One event for what was armed, and for nothing else.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process;

use reactor::{BackendKind, Direction};

use crate::support::{Bench, Label, arm_reader, arm_writer, take};

pub(crate) fn a_reader_hears_of_bytes(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    bench.quiet();
    far.write_all(b"hello").unwrap();
    let fired = bench.expect(&["reader"]);
    assert_eq!((fired[0].source, fired[0].direction), (near.id(), Direction::Read));
    assert!(near.is_ready(Direction::Read));
    assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 5);
}

pub(crate) fn a_writer_hears_of_room(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    bench.quiet();
    take(&far, sent);
    let fired = bench.expect(&["writer"]);
    assert_eq!((fired[0].source, fired[0].direction), (near.id(), Direction::Write));
    assert!(near.is_ready(Direction::Write));
    near.get().write_all(b"more").unwrap();
}

pub(crate) fn every_kind_of_socket_is_heard(kind: BackendKind) {
    let mut bench = Bench::new(kind);

    let listener = bench.reactor.register(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    assert!(listener.get().accept().is_err());
    listener.would_block(Direction::Read);
    listener.arm(Direction::Read, "TcpListener").unwrap();
    let mut client = TcpStream::connect(listener.get().local_addr().unwrap()).unwrap();
    bench.expect(&["TcpListener"]);
    let (stream, _) = listener.get().accept().unwrap();

    let stream = bench.reactor.register(stream).unwrap();
    arm_reader(&stream, "TcpStream");
    client.write_all(b"hello").unwrap();
    bench.expect(&["TcpStream"]);

    let udp = bench.reactor.register(UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
    assert!(udp.get().recv(&mut [0; 64]).is_err());
    udp.would_block(Direction::Read);
    udp.arm(Direction::Read, "UdpSocket").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(b"hello", udp.get().local_addr().unwrap()).unwrap();
    bench.expect(&["UdpSocket"]);

    let (near, far) = UnixDatagram::pair().unwrap();
    let datagram = bench.reactor.register(near).unwrap();
    assert!(datagram.get().recv(&mut [0; 64]).is_err());
    datagram.would_block(Direction::Read);
    datagram.arm(Direction::Read, "UnixDatagram").unwrap();
    far.send(b"hello").unwrap();
    bench.expect(&["UnixDatagram"]);

    let path = env::temp_dir().join(format!("reactor-{}-{}.sock", process::id(), kind.name()));
    let listener = bench.reactor.register(UnixListener::bind(&path).unwrap()).unwrap();
    assert!(listener.get().accept().is_err());
    listener.would_block(Direction::Read);
    listener.arm(Direction::Read, "UnixListener").unwrap();
    let _client = UnixStream::connect(&path).unwrap();
    fs::remove_file(&path).unwrap();
    bench.expect(&["UnixListener"]);
    listener.get().accept().unwrap();
}

pub(crate) fn the_reader_comes_before_the_writer(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    bench.quiet();
    // Room first, bytes second: the order of what happened is not the order in which it is told.
    take(&far, sent);
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader", "writer"]);
}

pub(crate) fn the_writer_stays_armed_when_the_reader_fires(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
    bench.quiet();
    take(&far, sent);
    bench.expect(&["writer"]);
}

pub(crate) fn the_reader_stays_armed_when_the_writer_fires(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    take(&far, sent);
    bench.expect(&["writer"]);
    bench.quiet();
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
}

pub(crate) fn one_event_then_silence_until_armed_again(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "first");
    far.write_all(b"one").unwrap();
    bench.expect(&["first"]);
    // Neither the bytes that still lie there nor new ones are news to anybody.
    bench.quiet();
    far.write_all(b"two").unwrap();
    bench.quiet();
    assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 6);
    arm_reader(&near, "second");
    bench.quiet();
    far.write_all(b"three").unwrap();
    bench.expect(&["second"]);
}

pub(crate) fn a_thousand_rearmings(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    for _ in 0..1000 {
        arm_reader(&near, "reader");
        far.write_all(b"!").unwrap();
        bench.expect(&["reader"]);
        assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 1);
    }
}

pub(crate) fn a_second_waiter_takes_the_place_of_the_first(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "first");
    let before: Option<Label> = near.arm(Direction::Read, "second").unwrap();
    assert_eq!(before, Some("first"));
    far.write_all(b"hello").unwrap();
    bench.expect(&["second"]);
    bench.quiet();
}

pub(crate) fn a_disarmed_waiter_is_not_handed_out(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "reader");
    assert_eq!(near.disarm(Direction::Write), None);
    assert_eq!(near.disarm(Direction::Read), Some("reader"));
    assert_eq!(near.disarm(Direction::Read), None);
    far.write_all(b"hello").unwrap();
    bench.quiet();
    assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 5);
    arm_reader(&near, "again");
    far.write_all(b"hello").unwrap();
    bench.expect(&["again"]);
    assert_eq!(near.disarm(Direction::Read), None, "it has fired");
}

pub(crate) fn disarming_one_direction_leaves_the_other(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    assert_eq!(near.disarm(Direction::Read), Some("reader"));
    // A oneshot backend may still have asked for these, and spend its one shot on them.
    far.write_all(b"hello").unwrap();
    bench.quiet();
    take(&far, sent);
    bench.expect(&["writer"]);
}

pub(crate) fn arming_again_after_disarming(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.pair();
    arm_reader(&near, "given up");
    assert_eq!(near.disarm(Direction::Read), Some("given up"));
    arm_reader(&near, "reader");
    far.write_all(b"hello").unwrap();
    bench.expect(&["reader"]);
    bench.quiet();
}
