//! Every example that has a loop, recorded: the recording is the same in every run, it can be read back,
//! and the log lines and the state of everything can be made of it.
//!
//! ```text
//! UPDATE_GOLDEN=1 cargo test -p executor --test recording && git diff executor/tests/accounts
//! ```

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use std::{env, fs};

use executor::inspect::{Event, LogLines, Record, Recording, State};

use executor::{EventLoop, Instant};

use crate::support::trace;

/// The examples that run a loop; not the one that shows whatever program of asyncio's it is told to.
fn examples() -> Vec<String> {
    let mut names = Vec::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name != "twin" && fs::read_to_string(&path).unwrap().contains("executor::") {
            names.push(name.to_owned());
        }
    }
    names.sort();
    assert!(names.len() >= 2, "only {names:?} were found");
    names
}

/// A thousand tasks make three megabytes of events: nobody would look through the differences.
const TOO_LONG_TO_KEEP: usize = 200_000;

/// A place for a file of this test run.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recordings");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn run(example: &str, recording: &Path, variables: &[(&str, &str)]) -> Output {
    let test = env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(example);
    let mut command = Command::new(program);
    for variable in ["LOOP_BACKEND", "LOOP_TIMERS", "LOOP_WAKE", "LOOP_SLOW_MS", "RUST_LOG"] {
        command.env_remove(variable);
    }
    command.env("LOOP_CLOCK", "virtual").env("LOOP_DEBUG", "0").env("LOOP_RECORD", recording);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{example} failed: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn recorded(example: &str, name: &str, variables: &[(&str, &str)]) -> String {
    let path = scratch(name);
    run(example, &path, variables);
    fs::read_to_string(path).unwrap()
}

fn records(text: &str) -> Vec<Record> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_recording_is_the_same_in_every_run_and_on_both_backends() {
    for example in examples() {
        let golden =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/accounts").join(format!("{example}.jsonl"));
        let name = format!("{example}-same.jsonl");
        let first = recorded(&example, &name, &[]);
        if first.len() < TOO_LONG_TO_KEEP {
            if env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&golden, &first).unwrap();
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            assert_eq!(first, expected, "{example}");
        }
        for _ in 0..3 {
            assert_eq!(recorded(&example, &name, &[]), first, "{example}");
        }
        let other = recorded(&example, &name, &[("LOOP_BACKEND", "polling")]);
        assert_eq!(other.replace(r#""backend":"polling""#, r#""backend":"mio""#), first, "{example}");
    }
}

#[test]
fn what_is_read_back_is_what_was_written() {
    for example in examples() {
        for wake in ["direct", "asyncio"] {
            let text = recorded(&example, &format!("{example}-back.jsonl"), &[("LOOP_WAKE", wake)]);
            let again: Vec<String> =
                records(&text).iter().map(|record| serde_json::to_string(record).unwrap()).collect();
            assert_eq!(again, text.lines().collect::<Vec<_>>(), "{example}");
        }
    }
}

#[test]
fn times_are_seconds_and_exact() {
    let written = |nanos: u64| {
        let busy = Duration::from_nanos(nanos);
        let time = Instant::START - busy;
        let record = Record { seq: 1, time, tick: 0, task: None, event: Event::TurnEnd { ran: 0, busy } };
        serde_json::to_string(&record).unwrap()
    };
    for (nanos, text) in [
        (0, "0"),
        (1, "0.000000001"),
        (5_000_000, "0.005"),
        (10_000_000_000, "10"),
        (1_205_000_300, "1.2050003"),
        (u64::MAX / 2, "9223372036.854775807"),
    ] {
        let line = written(nanos);
        assert!(line.ends_with(&format!(r#""event":"turn_end","ran":0,"busy":{text}}}"#)), "{line}");
        let time = if nanos == 0 { "0".to_owned() } else { format!("-{text}") };
        assert!(line.contains(&format!(r#""time":{time},"#)), "{line}");
        let back: Record = serde_json::from_str(&line).unwrap();
        if nanos < 1 << 50 {
            assert_eq!(serde_json::to_string(&back).unwrap(), line);
        }
    }
}

#[test]
fn a_recording_has_the_log_lines_in_it() {
    for example in examples() {
        let path = scratch(&format!("{example}-lines.jsonl"));
        let output = run(&example, &path, &[("RUST_LOG", "loop=trace,http=trace")]);
        let fold = LogLines::new();
        let mut expected = String::new();
        for record in records(&fs::read_to_string(path).unwrap()) {
            expected += &fold.line(&record).text;
            expected.push('\n');
        }
        assert_eq!(log_lines(&String::from_utf8_lossy(&output.stderr)), expected, "{example}");
    }
}

/// The lines of a trace, without what the panic hook says in between.
fn log_lines(stderr: &str) -> String {
    let mut lines = String::new();
    for line in stderr.lines() {
        let mut words = line.split_whitespace();
        let time = words.next().is_some_and(|word| word.parse::<f64>().is_ok());
        if time && words.next().is_some_and(|word| word.starts_with('#')) {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}

#[test]
fn a_recording_ends_with_nothing_left() {
    for example in examples() {
        let mut state = State::default();
        for record in records(&recorded(&example, &format!("{example}-end.jsonl"), &[])) {
            state.apply(&record);
        }
        let nothing = State { cursor: state.cursor, ..State::default() };
        assert_eq!(state, nothing, "{example}");
    }
}

#[test]
fn a_trace_keeps_the_rules() {
    for example in examples() {
        for wake in ["direct", "asyncio"] {
            let text = recorded(&example, &format!("{example}-trace.json"), &[("LOOP_WAKE", wake)]);
            let found = trace::check(&text);
            let events = recorded(&example, &format!("{example}-woken.jsonl"), &[("LOOP_WAKE", wake)]);
            let anybody_woken = events.contains(r#""event":"woken""#);
            assert!(
                (found.arrows > 0) == anybody_woken && found.counts > 0,
                "{example} on {wake}: {found:?}"
            );
            assert!(found.tracks.iter().any(|track| track == "T1 main"), "{example}: {found:?}");
        }
    }
}

#[test]
fn a_loop_that_cannot_be_recorded_is_not_built() {
    let refused = |path: &Path| EventLoop::builder().record(path).build().unwrap_err().to_string();
    let text = refused(&scratch("trace.txt"));
    assert!(text.contains("trace.txt") && text.contains(".jsonl") && text.contains(".json "), "{text}");
    assert!(!scratch("trace.txt").exists());
    let text = refused(&scratch("nowhere").join("trace.json"));
    assert!(text.contains("nowhere") && text.contains("cannot record"), "{text}");
}

#[test]
fn a_program_that_cannot_start_replaces_no_recording() {
    for ending in ["jsonl", "json"] {
        let path = scratch(&format!("kept.{ending}"));
        fs::write(&path, "of yesterday").unwrap();
        drop(Recording::create(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "of yesterday");
        EventLoop::builder().record(&path).build().unwrap().block_on(async {});
        assert!(
            fs::read_to_string(&path).unwrap().contains("loop"),
            "with something to write it is replaced"
        );
    }
}

#[test]
fn two_recordings_do_not_share_a_file() {
    let path = scratch("shared.jsonl");
    let first = Recording::create(&path).unwrap();
    let refused = Recording::create(&path).unwrap_err().to_string();
    assert!(refused.contains("shared.jsonl: another recording"), "{refused}");
    drop(first);
    Recording::create(&path).unwrap();
}

/// The loop inside could not be recorded in the same file, but that is not what is wrong.
#[test]
fn a_loop_inside_a_recorded_loop_is_told_as_one() {
    let output = run("exp_loop_inside_a_loop", &scratch("inside.jsonl"), &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("the task panicked: run() inside a running event loop"), "{said}");
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let path = scratch("pipe.jsonl");
    let _ = fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let refused = Recording::create(&path).unwrap_err().to_string();
    assert!(refused.contains("pipe.jsonl: it is a pipe"), "{refused}");
}
