//! Scripts for several tasks, played twice: by the loop with the real thing, and by a model of both.
//!
//! The model of the loop is [`Sim`]: a queue of tasks, and turns that run as many as stood in it. The
//! models of the primitives are written after asyncio's `locks.py` and `queues.py`. Both players note
//! what each operation gives and in which turn; the notes must be the same, line by line, and so must be
//! what is left at the end. Then order, exclusion and counts are right, and nobody waits who could go on:
//! each model checks for itself that this is so when nothing moves any more.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use executor::{AbortHandle, BackendKind, ClockKind, TimerKind, WakeMode, turn, yield_now};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::support::kinds::Kind;

/// Scripts that every run plays of each kind, and then once more for each task and turn that an abort
/// can hit. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more, and for others.
const SCRIPTS: u32 = 100;

/// More turns than any script needs.
const TURNS: u64 = 60;

/// What a task does next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<O> {
    Yield,
    Do(O),
    /// Gives the wait up after so many turns; in the last one even if it was woken for it.
    Within(u8, O),
    /// Aborts a task, if there is one with this number. It may be the task itself.
    Abort(usize),
}

pub(super) type Script<O> = Vec<Vec<Step<O>>>;

/// The real thing.
pub(super) trait Subject: 'static {
    type Op: Copy + Debug + 'static;
    /// What a task has got hold of: guards, permits.
    type Held<'a>: Default;

    async fn perform<'a>(&'a self, held: &mut Self::Held<'a>, op: Self::Op) -> String;

    /// What can be seen of it at the end.
    fn state(&self) -> String;
}

/// What it is held against. A task waits for one thing at a time.
pub(super) trait Model {
    type Op: Copy;

    /// An operation begins: its result, if it need not wait.
    fn begin(&mut self, sim: &mut Sim, task: usize, op: Self::Op) -> Option<String>;

    /// The task runs, perhaps without reason: the operation's result, if it may go on.
    fn again(&mut self, sim: &mut Sim, task: usize, op: Self::Op) -> Option<String>;

    /// The operation is dropped while it waits.
    fn give_up(&mut self, sim: &mut Sim, task: usize, op: Self::Op);

    /// The task is over, and what it held is dropped.
    fn end(&mut self, _sim: &mut Sim, _task: usize) {}

    /// Nothing moves any more: then nobody may be waiting who could go on.
    fn check_at_rest(&self);

    fn state(&self) -> String;
}

/// Polls a future until it is ready, but gives it up in the poll that is `turns` later: then without
/// asking it.
async fn within<F: Future>(turns: u8, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = turns;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

const GAVE_UP: &str = "gave up";

/// The loop plays the script.
fn play<S: Subject>(subject: S, script: &Script<S::Op>) -> Vec<String> {
    let kind = Kind { backend: BackendKind::Mio, timers: TimerKind::Wheel, wake: WakeMode::Direct };
    let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
    let subject = Rc::new(subject);
    let notes = Rc::new(RefCell::new(Vec::new()));
    let handles: Rc<RefCell<Vec<AbortHandle>>> = Rc::default();
    for (me, steps) in script.iter().enumerate() {
        let (subject, notes) = (Rc::clone(&subject), Rc::clone(&notes));
        let (handles, steps) = (Rc::clone(&handles), steps.clone());
        let theirs = Rc::clone(&handles);
        let task = event_loop.spawn(async move {
            let mut held = S::Held::default();
            for step in steps {
                let note = match step {
                    Step::Yield => {
                        yield_now().await;
                        continue;
                    }
                    Step::Abort(task) => {
                        let handle = theirs.borrow().get(task).cloned();
                        if let Some(handle) = handle {
                            handle.abort();
                        }
                        continue;
                    }
                    Step::Do(op) => subject.perform(&mut held, op).await,
                    Step::Within(turns, op) => within(turns, subject.perform(&mut held, op))
                        .await
                        .unwrap_or_else(|| GAVE_UP.to_owned()),
                };
                notes.borrow_mut().push(format!("tick {}: {me} {note}", turn()));
            }
        });
        handles.borrow_mut().push(task.abort_handle());
    }
    event_loop.block_on(async {
        for _ in 0..TURNS {
            yield_now().await;
        }
    });
    notes.borrow_mut().push(subject.state());
    // Whoever still waits is dropped here, and passes on what nobody will get.
    drop(event_loop);
    notes.take()
}

/// A model of the loop.
#[derive(Default)]
pub(super) struct Sim {
    ready: VecDeque<usize>,
    tasks: Vec<SimTask>,
    notes: Vec<String>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Life {
    #[default]
    Runs,
    Aborted,
    Over,
}

#[derive(Default, Clone)]
struct SimTask {
    life: Life,
    queued: bool,
    /// How many steps of the script are done.
    done: usize,
    /// Whether the next one has begun, and waits.
    waiting: bool,
    turns_left: u8,
}

impl Sim {
    pub(super) fn wake(&mut self, task: usize) {
        if !self.tasks[task].queued {
            self.tasks[task].queued = true;
            self.ready.push_back(task);
        }
    }

    /// The model plays the script.
    fn play<M: Model>(mut model: M, script: &Script<M::Op>) -> Vec<String> {
        let mut sim = Sim { tasks: vec![SimTask::default(); script.len()], ..Sim::default() };
        for task in 0..script.len() {
            sim.wake(task);
        }
        for tick in 1..TURNS {
            for _ in 0..sim.ready.len() {
                let task = sim.ready.pop_front().unwrap();
                sim.tasks[task].queued = false;
                if sim.tasks[task].life != Life::Over {
                    sim.step(&mut model, tick, task, &script[task]);
                }
            }
        }
        assert!(sim.ready.is_empty(), "the script needs more turns than there are");
        model.check_at_rest();
        sim.notes.push(model.state());
        sim.notes
    }

    fn step<M: Model>(&mut self, model: &mut M, tick: u64, me: usize, steps: &[Step<M::Op>]) {
        if self.tasks[me].life == Life::Aborted {
            let next = steps.get(self.tasks[me].done);
            if let (true, Some(Step::Do(op) | Step::Within(_, op))) = (self.tasks[me].waiting, next) {
                model.give_up(self, me, *op);
            }
            model.end(self, me);
            self.tasks[me].life = Life::Over;
            return;
        }
        while let Some(step) = steps.get(self.tasks[me].done) {
            let resumed = std::mem::replace(&mut self.tasks[me].waiting, false);
            let note = match *step {
                Step::Yield if resumed => None,
                Step::Yield => {
                    self.tasks[me].waiting = true;
                    self.wake(me);
                    return;
                }
                Step::Abort(task) => {
                    if task < self.tasks.len() && self.tasks[task].life == Life::Runs {
                        self.tasks[task].life = Life::Aborted;
                        self.wake(task);
                    }
                    None
                }
                Step::Do(op) => {
                    let result = if resumed { model.again(self, me, op) } else { model.begin(self, me, op) };
                    if result.is_none() {
                        self.tasks[me].waiting = true;
                        return;
                    }
                    result
                }
                Step::Within(turns, op) => {
                    if !resumed {
                        self.tasks[me].turns_left = turns;
                    }
                    if self.tasks[me].turns_left == 0 {
                        if resumed {
                            model.give_up(self, me, op);
                        }
                        Some(GAVE_UP.to_owned())
                    } else {
                        self.tasks[me].turns_left -= 1;
                        let result =
                            if resumed { model.again(self, me, op) } else { model.begin(self, me, op) };
                        if result.is_none() {
                            self.tasks[me].waiting = true;
                            self.wake(me);
                            return;
                        }
                        result
                    }
                }
            };
            self.tasks[me].done += 1;
            if let Some(note) = note {
                self.notes.push(format!("tick {tick}: {me} {note}"));
            }
        }
        model.end(self, me);
        self.tasks[me].life = Life::Over;
    }
}

/// Both play the script, and must tell the same story.
#[track_caller]
fn same_story<S, M>(subject: S, model: M, script: &Script<S::Op>)
where
    S: Subject,
    M: Model<Op = S::Op>,
{
    let (said, expected) = (play(subject, script), Sim::play(model, script));
    assert_eq!(said, expected, "of {script:#?}");
}

/// Both play the script as it is; and then once more for each task and each turn, with one task more
/// that aborts it: first in its turn, and last.
#[track_caller]
pub(super) fn same_story_with_every_abort<S, M>(make: impl Fn() -> (S, M), script: &Script<S::Op>)
where
    S: Subject,
    M: Model<Op = S::Op>,
{
    let (subject, model) = make();
    same_story(subject, model, script);
    for turns in 0..8 {
        for victim in 0..script.len() {
            let mut late = vec![Step::Yield; turns];
            late.push(Step::Abort(victim));
            let mut script = script.clone();
            script.push(late);
            let (subject, model) = make();
            same_story(subject, model, &script);

            let mut early = vec![Step::Yield; turns];
            early.push(Step::Abort(victim + 1));
            script.pop();
            script.insert(0, early);
            let (subject, model) = make();
            same_story(subject, model, &script);
        }
    }
}

fn script<O: Copy + Debug + 'static>(
    op: impl Strategy<Value = O> + 'static,
) -> impl Strategy<Value = Script<O>> {
    let op = op.boxed();
    let step = prop_oneof![
        3 => Just(Step::Yield),
        10 => op.clone().prop_map(Step::Do),
        2 => (0..4_u8, op).prop_map(|(turns, op)| Step::Within(turns, op)),
        1 => (0..4_usize).prop_map(Step::Abort),
    ];
    prop::collection::vec(prop::collection::vec(step, 0..7), 1..5)
}

/// Random scripts of `op`s, with every abort.
#[track_caller]
pub(super) fn random_scripts<S, M>(make: impl Fn() -> (S, M), op: impl Strategy<Value = S::Op> + 'static)
where
    S: Subject,
    M: Model<Op = S::Op>,
{
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = SCRIPTS;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(60);
    }
    let outcome = TestRunner::new(config).run(&script(op), |script| {
        same_story_with_every_abort(&make, &script);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
