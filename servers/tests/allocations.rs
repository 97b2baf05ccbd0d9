//! How often a server asks for memory while it serves.
//!
//! It is counted on the thread that serves, for many requests and for twice as many: what only the first ones need is in
//! both, so the difference is what each further one costs.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use allocation_counter::measure;
use executor::{ClockKind, EventLoop, TimerKind, WakeMode, to_thread};
use servers::async_server;
use servers::options::Options;

const MANY: u64 = 100;

/// Only an answer that never comes takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client does so many times, with the server at this address.
type Client = fn(SocketAddr, u64);

/// How often the server asks for memory while this client is served.
fn allocations(client: Client, times: u64) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let event_loop = EventLoop::builder()
        .debug(false)
        .timers(TimerKind::Wheel)
        .wake(WakeMode::Direct)
        .clock(ClockKind::Real)
        .build()
        .unwrap();
    let outcome = Rc::new(Cell::new(None));
    let noted = Rc::clone(&outcome);
    let stop = async move { noted.set(Some(to_thread(move || client(address, times)).await)) };
    let served =
        measure(|| event_loop.block_on(async_server::serve(listener, Options::default(), stop)).unwrap());
    outcome.take().expect("the server ends when the client has").expect("every request is answered");
    served.count_total
}

/// What [`MANY`] more of them cost.
fn many_more(client: Client) -> u64 {
    // What only the first loop of a thread, or of the process, needs is in neither.
    allocations(client, 1);
    let [many, twice] = [MANY, 2 * MANY].map(|times| allocations(client, times));
    twice.abs_diff(many)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// One connection for all requests.
fn on_one_connection(address: SocketAddr, times: u64, target: &str, end: &[u8]) {
    let mut stream = connect(address);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    for _ in 0..times {
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(end) {
            let mut part = [0; 4096];
            let count = stream.read(&mut part).unwrap();
            assert_ne!(count, 0, "closed after {}", answer.escape_ascii());
            answer.extend_from_slice(&part[..count]);
        }
    }
}

fn activer(address: SocketAddr, times: u64) {
    on_one_connection(address, times, "/activer", b"at once\n");
}

fn sleeper(address: SocketAddr, times: u64) {
    on_one_connection(address, times, "/sleeper?seconds=0.001", b"slept 0.001 s\n");
}

/// A connection for each request.
fn activer_anew(address: SocketAddr, times: u64) {
    let request = format!("GET /activer HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    for _ in 0..times {
        let mut stream = connect(address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("at once\n"), "{answer}");
    }
}

#[test]
fn a_request_that_is_answered_at_once_asks_for_no_memory() {
    assert_eq!(many_more(activer), 0);
}

#[test]
fn a_request_that_waits_asks_for_its_wait_and_its_answer_alone() {
    // A box for the wait, and a slot of the wheel; the text of the body, which the standard library lets grow once; the
    // text of the time that it took, and the list of headers in which it stands. No buffers: those are lent.
    assert_eq!(many_more(sleeper), 6 * MANY);
}

#[test]
fn a_connection_asks_for_its_task_alone() {
    // The future, what it shares with its handle, its name (written, and kept), and whether it is idle. Its waker is
    // that of the connection before, and the buffers that it was lent have been given back. If two connections overlap
    // for once, they need a little more.
    let each = (many_more(activer_anew) + MANY / 2) / MANY;
    assert_eq!(each, 5);
}
