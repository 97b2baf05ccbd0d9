//! `Event`, held against a model after `asyncio.Event`.

use executor::sync::Event;
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Wait,
    Set,
    Clear,
    SetAndClear,
}

impl Subject for Event {
    type Op = Op;
    type Held<'a> = ();

    async fn perform(&self, _held: &mut (), op: Op) -> String {
        match op {
            Op::Wait => self.wait().await,
            Op::Set => self.set(),
            Op::Clear => self.clear(),
            Op::SetAndClear => {
                self.set();
                self.clear();
            }
        }
        format!("{op:?}: {}", self.is_set())
    }

    fn state(&self) -> String {
        format!("{self:?}")
    }
}

#[derive(Default)]
struct EventModel {
    value: bool,
    line: Line,
}

impl Model for EventModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Wait if self.value => {}
            Op::Wait => {
                self.line.join(task);
                return None;
            }
            Op::Set | Op::SetAndClear => {
                self.line.notify_all(sim);
                self.value = matches!(op, Op::Set);
            }
            Op::Clear => self.value = false,
        }
        Some(format!("{op:?}: {}", self.value))
    }

    fn again(&mut self, _sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        if self.line.go_on(task) { Some(format!("{op:?}: {}", self.value)) } else { None }
    }

    fn give_up(&mut self, _sim: &mut Sim, task: usize, _op: Op) {
        self.line.leave(task);
    }

    fn check_at_rest(&self) {
        assert!(!self.value || self.line.is_empty());
        assert_eq!(self.line.notified(), 0);
    }

    fn state(&self) -> String {
        format!("Event {{ set: {}, waiters: {} }}", self.value, self.line.len())
    }
}

fn make() -> (Event, EventModel) {
    (Event::new(), EventModel::default())
}

#[test]
fn every_abort_of_a_small_script() {
    let waits = vec![Step::Do(Op::Wait), Step::Do(Op::Wait)];
    let sets = vec![Step::Yield, Step::Do(Op::SetAndClear), Step::Yield, Step::Yield, Step::Do(Op::Set)];
    let script: Script<Op> = vec![waits.clone(), waits.clone(), sets, waits];
    same_story_with_every_abort(make, &script);
}

#[test]
fn random_scripts_of_an_event() {
    random_scripts(
        make,
        prop_oneof![5 => Just(Op::Wait), 1 => Just(Op::Set), 2 => Just(Op::Clear), 1 => Just(Op::SetAndClear)],
    );
}
