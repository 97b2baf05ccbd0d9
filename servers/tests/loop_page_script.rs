//! The page's own fold against the loop's: both read a recording, and come to the same.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::fs;
use std::path::Path;
use std::process::Command;

use executor::inspect::{Event, Record, State};
use program_support::{ASYNC, ask, ask_meanwhile, serve_with};

#[test]
#[ignore = "needs node"]
fn replaying_comes_to_what_the_loop_says_of_itself() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let recorded = folder.join("loop_page_script.jsonl");
    let (mut program, server) = serve_with(ASYNC, &["--record", recorded.to_str().unwrap()]);
    let mut sleepers = Vec::new();
    for _ in 0..20 {
        sleepers.push(ask_meanwhile(server, "/sleeper?seconds=0.7"));
        assert_eq!(ask(server, "GET", "/activer").status, 200);
        assert_eq!(ask(server, "GET", "/threaded?seconds=0.01").status, 200);
    }
    for sleeper in sleepers {
        assert_eq!(sleeper.join().unwrap().status, 200);
    }
    program.signal("TERM");
    assert!(program.wait().success());

    // What the loop's own fold says goes in between, every hundred events.
    let (mut state, mut lines) = (State::default(), String::new());
    for (index, line) in fs::read_to_string(&recorded).unwrap().lines().enumerate() {
        let record: Record = serde_json::from_str(line).unwrap();
        if index > 0 && index % 100 == 0 {
            let event = Event::Snapshot(Box::new(state.clone()));
            let (seq, time, tick) = (record.seq - 1, record.time, record.tick);
            let snapshot = Record { seq, time, tick, task: None, event };
            lines += &serde_json::to_string(&snapshot).unwrap();
            lines.push('\n');
        }
        lines += line;
        lines.push('\n');
        state.apply(&record);
    }
    let with_snapshots = folder.join("loop_page_script.snapshots.jsonl");
    fs::write(&with_snapshots, lines).unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg(here.join("tests/page/replay.mjs"))
        .arg(here.join("src/inspector/page.html"))
        .arg(with_snapshots)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let snapshots: u32 = text.trim().rsplit(' ').nth(1).unwrap().parse().unwrap();
    assert!(snapshots >= 5, "{text}");
}
