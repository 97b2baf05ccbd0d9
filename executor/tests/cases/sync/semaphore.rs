//! `Semaphore`, held against a model after `asyncio.Semaphore`.

use executor::sync::{Permit, Semaphore};
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Acquire,
    Try,
    /// Gives a permit back by dropping it.
    GiveBack,
    Forget,
    /// Adds some that nobody has taken.
    Add(usize),
}

impl Subject for Semaphore {
    type Op = Op;
    type Held<'a> = Vec<Permit<'a>>;

    async fn perform<'a>(&'a self, held: &mut Self::Held<'a>, op: Op) -> String {
        match op {
            Op::Acquire => {
                held.push(self.acquire().await);
                "has one more".to_owned()
            }
            Op::Try => {
                let permit = self.try_acquire();
                let note = format!("tries: {}", permit.is_some());
                held.extend(permit);
                note
            }
            Op::GiveBack => format!("gives back: {}", held.pop().is_some()),
            Op::Forget => format!("forgets: {}", held.pop().map(Permit::forget).is_some()),
            Op::Add(permits) => {
                self.add_permits(permits);
                format!("adds {permits}: {}", self.available_permits())
            }
        }
    }

    fn state(&self) -> String {
        format!("{self:?}")
    }
}

struct SemaphoreModel {
    value: usize,
    line: Line,
    held: [usize; 6],
}

impl SemaphoreModel {
    fn is_locked(&self) -> bool {
        self.value == 0 || !self.line.is_empty()
    }

    fn take(&mut self, task: usize) {
        self.value -= 1;
        self.held[task] += 1;
    }

    /// asyncio: `_wake_up_next`, which the callers ask for only when there is a permit.
    fn wake_up_next(&mut self, sim: &mut Sim) {
        if self.line.notify_one(sim) {
            self.value -= 1;
        }
    }

    fn release(&mut self, sim: &mut Sim) {
        self.value += 1;
        self.wake_up_next(sim);
    }

    /// Takes one from what the task has.
    fn pop(&mut self, task: usize) -> bool {
        let some = self.held[task] > 0;
        self.held[task] -= usize::from(some);
        some
    }
}

impl Model for SemaphoreModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Acquire if self.is_locked() => {
                self.line.join(task);
                None
            }
            Op::Acquire => {
                self.take(task);
                Some("has one more".to_owned())
            }
            Op::Try => {
                let free = !self.is_locked();
                if free {
                    self.take(task);
                }
                Some(format!("tries: {free}"))
            }
            Op::GiveBack => {
                let some = self.pop(task);
                if some {
                    self.release(sim);
                }
                Some(format!("gives back: {some}"))
            }
            Op::Forget => Some(format!("forgets: {}", self.pop(task))),
            Op::Add(permits) => {
                for _ in 0..permits {
                    self.release(sim);
                }
                Some(format!("adds {permits}: {}", self.value))
            }
        }
    }

    fn again(&mut self, sim: &mut Sim, task: usize, _op: Op) -> Option<String> {
        if !self.line.go_on(task) {
            return None;
        }
        self.held[task] += 1;
        if self.value > 0 {
            self.wake_up_next(sim);
        }
        Some("has one more".to_owned())
    }

    fn give_up(&mut self, sim: &mut Sim, task: usize, _op: Op) {
        if self.line.leave(task) {
            self.release(sim);
        }
    }

    fn end(&mut self, sim: &mut Sim, task: usize) {
        while self.pop(task) {
            self.release(sim);
        }
    }

    fn check_at_rest(&self) {
        assert!(self.value == 0 || self.line.is_empty());
        assert_eq!(self.line.notified(), 0);
    }

    fn state(&self) -> String {
        format!("Semaphore {{ permits: {}, bound: None, waiters: {} }}", self.value, self.line.len())
    }
}

fn make(permits: usize) -> (Semaphore, SemaphoreModel) {
    (Semaphore::new(permits), SemaphoreModel { value: permits, line: Line::default(), held: [0; 6] })
}

#[test]
fn every_abort_of_a_small_script() {
    let takes = vec![Step::Do(Op::Acquire), Step::Yield, Step::Do(Op::GiveBack), Step::Do(Op::Acquire)];
    let script: Script<Op> = vec![takes.clone(), takes.clone(), takes.clone(), takes];
    same_story_with_every_abort(|| make(1), &script);
    same_story_with_every_abort(|| make(2), &script);
}

#[test]
fn random_scripts_of_a_semaphore() {
    let op = || {
        prop_oneof![
            5 => Just(Op::Acquire),
            1 => Just(Op::Try),
            4 => Just(Op::GiveBack),
            1 => Just(Op::Forget),
            1 => (0..4_usize).prop_map(Op::Add),
        ]
    };
    for permits in 0..3 {
        random_scripts(|| make(permits), op());
    }
}
