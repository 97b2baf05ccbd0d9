//! Recordings of the servers: of a crowd, of a process that is killed, of both servers on one clock.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

mod program_support;
#[path = "../../executor/tests/support/trace.rs"]
mod trace;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use executor::inspect::{Event, Record, State};
use executor::net::TcpStream;
use executor::{EventLoop, spawn};
use serde_json::Value;
use servers::command_line::raise_descriptor_limit;

use program_support::{
    ASYNC, BLOCKING, Program, SIDE_BY_SIDE, ask, ask_meanwhile, command, eventually, experiment, finish,
    serve_with, stderr, stdout,
};

/// A place for a file of this test run.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recordings");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn serve_recorded(binary: &str, file: &Path, more: &[&str]) -> (Program, SocketAddr) {
    serve_with(binary, &[&["--record", file.to_str().unwrap()], more].concat())
}

fn records(text: &str) -> Vec<Record> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// So many clients at once, each with a connection of its own; all are answered.
fn crowd(address: SocketAddr, count: usize) {
    raise_descriptor_limit();
    let event_loop = EventLoop::builder().build().unwrap();
    event_loop.block_on(async move {
        let mut clients = Vec::new();
        for _ in 0..count {
            clients.push(spawn(async move {
                let stream = TcpStream::connect(address).await.unwrap();
                let request = b"GET /sleeper?seconds=0.5 HTTP/1.1\r\nHost: x\r\n\r\n";
                stream.write_all(request).await.unwrap();
                let mut answer = [0; 1024];
                let length = stream.read(&mut answer).await.unwrap();
                assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
                stream
            }));
        }
        let mut open = Vec::new();
        for client in clients {
            open.push(client.await.unwrap());
        }
    });
}

#[test]
fn a_trace_of_a_thousand_requests_keeps_the_rules() {
    const CROWD: usize = 1_000;
    let file = scratch("crowd.json");
    let (mut program, address) = serve_recorded(ASYNC, &file, &["--max-connections", "2000"]);
    crowd(address, CROWD);
    program.signal("INT");
    assert_eq!(program.wait().code(), Some(0));
    let found = trace::check(&fs::read_to_string(file).unwrap());
    assert_eq!(found.requests, CROWD);
    assert!(found.arrows > 3 * CROWD, "{found:?}");
    assert!(found.tracks.len() > CROWD);
}

#[test]
fn the_events_of_a_crowd_leave_nothing_behind() {
    const CROWD: usize = 200;
    let file = scratch("crowd.jsonl");
    let (mut program, address) = serve_recorded(ASYNC, &file, &["--wake", "asyncio"]);
    crowd(address, CROWD);
    program.signal("INT");
    assert_eq!(program.wait().code(), Some(0));
    let mut state = State::default();
    let (mut begun, mut ended, mut connections) = (0, 0, BTreeSet::new());
    for (number, record) in records(&fs::read_to_string(file).unwrap()).iter().enumerate() {
        assert_eq!(record.seq, number as u64 + 1);
        state.apply(record);
        match &record.event {
            Event::RequestBegin { server, connection, .. } => {
                assert_eq!(*server, "async");
                begun += 1;
                connections.insert(*connection);
            }
            Event::RequestEnd { status } => {
                assert_eq!(*status, 200);
                ended += 1;
            }
            _ => {}
        }
    }
    assert_eq!((begun, ended, connections.len()), (CROWD, CROWD, CROWD));
    let nothing = State { cursor: state.cursor, ..State::default() };
    assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&nothing).unwrap());
}

#[test]
fn what_a_killed_server_has_recorded_can_be_read() {
    for ending in ["json", "jsonl"] {
        let file = scratch(&format!("killed.{ending}"));
        let (mut program, address) = serve_recorded(ASYNC, &file, &[]);
        let sleeper = ask_meanwhile(address, "/sleeper?seconds=30");
        for _ in 0..20 {
            assert_eq!(ask(address, "GET", "/activer").status, 200);
        }
        eventually("the last request to be written down", || {
            let text = fs::read_to_string(&file).unwrap();
            (text.matches("/activer").count() >= 20).then_some(())
        });
        program.signal("KILL");
        program.wait();
        drop(sleeper);
        let text = fs::read_to_string(file).unwrap();
        if ending == "json" {
            assert!(!text.ends_with(']'), "it was not to be complete");
            let events = trace::events_of_a_piece(&text);
            assert!(events.iter().any(|event| event["name"] == "GET /sleeper?seconds=30"));
        } else {
            assert!(records(&text).len() > 100);
        }
    }
}

/// Linux has a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_recording_that_breaks_off_is_told_whatever_else_is() {
    let file = scratch("full.jsonl");
    let _ = fs::remove_file(&file);
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let mut server = command(ASYNC, &["--addr", "127.0.0.1:0", "--record", file.to_str().unwrap()]);
    server.env("RUST_LOG", "http=info");
    let program = Program::start(server);
    assert!(program.log("cannot record in ").contains("full.jsonl any more: "));
}

#[test]
fn the_blocking_server_records_its_requests() {
    let file = scratch("blocking.json");
    let (mut program, address) = serve_recorded(BLOCKING, &file, &[]);
    assert_eq!(ask(address, "GET", "/activer").status, 200);
    assert_eq!(ask(address, "GET", "/nowhere").status, 404);
    program.signal("INT");
    assert_eq!(program.wait().code(), Some(0));
    let found = trace::check(&fs::read_to_string(file).unwrap());
    assert_eq!((found.requests, found.tracks), (2, vec!["blocking".to_owned()]));
}

#[test]
fn the_experiment_has_both_servers_in_one_file_on_one_clock() {
    let run = |file: &Path| {
        let addresses = ["--async-addr", "127.0.0.1:0", "--blocking-addr", "127.0.0.1:0"];
        let times = ["--seconds", "1", "--after", "0.3", "--record", file.to_str().unwrap()];
        let output = finish(command(SIDE_BY_SIDE, &[&addresses[..], &times[..]].concat()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        fs::read_to_string(file).unwrap()
    };
    let text = run(&scratch("both.json"));
    assert_eq!(trace::check(&text).requests, 4);
    for name in ["async", "blocking"] {
        assert!(text.contains(&format!(r#"{{"name":"{name}"}},"name":"process_name""#)), "{name}");
    }

    let mut begun = Vec::new();
    for line in run(&scratch("both.jsonl")).lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let name = event["loop"].as_str().unwrap().to_owned();
        if event["event"] == "request_begin" {
            assert_eq!(event["server"], *name);
            let target = event["target"].as_str().unwrap().to_owned();
            begun.push((name, target.starts_with("/sleeper"), event["time"].as_f64().unwrap()));
        }
    }
    let at = |server: &str, sleeper: bool| {
        let found = begun.iter().find(|(name, is_sleeper, _)| name == server && *is_sleeper == sleeper);
        found.unwrap_or_else(|| panic!("{server} in {begun:?}")).2
    };
    // Both are asked at once; and then only one of them keeps the second client waiting.
    assert!((at("async", true) - at("blocking", true)).abs() < 0.3, "{begun:?}");
    assert!(at("async", false) < at("async", true) + 0.9, "{begun:?}");
    assert!(at("blocking", false) >= at("blocking", true) + 1.0, "{begun:?}");
}

#[test]
fn a_file_that_cannot_be_recorded_in_is_an_error_before_anything_starts() {
    let wrong = [scratch("trace.txt"), scratch("nowhere").join("trace.json"), scratch("trace")];
    for binary in [ASYNC, BLOCKING, SIDE_BY_SIDE] {
        for file in &wrong {
            let by_flag = command(binary, &["--record", file.to_str().unwrap()]);
            let mut by_variable = command(binary, &[]);
            by_variable.env("LOOP_RECORD", file);
            for command in [by_flag, by_variable] {
                let output = finish(command);
                assert_eq!(output.status.code(), Some(1));
                assert_eq!(stdout(&output), "");
                let sentence = stderr(&output);
                assert!(sentence.contains(file.to_str().unwrap()), "{sentence}");
                assert!(sentence.contains(".jsonl") || sentence.contains("No such file"), "{sentence}");
            }
        }
    }
}

#[test]
fn the_experiments_complete_their_recordings() {
    for (name, arguments) in [("exp_one_loop_three_routes", &["20"][..]), ("exp_pool_of_n", &["2", "20"])] {
        for ending in ["json", "jsonl"] {
            let file = scratch(&format!("{name}.{ending}"));
            let mut command = command(experiment(name).to_str().unwrap(), arguments);
            command.env("LOOP_RECORD", &file);
            assert!(finish(command).status.success());
            let text = fs::read_to_string(file).unwrap();
            if ending == "json" {
                assert!(trace::check(&text).requests > 0);
            } else {
                assert!(records(&text).iter().any(|record| matches!(record.event, Event::LoopEnd)));
            }
        }
    }
}
