//! A request costs no timer: limits move, and their timer stays.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::cell::Cell;
use std::rc::Rc;

use executor::inspect::{Event, Observer, Record};
use executor::net::TcpStream;
use executor::{EventLoop, spawn};
use servers::async_server::serve;
use servers::options::Options;

/// Counts what happens to timers.
#[derive(Default)]
struct Timers {
    armed: Cell<usize>,
    over: Cell<usize>,
}

impl Observer for Timers {
    fn observe(&self, record: &Record) {
        match record.event {
            Event::TimerArmed { .. } => self.armed.set(self.armed.get() + 1),
            Event::TimerFired { .. } | Event::TimerCancelled { .. } => self.over.set(self.over.get() + 1),
            _ => {}
        }
    }
}

#[test]
fn a_thousand_requests_on_a_connection_arm_one_timer() {
    let timers = Rc::new(Timers::default());
    let event_loop = EventLoop::builder().observer(timers.clone()).build().unwrap();
    let seen = Rc::clone(&timers);
    event_loop.block_on(async move {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn(serve(listener, Options::default(), std::future::pending()));
        let client = TcpStream::connect(address).await.unwrap();
        let mut answer = [0; 1024];
        for _ in 0..1000 {
            client.write_all(b"GET /activer HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            let count = client.read(&mut answer).await.unwrap();
            assert!(answer[..count].starts_with(b"HTTP/1.1 200 "));
        }
        assert_eq!(seen.armed.get(), 1);
        drop(client);
        server.abort();
    });
    drop(event_loop);
    assert_eq!(timers.armed.get(), timers.over.get(), "none is left behind");
}
