//! Ctrl-C while `run` runs. It is heard on the main thread only, and no test has that for itself: so this is
//! a program without the usual frame, which starts itself anew for each case.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, future, io, process, thread};

use executor::signals::Signals;
use executor::{cancellable, run, sleep, spawn, to_thread, yield_now};

const SIGINT: i32 = 2;

fn main() {
    if let Ok(case) = env::var("INTERRUPT_CASE") {
        return play(&case);
    }
    let cases: [(&str, fn()); 10] = [
        ("who_does_not_hear_is_dropped_and_the_others_clean_up", dropped),
        ("a_main_task_that_hears_may_go_on", hears),
        ("the_second_ends_a_loop_that_is_held", held),
        ("a_main_task_that_is_over_before_it_hears_is_no_way_out", too_late),
        ("the_first_ends_a_clean_up_behind_a_main_task_that_is_over", cleaning_up),
        ("whoever_listens_hears_it_alone", listens),
        ("one_that_came_before_anybody_listened_cancels_the_main_task", before_it_listens),
        ("a_handler_of_the_programs_own_stays", own_handler),
        ("after_the_run_it_does_what_it_does", after),
        ("what_a_shell_has_ignored_stays_so", ignored),
    ];
    // As the usual frame does: words choose by name. None of the cases is ignored.
    let (mut flags, mut chosen, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--skip" => skipped.extend(words.next()),
            "--test-threads" | "--format" | "--color" | "--logfile" | "-Z" => drop(words.next()),
            flag if flag.starts_with('-') => flags.push(word),
            _ => chosen.push(word),
        }
    }
    let has_flag = |flag: &str| flags.iter().any(|word| word == flag);
    for (name, case) in cases {
        let is_named = |words: &[String]| words.iter().any(|word| name.contains(word));
        if has_flag("--ignored") || is_named(&skipped) || !(chosen.is_empty() || is_named(&chosen)) {
            continue;
        }
        if has_flag("--list") {
            println!("{name}: test");
        } else {
            case();
            println!("test {name} ... ok");
        }
    }
}

struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

/// What the program of a case does.
fn play(case: &str) {
    // Nobody waits for ever for a case that does not end.
    thread::spawn(|| {
        thread::sleep(Duration::from_mins(1));
        eprintln!("not over after a minute");
        process::exit(3);
    });
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
        "before it listens" => run(async {
            println!("ready");
            hold();
            let _signals = Signals::new().unwrap();
            println!("listens");
            future::pending::<()>().await;
        })
        .unwrap(),
        "ignored" => run(async {
            println!("ready");
            to_thread(hold).await.unwrap();
            println!("goes on");
        })
        .unwrap(),
        "too late" => run(async {
            let _says = Says("main is over");
            spawn(async {
                assert!(cancellable(future::pending::<()>()).await.is_err());
                println!("the other has cleaned up");
            });
            yield_now().await;
            println!("ready");
            hold();
        })
        .unwrap(),
        "cleaning up" => run(async {
            spawn(async {
                assert!(cancellable(future::pending::<()>()).await.is_err());
                println!("ready");
                future::pending::<()>().await;
            });
            yield_now().await;
        })
        .unwrap(),
        "own handler" => {
            let heard = Arc::<AtomicBool>::default();
            signal_hook::flag::register(SIGINT, Arc::clone(&heard)).unwrap();
            let in_the_run = Arc::clone(&heard);
            run(async move {
                println!("ready");
                while !in_the_run.load(Ordering::Acquire) {
                    sleep(Duration::from_millis(1)).await;
                }
                println!("heard");
            })
            .unwrap();
            heard.store(false, Ordering::Release);
            println!("ready");
            while !heard.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(1));
            }
            println!("heard");
        }
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
    /// Also if whoever runs the tests has SIGINT ignored, as a shell has it in the background.
    fn start(case: &str) -> Played {
        let program = env::current_exe().unwrap();
        if is_ignored() {
            let mut heard = Command::new("env");
            heard.arg("--default-signal=INT").arg(program);
            return Played::start_by(heard, case);
        }
        Played::start_by(Command::new(program), case)
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

fn is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (SIGINT - 1) & 1 == 1)
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

fn dropped() {
    let played = Played::start("dropped");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!(
        (status.signal(), said.as_str()),
        (Some(SIGINT), "main is dropped\nthe other has cleaned up\n")
    );
}

fn hears() {
    let played = Played::start("hears");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), "run gives Ok(Err(\"heard\"))\n"));
}

fn held() {
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

fn too_late() {
    let mut played = Played::start("too late");
    played.interrupt();
    played.stdin = None;
    let (status, said) = played.end();
    assert_eq!((status.signal(), said.as_str()), (Some(SIGINT), "main is over\nthe other has cleaned up\n"));
}

fn cleaning_up() {
    let played = Played::start("cleaning up");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.signal(), said.as_str()), (Some(SIGINT), ""));
}

fn before_it_listens() {
    let mut played = Played::start("before it listens");
    played.interrupt();
    played.stdin = None;
    let (status, said) = played.end();
    assert_eq!((status.signal(), said.as_str()), (Some(SIGINT), "listens\n"));
}

fn own_handler() {
    let mut played = Played::start("own handler");
    played.interrupt();
    assert_eq!((played.line(), played.line()), ("heard\n".to_owned(), "ready\n".to_owned()));
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), "heard\n"));
}

fn listens() {
    let mut played = Played::start("listens");
    for _ in 0..2 {
        played.interrupt();
        assert_eq!(played.line(), "heard SIGINT\n");
    }
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

fn after() {
    let played = Played::start("after");
    played.interrupt();
    let (status, said) = played.end();
    assert_eq!((status.signal(), said.as_str()), (Some(SIGINT), ""));
}

fn ignored() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$0\""]).arg(env::current_exe().unwrap());
    let mut played = Played::start_by(shell, "ignored");
    played.interrupt();
    played.stdin = None;
    let (status, said) = played.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), "goes on\n"));
}
