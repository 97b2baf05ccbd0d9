//! `Lock`, held against a model after `asyncio.Lock`.

use executor::sync::{Lock, LockGuard};
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Acquire,
    Try,
    Release,
}

impl Subject for Lock<u32> {
    type Op = Op;
    type Held<'a> = Vec<LockGuard<'a, u32>>;

    async fn perform<'a>(&'a self, held: &mut Self::Held<'a>, op: Op) -> String {
        match op {
            Op::Acquire => {
                let mut guard = self.acquire().await;
                *guard += 1;
                let note = format!("is number {}", *guard);
                held.push(guard);
                note
            }
            Op::Try => match self.try_acquire() {
                Some(mut guard) => {
                    *guard += 1;
                    let note = format!("is number {} without waiting", *guard);
                    held.push(guard);
                    note
                }
                None => "would have to wait".to_owned(),
            },
            Op::Release => format!("releases {}", u32::from(held.pop().is_some())),
        }
    }

    fn state(&self) -> String {
        format!("{self:?}")
    }
}

#[derive(Default)]
struct LockModel {
    holder: Option<usize>,
    line: Line,
    number: u32,
}

impl LockModel {
    fn is_to_be_had(&self) -> bool {
        self.holder.is_none() && self.line.is_empty()
    }

    fn take(&mut self, task: usize) -> u32 {
        assert_eq!(self.holder, None);
        self.holder = Some(task);
        self.number += 1;
        self.number
    }

    fn release(&mut self, sim: &mut Sim, task: usize) -> u32 {
        if self.holder != Some(task) {
            return 0;
        }
        self.holder = None;
        self.line.notify_one(sim);
        1
    }
}

impl Model for LockModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Acquire if self.is_to_be_had() => Some(format!("is number {}", self.take(task))),
            Op::Acquire => {
                self.line.join(task);
                None
            }
            Op::Try if self.is_to_be_had() => Some(format!("is number {} without waiting", self.take(task))),
            Op::Try => Some("would have to wait".to_owned()),
            Op::Release => Some(format!("releases {}", self.release(sim, task))),
        }
    }

    fn again(&mut self, _sim: &mut Sim, task: usize, _op: Op) -> Option<String> {
        if self.line.go_on(task) { Some(format!("is number {}", self.take(task))) } else { None }
    }

    fn give_up(&mut self, sim: &mut Sim, task: usize, _op: Op) {
        if self.line.leave(task) {
            self.line.notify_one(sim);
        }
    }

    fn end(&mut self, sim: &mut Sim, task: usize) {
        self.release(sim, task);
    }

    fn check_at_rest(&self) {
        assert!(self.holder.is_some() || self.line.is_empty());
        assert_eq!(self.line.notified(), 0);
    }

    fn state(&self) -> String {
        let locked = self.holder.is_some();
        format!("Lock {{ locked: {locked}, waiters: {}, .. }}", self.line.len())
    }
}

fn make() -> (Lock<u32>, LockModel) {
    (Lock::new(0), LockModel::default())
}

#[test]
fn every_abort_of_a_small_script() {
    let takes = vec![Step::Do(Op::Acquire), Step::Yield, Step::Do(Op::Release), Step::Do(Op::Acquire)];
    let script: Script<Op> = vec![takes.clone(), takes.clone(), takes];
    same_story_with_every_abort(make, &script);
}

#[test]
fn random_scripts_of_a_lock() {
    random_scripts(make, prop_oneof![4 => Just(Op::Acquire), 1 => Just(Op::Try), 4 => Just(Op::Release)]);
}
