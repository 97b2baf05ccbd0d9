//! `Barrier`, held against a model after `asyncio.Barrier`; places are counted at the exit, as
//! `Barrier::wait` says.

use executor::sync::Barrier;
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Wait,
    Reset,
    Abort,
}

impl Subject for Barrier {
    type Op = Op;
    type Held<'a> = ();

    async fn perform(&self, _held: &mut (), op: Op) -> String {
        match op {
            Op::Wait => match self.wait().await {
                Ok(place) => return format!("passes, place {place}"),
                Err(error) => return error.to_string(),
            },
            Op::Reset => self.reset(),
            Op::Abort => self.abort(),
        }
        format!("{op:?}: {} wait, broken {}", self.waiting(), self.is_broken())
    }

    fn state(&self) -> String {
        format!("{self:?}")
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Filling,
    Draining,
    Resetting,
    Broken,
}

struct BarrierModel {
    parties: usize,
    state: State,
    count: usize,
    passed: usize,
    line: Line,
    inside: [bool; 6],
}

const BROKEN: &str = "the barrier was aborted or reset";

impl BarrierModel {
    /// asyncio: `wait`, after `_block`.
    fn enter(&mut self, sim: &mut Sim, task: usize) -> Option<String> {
        match self.state {
            State::Draining | State::Resetting => {
                self.line.join(task);
                return None;
            }
            State::Broken => return Some(BROKEN.to_owned()),
            State::Filling => {}
        }
        self.count += 1;
        if self.count < self.parties {
            self.inside[task] = true;
            self.line.join(task);
            return None;
        }
        self.state = State::Draining;
        self.passed = 0;
        self.line.notify_all(sim);
        self.exit(sim);
        Some(format!("passes, place {}", self.parties - 1))
    }

    /// asyncio: `count -= 1` and `_exit`.
    fn exit(&mut self, sim: &mut Sim) {
        self.count -= 1;
        if self.count == 0 {
            if self.state != State::Broken {
                self.state = State::Filling;
            }
            self.line.notify_all(sim);
        }
    }
}

impl Model for BarrierModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Wait => return self.enter(sim, task),
            Op::Reset if self.count > 0 => self.state = State::Resetting,
            Op::Reset => self.state = State::Filling,
            Op::Abort => self.state = State::Broken,
        }
        self.line.notify_all(sim);
        let waiting = if self.state == State::Filling { self.count } else { 0 };
        Some(format!("{op:?}: {waiting} wait, broken {}", self.state == State::Broken))
    }

    fn again(&mut self, sim: &mut Sim, task: usize, _op: Op) -> Option<String> {
        if !self.line.go_on(task) {
            return None;
        }
        if !self.inside[task] {
            return self.enter(sim, task);
        }
        assert_ne!(self.state, State::Filling);
        self.inside[task] = false;
        let note = if self.state == State::Draining {
            self.passed += 1;
            format!("passes, place {}", self.passed - 1)
        } else {
            BROKEN.to_owned()
        };
        self.exit(sim);
        Some(note)
    }

    fn give_up(&mut self, sim: &mut Sim, task: usize, _op: Op) {
        self.line.leave(task);
        if self.inside[task] {
            self.inside[task] = false;
            self.exit(sim);
        }
    }

    fn check_at_rest(&self) {
        // Everybody who waits has come in, and somebody is missing.
        assert_eq!(self.line.notified(), 0);
        assert_eq!(self.line.len(), self.count);
        assert!(self.count < self.parties);
        assert!(self.count == 0 || self.state == State::Filling);
    }

    fn state(&self) -> String {
        format!(
            "Barrier {{ parties: {}, phase: {:?}, inside: {}, .. }}",
            self.parties, self.state, self.count
        )
    }
}

fn make(parties: usize) -> (Barrier, BarrierModel) {
    let model = BarrierModel {
        parties,
        state: State::Filling,
        count: 0,
        passed: 0,
        line: Line::default(),
        inside: [false; 6],
    };
    (Barrier::new(parties), model)
}

#[test]
fn every_abort_of_a_small_script() {
    let waits = vec![Step::Do(Op::Wait), Step::Do(Op::Wait), Step::Yield, Step::Do(Op::Wait)];
    let script: Script<Op> = vec![waits.clone(), waits.clone(), waits.clone(), waits];
    for parties in 1..4 {
        same_story_with_every_abort(|| make(parties), &script);
    }
}

#[test]
fn random_scripts_of_a_barrier() {
    for parties in 1..4 {
        random_scripts(
            || make(parties),
            prop_oneof![9 => Just(Op::Wait), 1 => Just(Op::Reset), 1 => Just(Op::Abort)],
        );
    }
}
