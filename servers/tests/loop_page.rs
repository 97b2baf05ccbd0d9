//! The page at `/loop`, and what it is fed with, over sockets: who gets it and who does not, and what a viewer costs.
//!
//! What the page makes of it is in `loop_page_script.rs` (needs node) and `loop_page_browser.rs` (needs a browser).

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use program_support::{
    ASYNC, BLOCKING, DEADLINE, ask, ask_meanwhile, ask_with, eventually, serve, serve_with,
};
use serde_json::Value;
use servers::bounds::MAX_VIEWERS;
use servers::inspector::is_from_here;

/// One who reads the stream.
struct Viewer {
    lines: BufReader<TcpStream>,
    /// What its loop is called, and the event to go on from.
    name: String,
    last: String,
    since: Instant,
}

/// That of the event with this id.
fn number(id: &str) -> u64 {
    id.split(':').nth(1).map_or(0, |number| number.parse().unwrap())
}

/// A message of the stream: its kind, and its lines of data.
#[derive(Debug)]
struct Message {
    kind: String,
    data: Vec<Value>,
}

impl Viewer {
    fn connect(server: SocketAddr, after: Option<&str>) -> Viewer {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let after = after.map_or(String::new(), |after| format!("Last-Event-ID: {after}\r\n"));
        write!(stream, "GET /loop/events HTTP/1.1\r\nHost: {server}\r\n{after}\r\n").unwrap();
        let lines = BufReader::new(stream);
        let mut viewer = Viewer { lines, name: String::new(), last: String::new(), since: Instant::now() };
        let head = viewer.paragraph();
        assert_eq!(head[0], "HTTP/1.1 200 OK");
        assert!(head.contains(&"Content-Type: text/event-stream".to_owned()), "{head:?}");
        assert!(!head.iter().any(|line| line.starts_with("Content-Length")), "{head:?}");
        let hello = viewer.message();
        assert_eq!(hello.kind, "hello");
        hello.data[0]["loop"].as_str().unwrap().clone_into(&mut viewer.name);
        viewer
    }

    fn paragraph(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream has ended");
            match line.trim_end() {
                "" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    fn message(&mut self) -> Message {
        // There is always another heartbeat.
        assert!(self.since.elapsed() < DEADLINE, "waited in vain");
        let mut message = Message { kind: "message".into(), data: Vec::new() };
        for line in self.paragraph() {
            let (field, value) = line.split_once(':').unwrap();
            match (field, value.trim_start()) {
                ("event", kind) => message.kind = kind.into(),
                ("id", id) => {
                    assert_eq!(id.split(':').next(), Some(&*self.name));
                    assert!(number(id) >= number(&self.last), "{id} after {}", self.last);
                    id.clone_into(&mut self.last);
                }
                ("data", "") => {}
                ("data", data) => message.data.push(serde_json::from_str(data).unwrap()),
                other => panic!("a field {other:?}"),
            }
        }
        message
    }

    /// All events up to one of this kind.
    fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        while !events.iter().any(|event: &Value| event["event"] == kind) {
            events.extend(self.message().data);
        }
        events
    }
}

#[test]
fn the_page_is_one_file_that_asks_nobody_else() {
    let (_program, server) = serve_with(ASYNC, &["--blocking-url", "http://127.0.0.1:4444"]);
    let page = ask(server, "GET", "/loop");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("\r\ncontent-type: text/html; charset=utf-8\r\n"), "{}", page.head);
    assert!(page.head.contains("default-src 'none'; "), "{}", page.head);
    assert!(page.head.contains("; connect-src 'self' http://127.0.0.1:4444; "), "{}", page.head);
    assert!(page.body.len() <= 40 * 1024, "{} bytes", page.body.len());
    // The only address in it is the name of a format.
    assert_eq!(page.body.matches("://").count(), 1, "an address");
    assert!(page.body.contains("http://www.w3.org/2000/svg"));
    for foreign in [" src=", "@import", "url(", "import("] {
        assert!(!page.body.contains(foreign), "{foreign:?}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspector/page.html");
    assert_eq!(page.body, fs::read_to_string(file).unwrap());
    assert_eq!(ask(server, "POST", "/loop").status, 405);
    assert_eq!(ask(server, "HEAD", "/loop/events").status, 200);
}

#[test]
fn the_loop_is_shown_to_this_machine_by_its_own_name_only() {
    let (_program, server) = serve(ASYNC);
    let port = server.port();
    let status =
        |target: &str, host: &str| ask_with(server, "GET", target, &format!("Host: {host}\r\n")).status;
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        assert_eq!(status("/loop", &format!("{host}:{port}")), 200, "{host}");
    }
    let other = port ^ 1;
    for host in [
        format!("evil.example:{port}"),
        format!("127.0.0.1:{other}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.2:{port}"),
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
    ] {
        for target in ["/loop", "/loop/events", "/loop/source?file=executor/src/tick.rs", "/loop/", "/%6Coop"]
        {
            assert_eq!(status(target, &host), 403, "{target} for {host}");
        }
        // What is no secret is for everybody.
        assert_eq!(status("/activer", &host), 200, "{host}");
        assert_eq!(status("/loopback", &host), 404, "{host}");
    }
}

/// Names can be made up, and addresses hardly: a server that listens everywhere shows its loop to nobody else.
#[test]
fn other_machines_see_no_loop() {
    for (client, own, is_here) in [
        ("127.0.0.1", "127.0.0.1", true),
        ("::1", "::1", true),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", true),
        ("192.0.2.5", "192.0.2.5", true),
        ("192.0.2.7", "192.0.2.5", false),
        ("192.0.2.7", "127.0.0.1", false),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.5", false),
        ("2001:db8::7", "2001:db8::5", false),
    ] {
        let (client, own) = (client.parse().unwrap(), own.parse().unwrap());
        assert_eq!(is_from_here(client, own), is_here, "{client} asks {own}");
    }
}

#[test]
fn the_source_is_what_was_compiled_and_no_other_file() {
    let (_program, server) = serve(ASYNC);
    let source = |file: &str| ask(server, "GET", &format!("/loop/source?file={file}"));
    let tick = source("executor%2Fsrc%2Ftick.rs");
    assert_eq!((tick.status, tick.body.contains("One turn of the loop")), (200, true));
    for file in
        ["", "/etc/passwd", "../Cargo.toml", "Cargo.toml", "executor/src/", "executor/src/../src/tick.rs"]
    {
        assert_eq!(source(file).status, 404, "{file:?}");
    }
    assert_eq!(ask(server, "GET", "/loop/source").status, 404);
    assert_eq!(ask(server, "GET", "/loop/other").status, 404);
}

#[test]
fn a_server_without_a_loop_says_so() {
    let (_program, server) = serve(BLOCKING);
    for target in ["/loop", "/loop/events"] {
        let answer = ask(server, "GET", target);
        assert_eq!((answer.status, answer.body.contains("No loop is shown here")), (404, true), "{target}");
    }
}

#[test]
fn a_viewer_sees_what_happens_and_nothing_of_itself() {
    let (_program, server) = serve(ASYNC);
    let mut viewer = Viewer::connect(server, None);
    let events = viewer.until("snapshot");
    let snapshot = events.iter().find(|event| event["event"] == "snapshot").unwrap();
    let names: Vec<&str> =
        snapshot["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"accept"), "{names:?}");
    assert!(!names.contains(&"conn1"), "that is the viewer: {names:?}");

    // Left alone, it hears that the loop is there, and of nothing else.
    let started = Instant::now();
    for _ in 0..3 {
        let message = viewer.message();
        assert_eq!((message.kind.as_str(), message.data.len()), ("heartbeat", 0), "{message:?}");
    }
    assert!(started.elapsed() >= Duration::from_millis(600), "{:?}", started.elapsed());

    assert_eq!(ask(server, "GET", "/sleeper?seconds=0.3").status, 200);
    let events = viewer.until("request_end");
    let told = |kind: &str| events.iter().find(|event| event["event"] == kind);
    assert_eq!(told("request_begin").unwrap()["target"], "/sleeper?seconds=0.3");
    let fired = told("timer_fired").unwrap();
    let is_its = |event: &&Value| event["event"] == "timer_armed" && event["timer"] == fired["timer"];
    let delay = events.iter().find(is_its).unwrap()["delay"].as_f64().unwrap();
    assert!((0.2..=0.3).contains(&delay), "{delay}");
    let mut seq = 0;
    for event in &events {
        assert!(event["seq"].as_u64().unwrap() > seq, "{event}");
        seq = event["seq"].as_u64().unwrap();
    }

    // A second viewer, and a look at the source: once their connections are made, nothing is told of them.
    let mut other = Viewer::connect(server, None);
    other.until("snapshot");
    assert_eq!(ask(server, "GET", "/loop/source?file=executor/src/tick.rs").status, 200);
    let mut quiet = 0;
    while quiet < 3 {
        let message = viewer.message();
        for event in &message.data {
            assert!(event["event"] != "request_begin" && event["event"] != "request_end", "{event}");
        }
        quiet = if message.data.is_empty() { quiet + 1 } else { 0 };
    }
    assert_eq!(ask(server, "GET", "/activer").status, 200);
    let events = viewer.until("request_end");
    assert_eq!(events.iter().filter(|event| event["event"] == "request_begin").count(), 1, "{events:?}");
}

#[test]
fn only_so_many_look_on_at_once() {
    let (_program, server) = serve(ASYNC);
    let mut viewers: Vec<Viewer> = (0..MAX_VIEWERS).map(|_| Viewer::connect(server, None)).collect();
    let refused = ask(server, "GET", "/loop/events");
    assert_eq!((refused.status, refused.body.contains("close one of its pages")), (503, true));
    assert!(refused.head.contains("\r\nretry-after: 3\r\n"), "{}", refused.head);
    assert!(refused.head.contains("\r\ncache-control: no-store\r\n"), "{}", refused.head);
    assert_eq!(ask(server, "GET", "/loop").status, 200);
    for viewer in &mut viewers {
        viewer.until("snapshot");
    }
    // Whoever goes makes room for another.
    viewers.pop();
    eventually("room", || (ask(server, "HEAD", "/loop/events").status == 200).then_some(()));
}

#[test]
fn a_viewer_who_comes_back_goes_on_where_it_was() {
    let (_program, server) = serve(ASYNC);
    let mut first = Viewer::connect(server, None);
    first.until("snapshot");
    ask(server, "GET", "/activer");
    first.until("request_end");
    let last = first.last.clone();
    drop(first);
    ask(server, "GET", "/sleeper?seconds=0.1");
    let mut again = Viewer::connect(server, Some(&last));
    let events = again.until("request_end");
    assert!(!events.iter().any(|event| event["event"] == "snapshot"), "nothing was missed");
    assert!(events.iter().all(|event| event["seq"].as_u64().unwrap() > number(&last)));
    assert!(events.iter().any(|event| event["target"] == "/sleeper?seconds=0.1"), "{events:?}");
    // One who was here before this server was, or has looked at another loop, gets to know how things stand.
    for id in [format!("{}:1000000000", again.name), format!("{}0:{}", again.name, number(&last))] {
        let mut stranger = Viewer::connect(server, Some(&id));
        assert_eq!(stranger.message().data[0]["event"], "snapshot", "{id}");
    }
}

#[test]
fn the_loops_of_a_program_can_be_told_apart() {
    let (_program, server) = serve_with(ASYNC, &["--workers", "2"]);
    // The kernel chooses.
    let first = Viewer::connect(server, None).name;
    eventually("the other loop to answer", || (Viewer::connect(server, None).name != first).then_some(()));
}

#[test]
fn a_viewer_who_misses_something_is_told_what() {
    let (_program, server) = serve(ASYNC);
    let mut viewer = Viewer::connect(server, None);
    viewer.until("snapshot");
    let many = b"GET /activer HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2_000);
    let mut crowd = Vec::new();
    // Several times as many events as are kept, in less time than the viewer needs for a tenth of them.
    for _ in 0..40 {
        let mut stream = TcpStream::connect(server).unwrap();
        let (many, answers) = (many.clone(), stream.try_clone().unwrap());
        crowd.push((thread::spawn(move || stream.write_all(&many)), thread::spawn(|| drain(answers))));
    }
    let mut events = viewer.until("gap");
    while !events.last().is_some_and(|event| event["event"] == "snapshot") {
        events.extend(viewer.message().data);
    }
    let at = events.iter().position(|event| event["event"] == "gap").unwrap();
    let gap = &events[at];
    assert!(gap["dropped"].as_u64() > Some(0), "{gap}");
    assert_eq!(events[at + 1]["event"], "snapshot");
    assert_eq!(gap["from"].as_u64().unwrap(), events[at - 1]["seq"].as_u64().unwrap() + 1);
}

/// Reads and drops what comes, until nothing has come for a while.
fn drain(mut answers: TcpStream) {
    answers.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    while matches!(answers.read(&mut [0; 16 * 1024]), Ok(count) if count > 0) {}
}

#[test]
fn a_blocked_loop_is_silent_and_says_afterwards_who_it_was() {
    let (_program, server) = serve(ASYNC);
    let mut viewer = Viewer::connect(server, None);
    viewer.until("snapshot");
    let blocker = ask_meanwhile(server, "/blocker?seconds=1");
    let (mut silence, mut culprit) = (Duration::ZERO, None);
    while culprit.is_none() {
        let before = Instant::now();
        let message = viewer.message();
        silence = silence.max(before.elapsed());
        culprit = message.data.into_iter().find(|event| event["took"].as_f64() > Some(0.9));
    }
    assert!(silence > Duration::from_millis(700), "{silence:?}: three heartbeats are missing");
    assert_eq!(culprit.unwrap()["event"], "polled");
    assert_eq!(blocker.join().unwrap().status, 200);
}

#[test]
fn a_server_that_stops_does_not_wait_for_viewers() {
    let (mut program, server) = serve(ASYNC);
    let mut viewer = Viewer::connect(server, None);
    viewer.until("snapshot");
    let started = Instant::now();
    program.signal("TERM");
    assert!(program.wait().success());
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}
