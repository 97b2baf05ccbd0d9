//! A listener whose line is full takes no further connection for now: the one way to see a handshake
//! under way on one machine. How long the line is, and what becomes of whoever comes too late, is Linux's.

use std::time::Duration;

use executor::net::{TcpListener, TcpStream};
use executor::{BackendKind, Choice, ClockKind, EventLoop, spawn, timeout};
use socket2::{Domain, Socket, Type};

use crate::anywhere;

#[test]
fn a_connection_that_takes_its_time() {
    // It takes a second of real time: once on each backend is enough.
    for (_, backend) in BackendKind::CHOICES {
        let event_loop = EventLoop::builder().backend(*backend).clock(ClockKind::Real);
        event_loop.build().unwrap().block_on(connecting_to_a_full_line());
    }
}

async fn connecting_to_a_full_line() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&anywhere().into()).unwrap();
    listener.listen(0).unwrap();
    let listener = std::net::TcpListener::from(listener);
    let address = listener.local_addr().unwrap();
    let first = TcpStream::connect(address).await.unwrap();
    let second = spawn(TcpStream::connect(address));
    let third = timeout(Duration::from_millis(50), TcpStream::connect(address)).await;
    assert!(third.is_err(), "there is no room for it, and giving up is allowed");
    assert!(!second.is_finished());
    // The kernel of the second one knocks again, about a second after its first time.
    let listener = TcpListener::from_std(listener).unwrap();
    drop(listener.accept().await.unwrap());
    let second = second.await.unwrap().unwrap();
    assert_eq!(second.peer_addr().unwrap(), address);
    drop(first);
}
