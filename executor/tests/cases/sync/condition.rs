//! `Condition`, held against a model after `asyncio.Condition`; what differs when a wait is dropped is
//! what `sync/condition.rs` says.

use executor::sync::{Condition, Lock, LockGuard};
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Acquire,
    Release,
    Wait,
    /// Waits until the value is at least this.
    WaitFor(u32),
    /// Adds one to the value.
    Add,
    Notify(usize),
    NotifyAll,
}

#[derive(Default)]
struct Guarded {
    lock: Lock<u32>,
    changed: Condition,
}

const NO_LOCK: &str = "has no lock";

impl Subject for Guarded {
    type Op = Op;
    type Held<'a> = Option<LockGuard<'a, u32>>;

    async fn perform<'a>(&'a self, held: &mut Self::Held<'a>, op: Op) -> String {
        match (op, held.take()) {
            (Op::Acquire, None) => *held = Some(self.lock.acquire().await),
            (Op::Acquire, Some(guard)) => *held = Some(guard),
            (Op::Release, guard) => drop(guard),
            (Op::Wait, Some(guard)) => *held = Some(self.changed.wait(guard).await),
            (Op::WaitFor(least), Some(guard)) => {
                *held = Some(self.changed.wait_for(guard, |value| *value >= least).await);
            }
            (Op::Add, Some(mut guard)) => {
                *guard += 1;
                *held = Some(guard);
            }
            (Op::Wait | Op::WaitFor(_) | Op::Add, None) => return NO_LOCK.to_owned(),
            (Op::Notify(n), guard) => {
                self.changed.notify(n);
                *held = guard;
            }
            (Op::NotifyAll, guard) => {
                self.changed.notify_all();
                *held = guard;
            }
        }
        format!("{op:?}")
    }

    fn state(&self) -> String {
        format!("{:?} {:?}", self.lock, self.changed)
    }
}

#[derive(Default)]
struct GuardedModel {
    holder: Option<usize>,
    value: u32,
    for_lock: Line,
    for_change: Line,
}

impl GuardedModel {
    fn release(&mut self, sim: &mut Sim, task: usize) {
        if self.holder == Some(task) {
            self.holder = None;
            self.for_lock.notify_one(sim);
        }
    }

    /// Takes the lock or stands in line for it.
    fn acquire(&mut self, task: usize) -> bool {
        if self.holder.is_none() && self.for_lock.is_empty() {
            self.holder = Some(task);
            return true;
        }
        self.for_lock.join(task);
        false
    }

    /// The task has the lock (again): is it done, or does it wait (again)?
    fn has_lock(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        if let Op::WaitFor(least) = op
            && self.value < least
        {
            self.release(sim, task);
            self.for_change.join(task);
            return None;
        }
        Some(format!("{op:?}"))
    }

    fn notify(&mut self, sim: &mut Sim, n: usize) {
        for _ in 0..n {
            self.for_change.notify_one(sim);
        }
    }
}

impl Model for GuardedModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        let holds = self.holder == Some(task);
        match op {
            Op::Acquire if holds => {}
            Op::Acquire => {
                if !self.acquire(task) {
                    return None;
                }
            }
            Op::Release => self.release(sim, task),
            Op::Wait | Op::WaitFor(_) | Op::Add if !holds => return Some(NO_LOCK.to_owned()),
            Op::Wait => {
                self.release(sim, task);
                self.for_change.join(task);
                return None;
            }
            Op::WaitFor(_) => return self.has_lock(sim, task, op),
            Op::Add => self.value += 1,
            Op::Notify(n) => self.notify(sim, n),
            Op::NotifyAll => self.for_change.notify_all(sim),
        }
        Some(format!("{op:?}"))
    }

    fn again(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        if self.for_change.go_on(task) {
            return if self.acquire(task) { self.has_lock(sim, task, op) } else { None };
        }
        if self.for_lock.go_on(task) {
            assert_eq!(self.holder, None);
            self.holder = Some(task);
            return self.has_lock(sim, task, op);
        }
        None
    }

    fn give_up(&mut self, sim: &mut Sim, task: usize, op: Op) {
        if self.for_change.has(task) {
            if self.for_change.leave(task) {
                self.notify(sim, 1);
            }
            return;
        }
        if self.for_lock.leave(task) {
            self.for_lock.notify_one(sim);
        }
        if !matches!(op, Op::Acquire) {
            self.notify(sim, 1);
        }
    }

    fn end(&mut self, sim: &mut Sim, task: usize) {
        self.release(sim, task);
    }

    fn check_at_rest(&self) {
        assert!(self.holder.is_some() || self.for_lock.is_empty());
        assert_eq!(self.for_lock.notified() + self.for_change.notified(), 0);
    }

    fn state(&self) -> String {
        format!(
            "Lock {{ locked: {}, waiters: {}, .. }} Condition {{ waiters: {} }}",
            self.holder.is_some(),
            self.for_lock.len(),
            self.for_change.len()
        )
    }
}

fn make() -> (Guarded, GuardedModel) {
    (Guarded::default(), GuardedModel::default())
}

#[test]
fn every_abort_of_a_small_script() {
    let waits = vec![Step::Do(Op::Acquire), Step::Do(Op::Wait), Step::Yield, Step::Do(Op::Release)];
    let notifies = vec![
        Step::Yield,
        Step::Do(Op::Acquire),
        Step::Do(Op::Notify(2)),
        Step::Yield,
        Step::Do(Op::Release),
        Step::Do(Op::NotifyAll),
    ];
    let script: Script<Op> = vec![waits.clone(), waits.clone(), notifies, waits];
    same_story_with_every_abort(make, &script);
}

/// The first is notified, and aborted while it waits for the lock: then the second is.
#[test]
fn a_notification_is_passed_on_also_from_the_line_for_the_lock() {
    let waits = vec![Step::Do(Op::Acquire), Step::Do(Op::Wait), Step::Do(Op::Release)];
    let notifies = vec![
        Step::Yield,
        Step::Do(Op::Acquire),
        Step::Do(Op::Notify(1)),
        Step::Yield,
        Step::Yield,
        Step::Yield,
        Step::Do(Op::Release),
    ];
    let script: Script<Op> = vec![waits.clone(), waits, notifies];
    same_story_with_every_abort(make, &script);
}

#[test]
fn random_scripts_of_a_condition() {
    random_scripts(
        make,
        prop_oneof![
            5 => Just(Op::Acquire),
            3 => Just(Op::Release),
            4 => Just(Op::Wait),
            2 => (0..3_u32).prop_map(Op::WaitFor),
            2 => Just(Op::Add),
            2 => (0..3_usize).prop_map(Op::Notify),
            1 => Just(Op::NotifyAll),
        ],
    );
}
