//! `kill -USR1`: the tree on stderr, and the program goes on.
//!
//! A signal is sent to a whole process, so each program is a process of its own: this very test
//! program, told to run one test.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use executor::inspect::Event;
use executor::net::TcpListener;
use executor::{ClockKind, EventLoop, run, sleep, spawn_named};
use signal_hook::consts::SIGUSR1;

use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::watcher::Watcher;

const HOUR: Duration = Duration::from_hours(1);
const TASKS: usize = 10_000;

/// Says on stdout that it can be asked now.
fn ready() {
    println!("\nready");
}

/// The programs, in the processes that the tests below start: nothing in a plain run of the tests.
#[test]
fn program_in_a_process_of_its_own() {
    match env::var("SIGUSR1_TEST").unwrap_or_default().as_str() {
        "sleeps" => run(async {
            drop(spawn_named("sleeper", async { sleep(HOUR).await }));
            ready();
            sleep(HOUR).await;
        })
        .unwrap(),
        // Without a timer it waits for ever.
        "waits" => run(async {
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            ready();
            drop(listener.accept().await);
        })
        .unwrap(),
        // On the virtual clock an hour is over at once.
        "virtual" => {
            let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build().unwrap();
            event_loop.block_on(async {
                ready();
                loop {
                    sleep(HOUR).await;
                }
            });
        }
        "held" => run(async {
            drop(spawn_named("waits", std::future::pending::<()>()));
            ready();
            // Somebody blocks the thread until stdin ends.
            let _ = std::io::stdin().lock().read_line(&mut String::new());
            sleep(HOUR).await;
        })
        .unwrap(),
        "three" => {
            let (runs, running) = mpsc::channel();
            for name in ["one", "two"] {
                let runs = runs.clone();
                let work = move || {
                    run(async move {
                        drop(spawn_named(name, std::future::pending::<()>()));
                        runs.send(()).unwrap();
                        sleep(HOUR).await;
                    })
                    .unwrap();
                };
                thread::Builder::new().name(format!("of {name}")).spawn(work).unwrap();
            }
            running.recv().unwrap();
            running.recv().unwrap();
            // One that is over, and one that is built and does not run.
            run(async { sleep(Duration::from_millis(1)).await }).unwrap();
            let _built = EventLoop::builder().build().unwrap();
            run(async {
                ready();
                sleep(HOUR).await;
            })
            .unwrap();
        }
        "own handler" => run(async {
            let heard = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(SIGUSR1, Arc::clone(&heard)).unwrap();
            ready();
            while !heard.load(Ordering::SeqCst) {
                sleep(Duration::from_millis(1)).await;
            }
            println!("heard");
            sleep(HOUR).await;
        })
        .unwrap(),
        "ten thousand" => ten_thousand(),
        _ => {}
    }
}

/// Tells how long the callback took that answers.
fn ten_thousand() {
    let watcher = Watcher::new();
    let kind = Kind::all()[0];
    let event_loop = kind.builder(ClockKind::Real).observer(watcher.clone()).build().unwrap();
    event_loop.block_on(async move {
        for number in 1..=TASKS {
            drop(spawn_named(&format!("conn{number}"), async { sleep(HOUR).await }));
        }
        sleep(Duration::from_millis(10)).await;
        ready();
        loop {
            sleep(Duration::from_millis(10)).await;
            for record in watcher.records() {
                if let Event::CallbackRan { took, .. } = record.event {
                    println!("held for {} us", took.as_micros());
                    return sleep(HOUR).await;
                }
            }
        }
    });
}

struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

impl Program {
    /// Starts one and waits until it can be asked.
    fn start(what: &str) -> Program {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "cases::sigusr1::program_in_a_process_of_its_own", "--nocapture"])
            .env("SIGUSR1_TEST", what)
            .env_remove("LOOP_CLOCK")
            .env_remove("LOOP_DEBUG")
            .env_remove("LOOP_SLOW_MS")
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut program = Program { child, stdout, stderr };
        program.says("ready");
        program
    }

    /// Waits for a line on stdout.
    fn says(&mut self, word: &str) {
        let mut line = String::new();
        while line.trim() != word {
            line.clear();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "it ended without {word:?}");
        }
    }

    fn ask(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-USR1", &id]).status().unwrap().success());
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it ended without another line on stderr");
        line.trim_end().to_owned()
    }

    /// A whole tree: its first line says how many follow.
    fn tree(&mut self) -> Vec<String> {
        let mut first = self.line();
        // Not what these tests are about, but true on a machine that is busy enough.
        while first.starts_with("loop: ") || first.contains(" held the loop ") {
            first = self.line();
        }
        let count =
            first.split(" task").next().unwrap().parse().unwrap_or_else(|_| panic!("no tree: {first}"));
        let mut lines = vec![first];
        for _ in 0..count {
            lines.push(self.line());
        }
        lines
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_prints_the_tree_and_goes_on() {
    within_patience(|| {
        let mut program = Program::start("sleeps");
        for _ in 0..3 {
            program.ask();
            let tree = program.tree();
            assert!(tree[0].starts_with("2 tasks at ") && !tree[0].contains("thread"), "{tree:?}");
            assert!(tree[1].starts_with("T1 main     waiting  sleep tm"), "{tree:?}");
            assert!(tree[2].starts_with("T2 sleeper  waiting  sleep tm"), "{tree:?}");
            assert!(tree[2].contains("sigusr1.rs:"), "{tree:?}");
        }
        assert!(program.child.try_wait().unwrap().is_none());
    });
}

#[test]
fn a_loop_that_waits_for_ever_answers_and_one_that_never_waits() {
    within_patience(|| {
        for what in ["waits", "virtual"] {
            let mut program = Program::start(what);
            program.ask();
            let tree = program.tree();
            assert!(tree[0].starts_with("1 task at ") && tree[1].starts_with("T1 main  "), "{tree:?}");
        }
    });
}

#[test]
fn a_loop_that_is_held_says_so_and_answers_when_it_can() {
    within_patience(|| {
        let mut program = Program::start("held");
        program.ask();
        assert_eq!(program.line(), "loop: something has held it for over 1 s");
        drop(program.child.stdin.take());
        // Debug mode has something to say about it as well.
        let tree = program.tree();
        assert!(tree[0].starts_with("2 tasks at ") && tree[1].starts_with("T1 main"), "{tree:?}");
    });
}

#[test]
fn every_loop_that_runs_answers_and_no_other() {
    within_patience(|| {
        let mut program = Program::start("three");
        program.ask();
        let mut names = Vec::new();
        for _ in 0..3 {
            let tree = program.tree();
            let tasks: Vec<String> =
                tree[1..].iter().map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect();
            if let [_, name] = &tasks[..] {
                assert!(tree[0].ends_with(&format!(", thread of {name}")), "{tree:?}");
            }
            names.push(tasks);
        }
        names.sort_by_key(|names: &Vec<String>| names.last().cloned());
        assert_eq!(names, [vec!["main"], vec!["main", "one"], vec!["main", "two"]]);
    });
}

#[test]
fn a_program_with_a_handler_of_its_own_hears_it_too() {
    within_patience(|| {
        let mut program = Program::start("own handler");
        program.ask();
        program.says("heard");
        assert!(program.tree()[1].starts_with("T1 main"));
    });
}

/// What the loop does for it: 2 ms in a release build, and in a debug build no more than a loaded
/// machine can explain.
#[test]
fn ten_thousand_tasks_hold_the_loop_for_milliseconds() {
    within_patience(|| {
        let mut program = Program::start("ten thousand");
        program.ask();
        let mut line = String::new();
        while !line.starts_with("held for ") {
            line.clear();
            assert!(program.stdout.read_line(&mut line).unwrap() > 0);
        }
        let micros: u64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
        println!("{TASKS} tasks held the loop for {micros} us");
        assert!(micros < 200_000, "{micros} us");
        assert_eq!(program.tree().len(), 1 + TASKS + 1);
    });
}
