//! `start_server` and `open_connection`: servers, clients, and names.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use executor::net::{
    StreamReader, StreamWriter, TcpListener, TcpStream, open_connection, resolve, start_server,
};
use executor::{ClockKind, Deferred, set_exception_handler, sleep, spawn, timeout, turn, yield_now};

use crate::support::loops::on_every_kind;

fn anywhere() -> std::net::SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

type Notes = Rc<RefCell<Vec<String>>>;

/// Answers after as many milliseconds as the client asks for.
async fn serve(mut reader: StreamReader, writer: StreamWriter) -> io::Result<()> {
    while let Some(line) = reader.next_line().await? {
        let line = String::from_utf8(line).unwrap();
        let (ms, text) = line.trim().split_once(' ').unwrap();
        sleep(Duration::from_millis(ms.parse().unwrap())).await;
        writer.write(format!("{text}!\n").as_bytes())?;
        writer.drain().await?;
    }
    writer.close();
    Ok(())
}

async fn client(notes: Notes, name: &str, port: u16, ms: u64) {
    let (mut reader, writer) = open_connection(format!("127.0.0.1:{port}")).await.unwrap();
    writer.write(format!("{ms} {name}\n").as_bytes()).unwrap();
    notes.borrow_mut().push(format!("{name} asked, wants the answer after {ms} ms"));
    let answer = String::from_utf8(reader.read_line().await.unwrap()).unwrap();
    notes.borrow_mut().push(format!("{name} received {}", answer.trim()));
    writer.close();
    writer.wait_closed().await.unwrap();
}

/// What `CPython` prints for the same program.
#[test]
fn an_echo_server_and_two_clients() {
    on_every_kind(ClockKind::Real, |event_loop| {
        let notes = Notes::default();
        let inside = Rc::clone(&notes);
        event_loop.block_on(async move {
            let server = start_server(anywhere(), serve).unwrap();
            let port = server.local_addr().port();
            let slow = spawn(client(Rc::clone(&inside), "slow", port, 400));
            sleep(Duration::from_millis(20)).await;
            client(Rc::clone(&inside), "fast", port, 20).await;
            slow.await.unwrap();
            server.close();
            server.wait_closed().await;
            inside.borrow_mut().push("server closed".to_owned());
        });
        let expected = [
            "slow asked, wants the answer after 400 ms",
            "fast asked, wants the answer after 20 ms",
            "fast received fast!",
            "slow received slow!",
            "server closed",
        ];
        assert_eq!(*notes.borrow(), expected);
    });
}

#[test]
fn a_closed_server_lets_its_connections_go_on() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let server = start_server(anywhere(), serve).unwrap();
            let address = server.local_addr();
            let (mut reader, writer) = open_connection(address).await.unwrap();
            writer.write(b"0 first\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"first!\n");
            server.close();
            let closing = spawn(server.wait_closed());
            yield_now().await;
            yield_now().await;
            let refused = TcpStream::connect(address).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
            writer.write(b"0 second\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"second!\n");
            assert!(!closing.is_finished(), "a connection is still there");
            writer.close();
            closing.await.unwrap();
        });
    });
}

#[test]
fn connections_can_be_aborted() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let server = start_server(anywhere(), serve).unwrap();
            let (mut reader, writer) = open_connection(server.local_addr()).await.unwrap();
            writer.write(b"0 first\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"first!\n");
            server.close();
            server.abort_connections();
            server.wait_closed().await;
            assert_eq!(reader.read_line().await.unwrap(), b"", "its halves were dropped with its task");
        });
    });
}

#[test]
fn one_bad_connection_concerns_nobody_else() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let server = start_server(anywhere(), |mut reader, writer| async move {
                match reader.read_line().await?.as_slice() {
                    b"fail\n" => Err(io::Error::other("as you wish")),
                    b"panic\n" => panic!("as you wish"),
                    line => writer.write(line),
                }
            })
            .unwrap();
            for (ask, answer) in [("fail\n", ""), ("panic\n", ""), ("tea\n", "tea\n")] {
                let (mut reader, writer) = open_connection(server.local_addr()).await.unwrap();
                writer.write(ask.as_bytes()).unwrap();
                assert_eq!(reader.read_to_end().await.unwrap(), answer.as_bytes());
            }
        });
    });
}

#[test]
fn a_server_serves_until_it_is_closed() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let server = start_server(anywhere(), serve).unwrap();
            assert!(timeout(Duration::from_millis(5), server.wait_closed()).await.is_err());
            let taken = TcpListener::bind(anywhere()).unwrap();
            let error = start_server(taken.local_addr().unwrap(), serve).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AddrInUse);
        });
    });
}

#[test]
fn names_are_looked_up() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            // An address needs no thread, and no turn.
            let before = turn();
            assert_eq!(resolve("127.0.0.1:80").await.unwrap(), ["127.0.0.1:80".parse().unwrap()]);
            assert_eq!(resolve("[::1]:80").await.unwrap(), ["[::1]:80".parse().unwrap()]);
            assert_eq!(turn(), before);

            let listener = TcpListener::bind(anywhere()).unwrap();
            let port = listener.local_addr().unwrap().port();
            let found = resolve(format!("localhost:{port}")).await.unwrap();
            assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == port));
            // A name may have an address where nobody listens (::1); then the next is tried.
            let (_reader, writer) = open_connection(format!("localhost:{port}")).await.unwrap();
            let (_far, peer) = listener.accept().await.unwrap();
            assert_eq!(writer.stream().local_addr().unwrap(), peer);

            assert!(resolve("no port at all").await.is_err());
            let nobody = {
                let gone = TcpListener::bind(anywhere()).unwrap();
                gone.local_addr().unwrap()
            };
            let error = open_connection(nobody).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        });
    });
}

#[test]
fn a_connection_that_panics_is_told_at_once_and_harms_nobody() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let server =
                Rc::new(start_server(anywhere(), |_reader, _writer| async { panic!("on purpose") }).unwrap());
            let told = Deferred::new();
            let (news, host) = (told.clone(), Rc::clone(&server));
            set_exception_handler(move |unhandled| {
                // Whoever hears of it may use the server in every way.
                host.abort_connections();
                let _ = news.set(unhandled.exception.to_owned());
            });
            let port = server.local_addr().port();
            let first = TcpStream::connect(([127, 0, 0, 1], port).into()).await.unwrap();
            assert_eq!(told.await.unwrap(), "panicked: on purpose");
            // The server is still there for others.
            drop(TcpStream::connect(([127, 0, 0, 1], port).into()).await.unwrap());
            drop(first);
            set_exception_handler(|_| ());
            server.close();
            Rc::into_inner(server).unwrap().wait_closed().await;
        });
    });
}
