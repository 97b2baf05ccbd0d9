//! The experiment's program, from outside.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

mod program_support;

use std::net::{SocketAddr, TcpListener, TcpStream};

use program_support::{
    ASYNC, BLOCKING, Program, SIDE_BY_SIDE, ask, command, eventually, finish, serve, stderr, stdout,
};
use serde_json::Value;

const ANYWHERE: [&str; 4] = ["--async-addr", "127.0.0.1:0", "--blocking-addr", "127.0.0.1:0"];

/// Runs the experiment on free ports.
fn run(arguments: &[&str]) -> std::process::Output {
    finish(command(SIDE_BY_SIDE, &[&ANYWHERE, arguments].concat()))
}

/// A measured request.
struct Row {
    server: String,
    path: String,
    started: f64,
    first_byte: f64,
    finished: f64,
    status: u64,
}

impl Row {
    fn took(&self) -> f64 {
        self.finished - self.started
    }
}

fn rows(json: &str) -> Vec<Row> {
    let report: Value = serde_json::from_str(json).expect("stdout is one JSON object");
    assert_eq!(report.as_object().unwrap().keys().collect::<Vec<_>>(), ["requests"]);
    let row = |row: &Value| {
        let mut keys: Vec<_> = row.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["finished", "first_byte", "path", "server", "started", "status"]);
        Row {
            server: row["server"].as_str().unwrap().to_owned(),
            path: row["path"].as_str().unwrap().to_owned(),
            started: row["started"].as_f64().unwrap(),
            first_byte: row["first_byte"].as_f64().unwrap(),
            finished: row["finished"].as_f64().unwrap(),
            status: row["status"].as_u64().unwrap(),
        }
    };
    report["requests"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn json_shows_who_waits() {
    let output = run(&["--seconds", "1.5", "--after", "0.2", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let rows = rows(&stdout(&output));
    let names: Vec<_> = rows.iter().map(|row| (row.server.as_str(), row.path.as_str())).collect();
    let (sleeper, activer) = ("/sleeper?seconds=1.5", "/activer");
    let planned = [("async", sleeper), ("async", activer), ("blocking", sleeper), ("blocking", activer)];
    assert_eq!(names, planned);
    for row in &rows {
        assert_eq!(row.status, 200);
        assert!(row.started <= row.first_byte && row.first_byte <= row.finished);
        let earliest = if row.path == activer { 0.2 } else { 0.0 };
        assert!(row.started >= earliest && row.started < earliest + 0.6, "{}", row.started);
    }
    let [async_sleeper, async_activer, blocking_sleeper, blocking_activer] = &rows[..] else { panic!() };
    assert!(async_sleeper.took() >= 1.5 && blocking_sleeper.took() >= 1.5);
    assert!(async_activer.finished < async_sleeper.finished - 0.3, "it overtakes");
    assert!(blocking_activer.finished >= blocking_sleeper.started + 1.5, "it waits");
    assert!(blocking_activer.took() > 0.6);
}

#[test]
fn several_sleepers_queue_on_the_blocking_server_only() {
    let output = run(&["--seconds", "0.6", "--after", "0.2", "--clients", "3", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let rows = rows(&stdout(&output));
    assert_eq!(rows.len(), 8);
    let last = |server: &str| {
        let its = rows.iter().filter(|row| row.server == server && row.path.starts_with("/sleeper"));
        its.map(|row| row.finished).fold(0.0, f64::max)
    };
    assert!(last("async") < 1.5, "three at once: {}", last("async"));
    assert!(last("blocking") >= 1.8, "one after the other: {}", last("blocking"));
    assert!(rows[7].path == "/activer" && rows[7].finished >= 1.8, "behind them all");
}

#[test]
fn plain_lines_tell_the_story() {
    let output = run(&["--seconds", "1", "--after", "0.2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(!text.contains('\x1b') && !text.contains('█'), "nothing is drawn: {text}");
    let mut lines = text.lines();
    // In the order in which it happens on the blocking server.
    for (label, what) in [
        ("/sleeper", "> GET /sleeper?seconds=1"),
        ("/sleeper", "begins to be served"),
        ("/activer", "> GET /activer"),
        ("/activer", "begins to be served"),
        ("/activer", "< 200 after"),
    ] {
        let found = lines.any(|line| line.contains(&format!("s blocking {label} {what}")));
        assert!(found, "{label} {what} in {text}");
    }
    let sentence = |server: &str| text.lines().find(|line| line.starts_with(server)).unwrap().to_owned();
    assert!(sentence("async").contains("while /sleeper slept on"), "{text}");
    assert!(
        sentence("blocking").contains("stood in the kernel's backlog until /sleeper was answered"),
        "{text}"
    );
    assert!(text.contains("Try next") && text.contains("--clients 5"), "{text}");
}

/// Without `--after`, the activer comes while the sleeper sleeps: however short that is.
#[test]
fn half_of_a_short_sleep_is_waited_for() {
    let output = run(&["--seconds", "0.2", "--json"]);
    let rows = rows(&stdout(&output));
    let activer = rows.iter().find(|row| row.path == "/activer").unwrap();
    assert!((0.1..1.0).contains(&activer.started), "it was sent at {}", activer.started);
}

#[test]
fn plain_lines_number_several_sleepers() {
    let output = run(&["--seconds", "0.5", "--after", "0.1", "--clients", "3"]);
    let text = stdout(&output);
    for number in 1..=3 {
        let line = format!("async    /sleeper {number} > GET /sleeper?seconds=0.5");
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(text.contains("The 3 sleepers slept at the same time"), "{text}");
    assert!(text.contains("The 3 sleepers were served one after the other"), "{text}");
}

#[test]
fn no_color_is_heeded_and_the_switches_are_passed_on() {
    let switches = ["--backend", "polling", "--timers", "heap", "--wake", "asyncio", "--clock", "real"];
    let arguments = [&ANYWHERE[..], &switches, &["--seconds", "0.1", "--after", "0"]].concat();
    let mut command = command(SIDE_BY_SIDE, &arguments);
    command.env("NO_COLOR", "1").env("RUST_LOG", "loop::tick=info");
    let output = finish(command);
    assert_eq!(output.status.code(), Some(0));
    assert!(!stdout(&output).contains('\x1b'));
    let begin = "begin backend=polling timers=heap wake=asyncio clock=real";
    assert!(stderr(&output).contains(begin), "{}", stderr(&output));
}

#[test]
fn when_one_address_is_taken_nothing_is_started() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flag, other) in [("--async-addr", "--blocking-addr"), ("--blocking-addr", "--async-addr")] {
        for more in [&["--seconds", "0.1"][..], &["--json"]] {
            let output =
                finish(command(SIDE_BY_SIDE, &[&[flag, &address, other, "127.0.0.1:0"], more].concat()));
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(stdout(&output), "");
            let sentence = stderr(&output);
            assert!(
                sentence.starts_with(&format!("error: cannot listen on {address}: another program"))
                    && sentence.contains("add --external"),
                "{sentence}"
            );
        }
    }
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for (arguments, word) in [
        (&["--seconds", "nonsense"][..], "no number of seconds"),
        (&["--seconds", "3601"], "at most 3600"),
        (&["--after", "-1"], "-1"),
        (&["--clients", "0"], "1..=100"),
        (&["--clients", "101"], "1..=100"),
        (&["--async-addr", "here"], "--async-addr"),
        (&["--backend", "epoll"], "mio, polling"),
        (&["--external", "--wake", "asyncio"], "--wake"),
        (&["--external", "--record", "trace.json"], "--record"),
        (&["--external", "--keep-serving"], "--keep-serving"),
        (&["--json", "--keep-serving"], "--keep-serving"),
    ] {
        let output = finish(command(SIDE_BY_SIDE, arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(word), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn what_the_loop_refuses_is_a_sentence() {
    for (variable, word, sentence) in
        [("LOOP_CLOCK", "virtual", "virtual clock"), ("LOOP_TIMERS", "sundial", "wheel, heap")]
    {
        let mut command = command(SIDE_BY_SIDE, &ANYWHERE);
        command.env(variable, word);
        let output = finish(command);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains(sentence), "{}", stderr(&output));
    }
}

#[test]
fn external_servers_are_asked_as_they_are() {
    let (_a, async_server) = serve(ASYNC);
    let (_b, blocking_server) = serve(BLOCKING);
    let (first, second) = (async_server.to_string(), blocking_server.to_string());
    let addresses = ["--external", "--async-addr", &first, "--blocking-addr", &second];
    let times = ["--seconds", "1", "--after", "0.2"];

    let output = finish(command(SIDE_BY_SIDE, &[&addresses[..], &times, &["--json"]].concat()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let rows = rows(&stdout(&output));
    assert_eq!(rows[0].path, "/sleeper?seconds=1");
    assert!(rows[1].finished < rows[0].finished);
    assert!(rows[3].finished >= rows[2].started + 1.0);

    let output = finish(command(SIDE_BY_SIDE, &[&addresses[..], &times].concat()));
    let text = stdout(&output);
    assert!(!text.contains("begins to be served"), "nobody says so: {text}");
    assert!(text.contains("do not say when they begin"), "and it says that: {text}");
    assert!(text.contains("serves one request at a time"), "{text}");
}

#[test]
fn an_external_server_that_is_not_there_is_named() {
    // A port that was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (_a, there) = serve(ASYNC);
    let there = there.to_string();
    for (arguments, program) in [
        (["--external", "--async-addr", &nobody, "--blocking-addr", &there], "--bin async-server"),
        (["--external", "--blocking-addr", &nobody, "--async-addr", &there], "--bin blocking-server"),
    ] {
        let output = finish(command(SIDE_BY_SIDE, &arguments));
        assert_eq!(output.status.code(), Some(1));
        let sentence = stderr(&output);
        assert!(sentence.contains(&format!("nobody listens on {nobody}")), "{sentence}");
        assert!(sentence.contains(program), "{sentence}");
    }
}

/// Answers every connection with the same bytes, and closes it.
fn answering(bytes: &'static [u8]) -> SocketAddr {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes);
        }
    });
    address
}

/// A head that begins well and goes on and on.
fn long_head() -> &'static [u8] {
    format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(20_000)).into_bytes().leak()
}

#[test]
fn an_answer_in_chunks_is_good_when_the_last_has_come() {
    let in_chunks =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n, loop\r\n0\r\n\r\n";
    let nothing = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let (in_chunks, nothing) = (answering(in_chunks).to_string(), answering(nothing).to_string());
    let addresses = ["--external", "--async-addr", &in_chunks, "--blocking-addr", &nothing, "--after", "0"];
    let output = finish(command(SIDE_BY_SIDE, &addresses));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn an_answer_that_is_not_good_is_said_and_the_exit_code_says_it_too() {
    let good = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").to_string();
    for (bytes, trouble) in [
        (&b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"[..], "status 503"),
        (b"", "closed without an answer"),
        (b"SSH-2.0-nonsense\r\n", "what came back is not HTTP/1"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed in the midst of its answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf", "closed in the midst of its answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
            "closed in the midst of its answer",
        ),
        // Whole chunks, but not the last.
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n10\r\n0123456789abcdef\r\n",
            "closed in the midst of its answer",
        ),
        (long_head(), "the head of its answer is longer than 16 KiB"),
    ] {
        let bad = answering(bytes).to_string();
        let addresses = ["--external", "--async-addr", &good, "--blocking-addr", &bad, "--after", "0"];
        let output = finish(command(SIDE_BY_SIDE, &addresses));
        assert_eq!(output.status.code(), Some(1));
        let sentence = stderr(&output);
        assert!(sentence.contains("2 of 4 requests went wrong"), "{sentence}");
        assert!(sentence.contains(&format!("blocking /activer: {trouble}")), "{sentence}");
        assert!(!sentence.contains("async /"), "{sentence}");

        let output = finish(command(SIDE_BY_SIDE, &[&addresses[..], &["--json"]].concat()));
        assert_eq!(output.status.code(), Some(1));
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(report["requests"][0]["status"], 200);
        let expected = if trouble == "status 503" { Value::from(503) } else { Value::Null };
        assert_eq!(report["requests"][3]["status"], expected);
    }
}

#[test]
fn keep_serving_goes_on_until_it_is_told() {
    for signal in ["INT", "TERM"] {
        let arguments = [&ANYWHERE[..], &["--seconds", "0.1", "--after", "0", "--keep-serving"]].concat();
        let mut program = Program::start(command(SIDE_BY_SIDE, &arguments));
        program.until("until Ctrl-C");
        for server in ["async", "blocking"] {
            let line = program.line();
            let (url, name) = line.trim().split_once(' ').unwrap();
            assert_eq!(name.trim(), server);
            let address = url.strip_prefix("http://").unwrap().parse().unwrap();
            assert_eq!(ask(address, "GET", "/activer").status, 200);
        }
        program.signal(signal);
        assert_eq!(program.wait().code(), Some(0));
    }
}

#[test]
fn a_signal_ends_the_experiment_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut program = Program::start(command(SIDE_BY_SIDE, &ANYWHERE));
        program.until("> GET /sleeper?seconds=10");
        program.until("begins to be served");
        program.signal(signal);
        assert_eq!(program.wait().code(), Some(code));
    }
}

#[test]
fn whoever_closes_the_pipe_has_seen_enough() {
    let mut command =
        command(SIDE_BY_SIDE, &[&ANYWHERE[..], &["--seconds", "3600", "--after", "0.3"]].concat());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let status = eventually("the program to end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    let mut complaint = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut complaint).unwrap();
    assert_eq!(complaint, "");
}

#[test]
fn a_stranger_at_our_servers_changes_nothing() {
    // The addresses have to be known before the experiment is over: they are free a moment before.
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (first, second) = (free(), free());
    let arguments = ["--async-addr", &first.to_string(), "--blocking-addr", &second.to_string()];
    let program = Program::start(command(
        SIDE_BY_SIDE,
        &[&arguments[..], &["--seconds", "1", "--after", "0.5"]].concat(),
    ));
    program.until("begins to be served");
    assert_eq!(ask(first, "GET", "/activer").status, 200);
    let silent = TcpStream::connect(second).unwrap();
    let begun = std::iter::from_fn(|| Some(program.line()))
        .take_while(|line| !line.starts_with("async "))
        .filter(|line| line.contains("begins to be served"))
        .count();
    assert_eq!(begun, 3, "its own other requests, and no stranger's");
    drop(silent);
}
