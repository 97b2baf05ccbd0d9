//! Programs that nobody wrote: made at random, and played by `CPython` and here. Both must print the same
//! lines, with the same numbers of ticks.
//!
//! The corpus shows what somebody has thought of. This shows the rest: five tasks that sleep, spawn, join,
//! shield, gather, fail, clean up, hold locks, wait for events and cancel each other, as it comes.
//!
//! Left out is what is deliberately different (`README.md`), and what asyncio itself has not always done in
//! the same way: a group that is cancelled while it fails, a request that is taken back, and a time limit
//! in a task that was asked to be cancelled before.

mod player;

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use executor::WakeMode;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{RngSeed, TestRunner};
use serde::Serialize;

use crate::support::kinds;

/// `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more, and for others.
const PROGRAMS: u32 = 1000;

const TASKS: usize = 5;

/// There are so many locks, semaphores and events.
const EACH: usize = 2;

/// What a task does next. `random.py` knows them by the same names.
#[derive(Debug, Clone, Serialize)]
enum Op {
    Yield,
    Sleep(f64),
    /// Makes the task with this number, if it is not there yet.
    Spawn(usize),
    Cancel(usize),
    /// Makes it likewise, and waits for it, if nobody else has.
    Join(usize),
    /// The same, without passing a request to be cancelled on.
    Shield(usize),
    Fail,
    /// Goes on after a failure.
    Try(Ops),
    /// Goes on after a request to be cancelled.
    Refuse(Ops),
    /// After the first, whatever became of it, does the second.
    Finally(Ops, Ops),
    Gather(Vec<Ops>),
    Limit(f64, Ops),
    Lock(usize, Ops),
    Semaphore(usize, Ops),
    Wait(usize),
    Set(usize),
    Clear(usize),
}

type Ops = Vec<Op>;

/// The tasks by their numbers. The first is there from the beginning.
type Program = Vec<Ops>;

fn program() -> impl Strategy<Value = Program> {
    let of = |kind| (0..TASKS).map(|me| task(me, kind)).collect::<Vec<_>>();
    let tasks = prop_oneof![of(Kind::Queues), of(Kind::Refuses), of(Kind::IsLimited)];
    let spawned_at_once = subsequence((1..TASKS).collect::<Vec<_>>(), 1..TASKS);
    (spawned_at_once, tasks).prop_map(|(spawned, mut tasks)| {
        tasks[0].splice(0..0, spawned.into_iter().map(Op::Spawn));
        tasks
    })
}

/// What else the tasks of a program do, besides waiting for others, failing and cleaning up.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// They take locks and semaphores. Nobody is cancelled: who is, and waits for a lock, stands in line here
    /// until its own step.
    Queues,
    /// They cancel each other, and go on when they are cancelled.
    Refuses,
    /// They cancel each other, and have time limits.
    IsLimited,
}

fn task(me: usize, kind: Kind) -> impl Strategy<Value = Ops> {
    let leaf = prop_oneof![
        4 => plain(me, kind),
        1 => later(me).prop_map(Op::Join),
        1 => later(me).prop_map(Op::Shield),
    ];
    let op = leaf.prop_recursive(3, 16, 4, move |inner| {
        let inner = vec(inner, 0..4);
        let own = match kind {
            Kind::Queues => queue(inner.clone()),
            Kind::Refuses => inner.clone().prop_map(Op::Refuse).boxed(),
            // What is limited is dropped here when its time is up, and hears nothing: so only what is plain.
            Kind::IsLimited => (seconds(), vec(plain(me, kind), 0..4)).prop_map(limit).boxed(),
        };
        prop_oneof![
            1 => inner.clone().prop_map(Op::Try),
            1 => (inner.clone(), vec(calm(), 0..3)).prop_map(|(ops, cleanup)| Op::Finally(ops, cleanup)),
            1 => vec(inner, 1..4).prop_map(Op::Gather),
            2 => own,
        ]
    });
    vec(op, 2..7)
}

/// Who is spawned and waited for comes later, so that nobody waits in a circle.
fn later(me: usize) -> Range<usize> {
    me + 1..TASKS.max(me + 2)
}

fn queue(ops: impl Strategy<Value = Ops> + Clone + 'static) -> BoxedStrategy<Op> {
    let lock = (0..EACH, ops.clone()).prop_map(|(lock, ops)| Op::Lock(lock, ops));
    let semaphore = (0..EACH, ops).prop_map(|(semaphore, ops)| Op::Semaphore(semaphore, ops));
    prop_oneof![lock, semaphore].boxed()
}

fn limit((seconds, ops): (f64, Ops)) -> Op {
    Op::Limit(seconds, ops)
}

/// What has nothing inside of it.
fn plain(me: usize, kind: Kind) -> BoxedStrategy<Op> {
    let plain = prop_oneof![
        5 => calm(),
        2 => later(me).prop_map(Op::Spawn),
        1 => (0..EACH).prop_map(Op::Wait),
        1 => Just(Op::Fail),
    ];
    if kind == Kind::Queues {
        plain.boxed()
    } else {
        prop_oneof![2 => plain, 1 => (0..TASKS).prop_map(Op::Cancel)].boxed()
    }
}

/// What neither fails nor has to do with other tasks.
fn calm() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Yield),
        seconds().prop_map(Op::Sleep),
        (0..EACH).prop_map(Op::Set),
        (0..EACH).prop_map(Op::Clear),
    ]
}

/// So long that the microseconds by which `ticks.py` lets its clock go on do not matter, and no two timers
/// are equal.
fn seconds() -> impl Strategy<Value = f64> {
    0.5..2000.0_f64
}

/// `CPython`, which plays one program after the other.
struct Python {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity");
        let mut process = Command::new("python3")
            .arg("-B")
            .arg(folder.join("random.py"))
            .env("PYTHONPATH", folder.join("programs"))
            .env("CLOCK", "virtual")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test needs python3");
        let lines = BufReader::new(process.stdout.take().unwrap());
        Python { process, lines }
    }

    fn play(&mut self, program: &Program) -> Vec<String> {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{}", serde_json::to_string(program).unwrap()).expect("random.py reads on");
        let mut printed = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "random.py has ended");
            match line.trim_end() {
                "end" => return printed,
                line => printed.push(line.to_owned()),
            }
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs python3, 3.11 or newer"]
fn random_programs_print_the_same() {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = PROGRAMS;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(7);
    }
    let python = RefCell::new(Python::start());
    let outcome = TestRunner::new(config).run(&program(), |program| {
        let expected = python.borrow_mut().play(&program);
        for kind in kinds::Kind::all().into_iter().filter(|kind| kind.wake == WakeMode::Asyncio) {
            let printed = player::play(program.clone(), kind);
            prop_assert_eq!(&printed, &expected, "left is here, on {:?}; right is Python", kind);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
