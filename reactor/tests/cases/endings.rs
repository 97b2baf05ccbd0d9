//! Closed and failed are events too: trying again tells which.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use reactor::{BackendKind, Direction, Registered};
use socket2::{Domain, SockRef, Socket, Type};

use crate::support::{Bench, Label, arm_reader, arm_writer, read_by_contract, take};

pub(crate) fn half_close(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.tcp_pair();
    arm_reader(&near, "reader");
    far.shutdown(Shutdown::Write).unwrap();
    bench.expect(&["reader"]);
    assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 0);

    // Only one half is closed: what we say still arrives.
    near.get().write_all(b"hello").unwrap();
    take(&far, 5);
    near.get().shutdown(Shutdown::Write).unwrap();
    assert_eq!(far.read(&mut [0; 64]).unwrap(), 0);
}

pub(crate) fn half_close_leaves_a_blocked_writer_alone(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.pair();
    let sent = arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    far.shutdown(Shutdown::Write).unwrap();
    bench.expect(&["reader"]);
    bench.quiet();
    take(&far, sent);
    bench.expect(&["writer"]);
    near.get().write_all(b"hello").unwrap();
}

/// Bytes and the end arrive together, as one event. The read after it is short, which usually means
/// "nothing more": here it does not, and an edge-triggered kernel will not say so again.
pub(crate) fn an_end_merged_into_the_last_bytes(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    for close in [true, false] {
        let (near, mut far) = bench.tcp_pair();
        arm_reader(&near, "reader");
        far.write_all(b"last").unwrap();
        far.shutdown(Shutdown::Write).unwrap();
        let far = if close { None } else { Some(far) };
        bench.expect(&["reader"]);
        assert_eq!(near.get().read(&mut [0; 64]).unwrap(), 4);
        near.drained(Direction::Read);
        bench.quiet();
        assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 64]).unwrap(), 0);
        drop(far);
    }
}

pub(crate) fn an_end_after_a_short_read(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, mut far) = bench.tcp_pair();
    far.write_all(b"last").unwrap();
    assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 64]).unwrap(), 4);
    near.drained(Direction::Read);
    drop(far);
    assert_eq!(read_by_contract(&mut bench, &near, &mut [0; 64]).unwrap(), 0);
}

pub(crate) fn hang_up_tells_both_directions(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.pair();
    arm_writer(&near, "writer");
    arm_reader(&near, "reader");
    bench.quiet();
    drop(far);
    bench.expect(&["reader", "writer"]);
    // What the peer threw away unread makes the first read an error on some systems; either way it
    // is over.
    let mut tries = 0;
    while near.get().read(&mut [0; 64]).ok() != Some(0) {
        tries += 1;
        assert!(tries < 3, "no end in sight");
    }
    assert_eq!(near.get().write(b"hello").unwrap_err().kind(), ErrorKind::BrokenPipe);

    // The end stays known: whoever takes a short try for a drained socket must not wait for an
    // event that came already.
    for direction in [Direction::Read, Direction::Write] {
        near.drained(direction);
        bench.quiet();
        if !near.is_ready(direction) {
            near.arm(direction, "told again").unwrap();
            bench.expect(&["told again"]);
        }
    }
}

/// The peer throws the connection away: `SO_LINGER` of zero makes closing send RST and not FIN.
fn reset(far: TcpStream) {
    SockRef::from(&far).set_linger(Some(Duration::ZERO)).unwrap();
    drop(far);
}

pub(crate) fn reset_tells_the_reader(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.tcp_pair();
    arm_reader(&near, "reader");
    bench.quiet();
    reset(far);
    bench.expect(&["reader"]);
    assert_eq!(near.get().read(&mut [0; 64]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

pub(crate) fn reset_tells_the_writer(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let (near, far) = bench.tcp_pair();
    let mut far = Some(far);
    // TCP may still be moving bytes into the peer's buffers, and find room for more: the writer
    // that is told so must fill it and arm again, until it is told of the reset.
    let error = loop {
        match near.get().write(&[b'.'; 4096]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                near.would_block(Direction::Write);
                near.arm(Direction::Write, "writer").unwrap();
                if let Some(far) = far.take() {
                    reset(far);
                }
                bench.expect(&["writer"]);
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
}

/// A connect that does not wait, as an event loop makes it.
fn connecting(bench: &Bench, peer: SocketAddr) -> Registered<TcpStream, Label> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    if let Err(error) = socket.connect(&peer.into()) {
        assert_ne!(error.kind(), ErrorKind::ConnectionRefused, "not even in progress");
    }
    let socket = bench.reactor.register(TcpStream::from(socket)).unwrap();
    socket.would_block(Direction::Write);
    socket.arm(Direction::Write, "writer").unwrap();
    socket
}

pub(crate) fn an_accepted_connect_is_writable(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = connecting(&bench, listener.local_addr().unwrap());
    bench.expect(&["writer"]);
    assert!(near.get().take_error().unwrap().is_none());
    near.get().write_all(b"hello").unwrap();
    let (far, _) = listener.accept().unwrap();
    take(&far, 5);
}

pub(crate) fn a_refused_connect_tells_both_directions(kind: BackendKind) {
    let mut bench = Bench::new(kind);
    // Bound but not listening: nobody else can take the port meanwhile and answer.
    let mute = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    mute.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let near = connecting(&bench, mute.local_addr().unwrap().as_socket().unwrap());
    near.would_block(Direction::Read);
    near.arm(Direction::Read, "reader").unwrap();
    bench.expect(&["reader", "writer"]);
    assert_eq!(near.get().take_error().unwrap().unwrap().kind(), ErrorKind::ConnectionRefused);
}
