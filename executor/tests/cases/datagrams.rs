//! UDP, and Unix sockets with a name.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::process;

use executor::net::{UdpSocket, UnixListener, UnixStream};
use executor::{ClockKind, spawn, timeout, yield_now};

use crate::support::loops::on_every_kind;

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

#[test]
fn messages_keep_their_bounds_and_their_senders() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (one, other) = (UdpSocket::bind(anywhere()).unwrap(), UdpSocket::bind(anywhere()).unwrap());
            let (here, there) = (one.local_addr().unwrap(), other.local_addr().unwrap());
            let receives = spawn(async move {
                let mut buffer = [0; 4];
                let mut got = Vec::new();
                for _ in 0..3 {
                    let (count, from) = other.recv_from(&mut buffer).await.unwrap();
                    assert_eq!(from, here);
                    got.push(buffer[..count].to_vec());
                }
                (got, other)
            });
            yield_now().await;
            for message in [&b"tea"[..], b"", b"coffee"] {
                assert_eq!(one.send_to(message, there).await.unwrap(), message.len());
            }
            let (got, other) = receives.await.unwrap();
            assert_eq!(got, [&b"tea"[..], b"", b"coff"], "what does not fit is lost");

            one.connect(there).unwrap();
            other.connect(here).unwrap();
            assert_eq!(one.send(b"milk").await.unwrap(), 4);
            let mut buffer = [0; 10];
            assert_eq!(other.recv(&mut buffer).await.unwrap(), 4);
            assert_eq!(&buffer[..4], b"milk");
        });
    });
}

#[test]
fn a_receive_that_is_given_up_loses_no_message() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (one, other) = (UdpSocket::bind(anywhere()).unwrap(), UdpSocket::bind(anywhere()).unwrap());
            let mut buffer = [0; 10];
            let a_moment = std::time::Duration::from_millis(1);
            assert!(timeout(a_moment, other.recv_from(&mut buffer)).await.is_err());
            one.send_to(b"tea", other.local_addr().unwrap()).await.unwrap();
            one.send_to(b"milk", other.local_addr().unwrap()).await.unwrap();
            assert_eq!(other.recv_from(&mut buffer).await.unwrap().0, 3);
            assert_eq!(other.recv_from(&mut buffer).await.unwrap().0, 4);
        });
    });
}

#[test]
fn a_unix_socket_with_a_name() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let path = env::temp_dir().join(format!("executor-streams-{}.sock", process::id()));
            let _ = fs::remove_file(&path);
            assert!(UnixStream::connect(&path).is_err(), "nobody listens");
            let listener = UnixListener::bind(&path).unwrap();
            let server = spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                let (mut reader, writer) = stream.split();
                let line = reader.read_line().await.unwrap();
                writer.write(&line).unwrap();
                writer.close();
                writer.wait_closed().await.unwrap();
            });
            yield_now().await;
            let (mut reader, writer) = UnixStream::connect(&path).unwrap().split();
            fs::remove_file(&path).unwrap();
            writer.write(b"coffee\n").unwrap();
            assert_eq!(reader.read_to_end().await.unwrap(), b"coffee\n");
            server.await.unwrap();
        });
    });
}
