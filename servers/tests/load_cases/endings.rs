//! Stopping in the midst of it all.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::load_support::{ACTIVER, Server, alone, ask, eventually};

/// A client that asks until nothing more is taken.
fn asks_and_never_reads(mut stream: TcpStream) -> TcpStream {
    stream.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
    while stream.write_all(&ACTIVER.repeat(1_000)).is_ok() {}
    stream
}

#[test]
#[ignore = "measures: needs a release build"]
fn a_stop_answers_what_is_under_way_and_refuses_the_rest() {
    let _alone = alone();
    let mut server = Server::start(&[]);
    let mut idle: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut idle {
        ask(stream);
    }
    let mut half: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for stream in &mut half {
        stream.write_all(b"GET /activer HTTP/1.1\r\nHo").unwrap();
    }
    // These take no answer: more is under way to each of them than the kernel keeps.
    let deaf: Vec<TcpStream> = (0..20).map(|_| asks_and_never_reads(server.connect())).collect();
    let mut viewer = server.connect();
    write!(viewer, "GET /loop/events HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).unwrap();
    assert!(viewer.read(&mut [0; 1024]).unwrap() > 0);
    let mut sleepers: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for stream in &mut sleepers {
        stream.write_all(b"GET /sleeper?seconds=1 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    }
    // All are where they should be when this one, which came after them, has been answered.
    ask(&mut server.connect());

    server.signal("TERM");
    let asked = Instant::now();
    eventually("connections to be refused", || {
        TcpStream::connect(server.address)
            .is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
            .then_some(())
    });
    let refused = asked.elapsed();
    for stream in &mut idle {
        assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "closed without a word");
    }
    let closed = asked.elapsed();
    // What has been sent before may still come.
    let _ = io::copy(&mut viewer, &mut io::sink());
    // Half a head is under way too: whoever sends the rest is answered.
    for mut stream in half {
        stream.write_all(b"st: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let told = asked.elapsed();
    drop(deaf);
    for stream in &mut sleepers {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    }
    drop(sleepers);
    assert_eq!(server.wait().code(), Some(0));
    let ended = asked.elapsed();
    println!(
        "SIGTERM: refused after {refused:?}, idle closed after {closed:?}, viewer closed and half heads answered after {told:?}, ended after {ended:?}"
    );
    assert!(refused < Duration::from_millis(10), "refused only after {refused:?}");
    assert!(closed < Duration::from_millis(10), "idle connections were closed only after {closed:?}");
    assert!(told < Duration::from_millis(100), "viewer and half heads were done with only after {told:?}");
    assert!(ended < Duration::from_secs(3), "ended only after {ended:?}");
}
