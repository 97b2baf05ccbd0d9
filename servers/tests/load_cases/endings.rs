//! Stopping in the midst of it all.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::load_support::{Server, alone, ask, eventually};

#[test]
#[ignore = "measures: needs a release build"]
fn a_stop_answers_what_is_under_way_and_refuses_the_rest() {
    let _alone = alone();
    let mut server = Server::start(&[]);
    let mut idle: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut idle {
        ask(stream);
    }
    let mut sleepers: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for stream in &mut sleepers {
        stream.write_all(b"GET /sleeper?seconds=1 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    }
    // They are asleep when this one, which came after them, has been answered.
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
    for stream in &mut sleepers {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    }
    drop(sleepers);
    assert_eq!(server.wait().code(), Some(0));
    let ended = asked.elapsed();
    println!("SIGTERM: refused after {refused:?}, idle closed after {closed:?}, ended after {ended:?}");
    assert!(refused < Duration::from_millis(10), "refused only after {refused:?}");
    assert!(closed < Duration::from_millis(10), "idle connections were closed only after {closed:?}");
    assert!(ended < Duration::from_secs(3), "ended only after {ended:?}");
}
