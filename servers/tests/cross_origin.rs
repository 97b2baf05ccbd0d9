//! The page of one server may read the answers of both, and nobody else's page may; and an answer says how long it was
//! being served.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use program_support::{ASYNC, Answer, BLOCKING, Program, ask, ask_meanwhile, ask_with, serve, serve_with};

fn servers() -> [(Program, SocketAddr); 2] {
    // Neither knows the port of the other before it is there, so each is told of a third.
    [
        serve_with(ASYNC, &["--blocking-url", "http://127.0.0.1:4444"]),
        serve_with(BLOCKING, &["--async-url", "http://127.0.0.1:4444/"]),
    ]
}

fn asked_by(server: SocketAddr, origin: &str) -> Answer {
    ask_with(server, "GET", "/activer", &format!("Host: {server}\r\nOrigin: {origin}\r\n"))
}

#[test]
fn the_pages_of_both_servers_may_read_the_answers() {
    for (_program, server) in servers() {
        let own = format!("http://{server}");
        let port = server.port();
        for origin in [
            own,
            format!("http://localhost:{port}"),
            "http://127.0.0.1:4444".into(),
            "http://[::1]:4444".into(),
        ] {
            let head = asked_by(server, &origin).head;
            assert!(
                head.contains(&format!("\r\naccess-control-allow-origin: {origin}\r\n")),
                "{origin}: {head}"
            );
            assert!(head.contains("\r\naccess-control-expose-headers: server-timing\r\n"), "{head}");
            assert!(head.contains("\r\nvary: origin\r\n"), "{head}");
        }
    }
}

#[test]
fn other_pages_may_not() {
    for (_program, server) in servers() {
        for origin in [
            "http://example.org",
            "http://127.0.0.1:4445",
            "https://127.0.0.1:4444",
            "null",
            "*",
            "http://127.0.0.1",
        ] {
            let answer = asked_by(server, origin);
            assert_eq!(answer.status, 200);
            assert!(!answer.head.contains("access-control"), "{origin}: {}", answer.head);
        }
        assert!(!ask(server, "GET", "/activer").head.contains("access-control"));
    }
}

#[test]
fn an_answer_says_how_long_it_was_being_served() {
    let said = |answer: &Answer| {
        let (_, after) = answer.head.split_once("server-timing: served;dur=").expect("it says so");
        let millis: f64 = after.split("\r\n").next().unwrap().parse().unwrap();
        Duration::from_secs_f64(millis / 1e3)
    };
    for (binary, waits) in [(ASYNC, false), (BLOCKING, true)] {
        let (program, server) = serve(binary);
        let first = ask_meanwhile(server, "/sleeper?seconds=1");
        program.log("> GET /sleeper");
        let started = Instant::now();
        let second = ask(server, "GET", "/sleeper?seconds=0.1");
        // The second was served as long on both servers; on one of them it stood in line before.
        assert!(said(&second) >= Duration::from_millis(100) && said(&second) < Duration::from_millis(700));
        assert_eq!(started.elapsed() > Duration::from_millis(800), waits, "{binary}");
        assert!(said(&first.join().unwrap()) >= Duration::from_secs(1));
        assert!(!ask(server, "GET", "/activer").head.contains("server-timing"), "it was served at once");
    }
}
