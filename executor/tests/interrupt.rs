//! Ctrl-C while `run` runs. It is heard on the main thread only, and no test has that for itself: so this is
//! a program without the usual frame, which starts itself anew for each case.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, future, io, thread};

use executor::signals::Signals;
use executor::{cancellable, run, sleep, spawn, to_thread};

const SIGINT: i32 = 2;

fn main() {
    if let Ok(case) = env::var("INTERRUPT_CASE") {
        return play(&case);
    }
    for case in [
        who_does_not_hear_is_dropped_and_the_others_clean_up,
        a_main_task_that_hears_may_go_on,
        the_second_ends_a_loop_that_is_held,
        whoever_listens_hears_it_alone,
        after_the_run_it_does_what_it_does,
        what_a_shell_has_ignored_stays_so,
    ] {
        case();
    }
    println!("six cases of Ctrl-C: ok");
}

struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

/// What the program of a case does.
fn play(case: &str) {
    match case {
        "dropped" => run(async {
            let _says = Says("main is dropped");
            spawn(async {
                assert!(cancellable(future::pending::<()>()).await.is_err());
                sleep(Duration::from_millis(1)).await;
                println!("the other has cleaned up");
            });
            sleep(Duration::from_millis(1)).await;
            println!("ready");
            future::pending::<()>().await;
        })
        .unwrap(),
        "hears" => {
            let value = run(async {
                println!("ready");
                cancellable(future::pending::<()>()).await.map_err(|_| "heard")
            });
            println!("run gives {value:?}");
        }
        "held" => run(async {
            println!("ready");
            hold();
        })
        .unwrap(),
        "listens" => run(async {
            let mut signals = Signals::new().unwrap();
            println!("ready");
            for _ in 0..2 {
                println!("heard {:?}", signals.recv().await.unwrap());
            }
        })
        .unwrap(),
        "ignored" => run(async {
            println!("ready");
            to_thread(hold).await.unwrap();
            println!("goes on");
        })
        .unwrap(),
        "after" => {
            run(async {}).unwrap();
            println!("ready");
            hold();
        }
        other => panic!("there is no case {other}"),
    }
}

/// Holds the thread until the other side is done with it.
fn hold() {
    let _ = io::stdin().read(&mut [0]);
}

/// The program of a case, which has said that it is ready.
struct Played {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Played {
    fn start(case: &str) -> Played {
        Played::start_by(Command::new(env::current_exe().unwrap()), case)
    }

    fn start_by(mut command: Command, case: &str) -> Played {
        command.env("INTERRUPT_CASE", case).env("LOOP_CLOCK", "real").env_remove("LOOP_STEP");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut played = Played { child, stdin, stdout };
        assert_eq!(played.line(), "ready\n");
        played
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    fn interrupt(&self) {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// How it ended, and what it has said until then.
    fn end(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        let status = self.child.wait().unwrap();
        io::copy(self.child.stderr.as_mut().unwrap(), &mut Complaints(&mut said)).unwrap();
        (status, said)
    }
}

/// What a program writes to stderr, marked as such.
struct Complaints<'a>(&'a mut String);

impl Write for Complaints<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.0 += "stderr: ";
        *self.0 += &String::from_utf8_lossy(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn who_does_not_hear_is_dropped_and_the_others_clean_up() {
    let played = Played::start("dropped");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!(
        (status.signal(), said.as_str()),
        (Some(SIGINT), "main is dropped\nthe other has cleaned up\n")
    );
}

fn a_main_task_that_hears_may_go_on() {
    let played = Played::start("hears");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), "run gives Ok(Err(\"heard\"))\n"));
}

fn the_second_ends_a_loop_that_is_held() {
    let mut played = Played::start("held");
    played.interrupt();
    // Two that come at once count as one: so the second is repeated.
    let until = Instant::now() + Duration::from_secs(30);
    let mut ended = None;
    while ended.is_none() && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
        ended = played.child.try_wait().unwrap();
        if ended.is_none() {
            played.interrupt();
        }
    }
    assert_eq!(ended.unwrap().signal(), Some(SIGINT));
}

fn whoever_listens_hears_it_alone() {
    let mut played = Played::start("listens");
    for _ in 0..2 {
        played.interrupt();
        assert_eq!(played.line(), "heard SIGINT\n");
    }
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

fn after_the_run_it_does_what_it_does() {
    let played = Played::start("after");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.signal(), said.as_str()), (Some(SIGINT), ""));
}

fn what_a_shell_has_ignored_stays_so() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$0\""]).arg(env::current_exe().unwrap());
    let mut played = Played::start_by(shell, "ignored");
    played.interrupt();
    played.stdin = None;
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), "goes on\n"));
}
