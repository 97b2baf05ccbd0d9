//! The two server programs, from outside: what they print, how they end, and who waits for whom.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

mod program_support;

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use program_support::{
    ASYNC, BLOCKING, DEADLINE, Program, ask, ask_meanwhile, command, eventually, finish, serve, serve_with,
    stderr, stdout,
};

const SERVERS: [&str; 2] = [ASYNC, BLOCKING];

/// How the log line of a request begins to be served.
const SLEEPER_BEGINS: &str = "> GET /sleeper";

#[test]
fn the_first_line_says_where_it_listens_and_it_does() {
    for server in SERVERS {
        let (_program, address) = serve(server);
        assert_ne!(address.port(), 0);
        assert_eq!(ask(address, "GET", "/activer").status, 200, "{server}");
    }
}

#[test]
fn a_port_in_use_is_a_sentence_and_not_a_panic() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for server in SERVERS {
        let output = finish(command(server, &["--addr", &address]));
        assert_eq!(output.status.code(), Some(1), "{server}");
        assert_eq!(stdout(&output), "");
        let sentence = stderr(&output);
        assert!(
            sentence.contains(&address) && sentence.contains("another program has this port"),
            "{sentence}"
        );
    }
}

#[test]
fn a_flag_that_makes_no_sense_is_refused() {
    for server in SERVERS {
        for arguments in [["--addr", "nonsense"], ["--port", "8001"]] {
            let output = finish(command(server, &arguments));
            assert_eq!(output.status.code(), Some(2), "{server} {arguments:?}");
        }
        for address in ["localhost:8001", "127.0.0.1", "8001"] {
            let sentence = stderr(&finish(command(server, &["--addr", address])));
            assert!(sentence.contains("such as 127.0.0.1:8000"), "{sentence}");
        }
    }
    for (flag, choices) in
        [("--backend", "mio, polling"), ("--timers", "wheel, heap"), ("--wake", "direct, asyncio")]
    {
        let output = finish(command(ASYNC, &[flag, "nonsense"]));
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(choices), "{}", stderr(&output));
    }
}

#[test]
fn help_names_the_flags() {
    let help = stdout(&finish(command(ASYNC, &["--help"])));
    for flag in ["--addr", "--backend", "--timers", "--wake", "--clock", "--step", "LOOP_BACKEND", "RUST_LOG"]
    {
        assert!(help.contains(flag), "{flag} in {help}");
    }
    assert!(stdout(&finish(command(BLOCKING, &["--help"]))).contains("--addr"));
}

#[test]
fn every_switch_of_the_loop_serves() {
    // Nobody is there to step through the last: at the end of its input it goes on.
    let switches: [&[&str]; 5] = [
        &["--backend", "polling"],
        &["--timers", "heap"],
        &["--wake", "asyncio"],
        &["--clock", "stepping"],
        &["--step"],
    ];
    for switch in switches {
        let program = Program::start(command(ASYNC, &[&["--addr", "127.0.0.1:0"], switch].concat()));
        let line = program.line();
        let address: SocketAddr = line.rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(ask(address, "GET", "/sleeper?seconds=0.01").status, 200, "{switch:?}");
    }
}

#[test]
fn one_person_cannot_step_through_two_loops() {
    let by_flag = command(ASYNC, &["--addr", "127.0.0.1:0", "--workers", "2", "--step"]);
    let mut by_variable = command(ASYNC, &["--addr", "127.0.0.1:0", "--workers", "2"]);
    by_variable.env("LOOP_STEP", "1");
    for (command, code) in [(by_flag, 2), (by_variable, 1)] {
        let output = finish(command);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("--workers"), "{}", stderr(&output));
    }
}

#[test]
fn the_virtual_clock_is_refused() {
    let by_flag = command(ASYNC, &["--addr", "127.0.0.1:0", "--clock", "virtual"]);
    let mut by_variable = command(ASYNC, &["--addr", "127.0.0.1:0"]);
    by_variable.env("LOOP_CLOCK", "virtual");
    for command in [by_flag, by_variable] {
        let output = finish(command);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("virtual clock"), "{}", stderr(&output));
    }
}

#[test]
fn a_signal_lets_the_loop_finish_what_is_under_way_and_nothing_else() {
    for signal in ["INT", "TERM"] {
        let (mut program, address) = serve(ASYNC);
        let mut idle = TcpStream::connect(address).unwrap();
        idle.set_read_timeout(Some(DEADLINE)).unwrap();
        let sleeper = ask_meanwhile(address, "/sleeper?seconds=2");
        program.log(SLEEPER_BEGINS);
        program.signal(signal);

        program.log("stopping: what is under way is answered first");
        assert!(is_closed(&mut idle));
        is_refused(address);
        assert!(!sleeper.is_finished(), "all that should happen while the sleeper sleeps");
        assert_eq!(sleeper.join().unwrap().status, 200);
        assert_eq!(program.wait().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_signal_does_not_take_who_has_sent_more_than_was_read_for_idle() {
    use std::io::Write;
    let (mut program, address) = serve(ASYNC);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let blocker = ask_meanwhile(address, "/blocker?seconds=0.5");
    program.log("> GET /blocker");
    // A read takes a power of two, and so ends with one of the requests.
    let request = b"GET /activer HTTP/1.1\r\nHost: x\r\nCookie: 78901234567890123456\r\n\r\n";
    assert_eq!(request.len(), 64);
    stream.write_all(&request.repeat(1024)).unwrap();
    program.signal("TERM");

    let mut answers = String::new();
    stream.read_to_string(&mut answers).expect("it ends without a reset");
    let (_, last) = answers.rsplit_once("HTTP/1.1 200").unwrap();
    assert!(last.to_ascii_lowercase().contains("connection: close"), "{last}");
    assert_eq!(blocker.join().unwrap().status, 200);
    assert_eq!(program.wait().code(), Some(0));
}

#[test]
fn a_signal_lets_the_blocking_server_finish_what_is_under_way_and_nothing_else() {
    for signal in ["INT", "TERM"] {
        let (mut program, address) = serve(BLOCKING);
        let sleeper = ask_meanwhile(address, "/sleeper?seconds=1");
        program.log(SLEEPER_BEGINS);
        // It stands in the backlog, where nobody sees it.
        let mut idle = TcpStream::connect(address).unwrap();
        idle.set_read_timeout(Some(DEADLINE)).unwrap();
        program.signal(signal);

        assert_eq!(sleeper.join().unwrap().status, 200);
        assert_eq!(program.wait().code(), Some(0), "{signal}");
        assert!(is_closed(&mut idle));
        is_refused(address);
    }
}

#[test]
fn a_signal_that_comes_before_the_loop_listens_for_signals_is_heard() {
    for signal in ["INT", "TERM"] {
        let mut command = command(ASYNC, &["--addr", "127.0.0.1:0", "--step"]);
        command.stdin(Stdio::piped());
        let mut program = Program::start(command);
        // Nothing has run yet: the server's own listening for signals begins in the first turn.
        program.log("next     run");
        program.signal(signal);
        program.type_line("c");
        program.log("stopping: what is under way is answered first");
        assert_eq!(program.wait().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_failure_that_nobody_can_read_is_a_failure_and_not_a_panic() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for server in SERVERS {
        let mut command = command(server, &["--addr", &address]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stderr(writer);
        assert_eq!(command.status().unwrap().code(), Some(1), "{server}");
    }
}

#[test]
fn a_second_signal_ends_a_server_at_once() {
    for server in SERVERS {
        for (first, second, code) in [("INT", "INT", 130), ("TERM", "TERM", 143), ("INT", "TERM", 143)] {
            let (mut program, address) = serve(server);
            let sleeper = ask_meanwhile_and_fail(address);
            program.log(SLEEPER_BEGINS);
            program.signal(first);
            if server == ASYNC {
                is_refused(address);
            }
            assert!(program.is_running(), "the first lets the sleeper sleep");
            program.signal(second);
            // Two of the same that come at once count as one: so it is sent again until it is heard.
            let status = eventually("the second signal", || {
                if program.is_running() && first == second {
                    program.signal(second);
                }
                (!program.is_running()).then(|| program.wait())
            });
            assert_eq!(status.code(), Some(code), "{server} {first} {second}");
            sleeper.join().unwrap();
        }
    }
}

/// A sleeper that will sleep for longer than any test, and not be answered.
fn ask_meanwhile_and_fail(server: SocketAddr) -> std::thread::JoinHandle<()> {
    use std::io::Write;
    let mut stream = TcpStream::connect(server).unwrap();
    write!(stream, "GET /sleeper?seconds=3600 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    std::thread::spawn(move || {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        assert!(is_closed(&mut stream));
    })
}

/// Whether the other side closes the connection without a word.
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

/// Waits until nobody listens any more.
fn is_refused(address: SocketAddr) {
    eventually("connections to be refused", || {
        TcpStream::connect(address)
            .is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
            .then_some(())
    });
}

#[test]
fn both_servers_have_the_same_routes() {
    // Method, target, status, and what the answer has in it.
    let cases = [
        ("GET", "/", 200, "GET /sleeper"),
        ("GET", "/activer", 200, "activer: here you are, at once\n"),
        ("GET", "/activer?seconds=0.5", 200, "activer"),
        ("GET", "/sleeper?seconds=0.01", 200, "sleeper: slept 0.01 s\n"),
        ("GET", "/blocker?seconds=0.01", 200, "blocker: held its thread for 0.01 s\n"),
        ("GET", "/threaded?seconds=0.01", 200, "threaded: held another thread for 0.01 s\n"),
        ("GET", "/sleeper?seconds=0", 200, "slept 0 s"),
        ("GET", "/sleeper?seconds=nonsense", 400, "seconds is no number of seconds"),
        ("GET", "/sleeper?seconds=-1", 400, "is no number"),
        ("GET", "/sleeper?seconds=1e1", 400, "is no number"),
        ("GET", "/sleeper?seconds=", 400, "is no number"),
        ("GET", "/sleeper?seconds=3601", 400, "at most 3600"),
        ("GET", "/nowhere", 404, "GET / says"),
        ("GET", "/favicon.ico", 204, ""),
        ("HEAD", "/activer", 200, ""),
        ("HEAD", "/sleeper?seconds=0.01", 200, ""),
        ("HEAD", "/nowhere", 404, ""),
        ("POST", "/sleeper", 405, "GET or HEAD"),
        ("DELETE", "/activer", 405, "GET or HEAD"),
        ("OPTIONS", "/sleeper", 204, ""),
        ("OPTIONS", "*", 204, ""),
    ];
    for server in SERVERS {
        let (_program, address) = serve(server);
        for (method, target, status, text) in cases {
            let answer = ask(address, method, target);
            let case = format!("{server} {method} {target}: {answer:?}");
            assert_eq!(answer.status, status, "{case}");
            assert!(answer.body.contains(text), "{case}");
            assert_eq!(answer.body.is_empty(), text.is_empty(), "{case}");
            assert!(answer.head.contains("cache-control: no-store"), "{case}");
            let allows = status == 405 || method == "OPTIONS";
            assert_eq!(answer.head.contains("allow: get, head, options"), allows, "{case}");
        }
    }
}

#[test]
fn the_favicon_is_not_worth_a_log_line() {
    for server in SERVERS {
        let (program, address) = serve(server);
        ask(address, "GET", "/favicon.ico");
        ask(address, "GET", "/activer");
        assert!(program.log("> GET").ends_with("> GET /activer"), "{server}");
    }
}

#[test]
fn on_the_loop_the_activer_overtakes_a_sleeper() {
    let (program, address) = serve(ASYNC);
    let sleeper = ask_meanwhile(address, "/sleeper?seconds=2");
    program.log(SLEEPER_BEGINS);
    let activer = ask(address, "GET", "/activer");
    let sleeper = sleeper.join().unwrap();
    assert!(sleeper.took() >= Duration::from_secs(2));
    assert!(activer.finished < sleeper.started + Duration::from_secs(2), "it waited: {:?}", activer.took());
}

#[test]
fn on_the_loop_the_activer_waits_for_a_blocker() {
    let (program, address) = serve(ASYNC);
    let blocker = ask_meanwhile(address, "/blocker?seconds=0.7");
    program.log("> GET /blocker");
    let activer = ask(address, "GET", "/activer");
    let blocker = blocker.join().unwrap();
    assert!(activer.finished >= blocker.started + Duration::from_millis(700));
}

#[test]
fn with_several_loops_a_blocker_holds_up_only_its_own() {
    let (mut program, address) = serve_with(ASYNC, &["--workers", "4"]);
    let blocker = ask_meanwhile(address, "/blocker?seconds=3");
    program.log("> GET /blocker");
    // Where each of them comes to is the kernel's choice: that all come to one loop of four is as likely as
    // to throw the same number with fifty dice.
    let activers: Vec<_> = (0..50).map(|_| ask_meanwhile(address, "/activer")).collect();
    let answers: Vec<_> = activers.into_iter().map(|activer| activer.join().unwrap()).collect();
    let blocker = blocker.join().unwrap();
    let overtook = answers.iter().filter(|answer| answer.finished < blocker.finished).count();
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(overtook > 0, "all waited for the blocker");
    program.signal("TERM");
    assert_eq!(program.wait().code(), Some(0));
    is_refused(address);
}

#[test]
fn several_loops_take_no_port_that_another_program_has() {
    let (_program, address) = serve(ASYNC);
    let output = finish(command(ASYNC, &["--addr", &address.to_string(), "--workers", "2"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another program has this port"), "{}", stderr(&output));
    for arguments in [["--workers", "0"], ["--workers", "many"]] {
        assert_eq!(finish(command(ASYNC, &arguments)).status.code(), Some(2));
    }
}

/// In a release build debug mode has to be asked for.
#[test]
fn a_blocker_is_warned_of_once() {
    let mut command = command(ASYNC, &["--addr", "127.0.0.1:0"]);
    // Far more than a step takes on a busy machine, and less than the blocker.
    command.env("LOOP_SLOW_MS", "700");
    if !cfg!(debug_assertions) {
        command.env("LOOP_DEBUG", "1");
    }
    let mut program = Program::start(command);
    let line = program.line();
    let address: SocketAddr = line.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(ask(address, "GET", "/activer").status, 200);
    assert_eq!(ask(address, "GET", "/blocker?seconds=1").status, 200);
    assert_eq!(ask(address, "GET", "/sleeper?seconds=0.01").status, 200);
    program.signal("TERM");
    program.wait();
    let mut warnings = program.rest_of_log();
    warnings.retain(|line| !line.starts_with("stopping:"));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for part in
        [" W slow  ", " conn2 ", " held the loop 1.", " s: GET /blocker?seconds=1", "@async_server.rs:"]
    {
        assert!(warnings[0].contains(part), "{part:?} in {warnings:?}");
    }
}

#[test]
fn a_signal_shows_who_is_there_and_nothing_else_happens() {
    let (program, address) = serve(ASYNC);
    let sleeper = ask_meanwhile(address, "/sleeper?seconds=2");
    program.log(SLEEPER_BEGINS);
    program.signal("USR1");
    // The sleep, and the connection's own time limit if it came a moment before its request.
    let first = program.log(" tasks at ");
    assert!(["timers=1 ", "timers=2 "].iter().any(|timers| first.contains(timers)), "{first}");
    for (task, awaits) in
        [("T1 main", "T2"), ("└─ T2 accept", "io"), ("T3 stop", "signal"), ("T4 conn1", "sleep tm")]
    {
        let line = program.log(task);
        assert!(line.starts_with(task), "{line}");
        assert!(line.contains(&format!("  waiting  {awaits}")), "{line}");
        assert!(line.contains("async_server.rs:") || line.contains("async-server.rs:"), "{line}");
    }
    assert_eq!(sleeper.join().unwrap().status, 200);
    assert_eq!(ask(address, "GET", "/activer").status, 200);
}

#[test]
fn on_the_loop_the_activer_overtakes_a_call_on_another_thread() {
    let (program, address) = serve(ASYNC);
    let threaded = ask_meanwhile(address, "/threaded?seconds=2");
    program.log("> GET /threaded");
    let activer = ask(address, "GET", "/activer");
    let threaded = threaded.join().unwrap();
    assert!(threaded.took() >= Duration::from_secs(2));
    assert!(activer.finished < threaded.started + Duration::from_secs(2), "it waited: {:?}", activer.took());
}

#[test]
fn on_the_blocking_server_the_activer_waits_for_anything_that_takes_time() {
    for (target, begins) in [
        ("/sleeper?seconds=0.5", SLEEPER_BEGINS),
        ("/blocker?seconds=0.5", "> GET /blocker"),
        ("/threaded?seconds=0.5", "> GET /threaded"),
    ] {
        let (program, address) = serve(BLOCKING);
        let slow = ask_meanwhile(address, target);
        program.log(begins);
        let activer = ask(address, "GET", "/activer");
        let slow = slow.join().unwrap();
        assert!(activer.finished >= slow.started + Duration::from_millis(500), "{target}");
    }
}

#[test]
fn connections_that_say_nothing_do_not_hold_the_blocking_server_up_for_long() {
    let (_program, address) = serve(BLOCKING);
    let silent: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    let activer = ask(address, "GET", "/activer");
    assert_eq!(activer.status, 200);
    // Half a second for each. With the patience that the loop can afford it would be a minute.
    assert!(activer.took() < Duration::from_secs(5), "{:?}", activer.took());
    drop(silent);
}
