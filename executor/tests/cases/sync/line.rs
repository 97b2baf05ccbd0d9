//! The models' wait queue: a vector, searched from the front.

use super::script::Sim;

/// Who stands in line, and whether it has been told to go on.
#[derive(Debug, Default)]
pub(super) struct Line(Vec<(usize, bool)>);

impl Line {
    pub(super) fn join(&mut self, task: usize) {
        assert!(!self.has(task));
        self.0.push((task, false));
    }

    /// Takes a task out, and says whether it had been told to go on.
    pub(super) fn leave(&mut self, task: usize) -> bool {
        let index = self.0.iter().position(|(who, _)| *who == task).unwrap();
        self.0.remove(index).1
    }

    /// Tells the first that has not been told, and says whether there was one.
    pub(super) fn notify_one(&mut self, sim: &mut Sim) -> bool {
        for (task, notified) in &mut self.0 {
            if !*notified {
                *notified = true;
                sim.wake(*task);
                return true;
            }
        }
        false
    }

    pub(super) fn notify_all(&mut self, sim: &mut Sim) {
        while self.notify_one(sim) {}
    }

    pub(super) fn has(&self, task: usize) -> bool {
        self.0.iter().any(|(who, _)| *who == task)
    }

    /// Takes a task out if it may go on, and says whether it may.
    pub(super) fn go_on(&mut self, task: usize) -> bool {
        let may = self.0.contains(&(task, true));
        if may {
            self.leave(task);
        }
        may
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn notified(&self) -> usize {
        self.0.iter().filter(|(_, notified)| *notified).count()
    }
}
