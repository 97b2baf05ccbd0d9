//! The narrator: it knows what is happening right now, and tells it to whoever listens.
//!
//! The loop and everything below it speak to the narrator, and observers listen to it. Nobody
//! listening costs one branch for each step.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use super::event::{Event, Record};
use super::left_out::{LeftOut, Verdict};
use super::names::{Cause, TaskId};
use crate::inbox::TaskKey;
use crate::time::clock::Clock;
use crate::time::instant::Instant;

/// Somebody who looks at the loop. It gets no handle to it, and has only to look. (Should it use the loop
/// all the same, and wake somebody, that counts.)
pub trait Observer {
    /// One step of the loop, in the order in which they happen. Runs on the loop's thread, so it
    /// holds the loop as long as it takes.
    fn observe(&self, record: &Record);
}

/// The loop's clock, the step that is under way, and those who listen.
pub(crate) struct Narrator {
    pub(crate) clock: Clock,
    /// The number of the turn.
    tick: Cell<u64>,
    seq: Cell<u64>,
    /// The task whose step is under way.
    task: Cell<Option<TaskKey>>,
    /// Why whatever is woken now is woken.
    cause: Cell<Cause>,
    /// Whether the step under way has said what it has come to wait for (`awaits.rs`).
    has_said: Cell<bool>,
    /// Since when each task that is ready stands in the ready queue, as far as anybody has looked.
    pub(super) queued: RefCell<HashMap<TaskId, Instant>>,
    /// Since when the task whose step is under way had stood there.
    queued_since: Cell<Option<Instant>>,
    pub(super) left_out: LeftOut,
    /// The beginning of a turn of which nothing is told yet.
    held_back: RefCell<Vec<Record>>,
    /// What has yet to be told, and whether that is under way.
    unpublished: RefCell<VecDeque<Record>>,
    publishing: Cell<bool>,
    observers: RefCell<Vec<Rc<dyn Observer>>>,
    /// Whether there are any: the one branch.
    observed: Cell<bool>,
}

impl Narrator {
    pub(crate) fn new(clock: Clock) -> Self {
        Narrator {
            clock,
            tick: Cell::new(0),
            seq: Cell::new(0),
            task: Cell::new(None),
            cause: Cell::new(Cause::Outside),
            has_said: Cell::new(false),
            queued: RefCell::default(),
            queued_since: Cell::new(None),
            left_out: LeftOut::default(),
            held_back: RefCell::default(),
            unpublished: RefCell::default(),
            publishing: Cell::new(false),
            observers: RefCell::new(Vec::new()),
            observed: Cell::new(false),
        }
    }

    pub(crate) fn add_observer(&self, observer: Rc<dyn Observer>) {
        self.observers.borrow_mut().push(observer);
        self.observed.set(true);
    }

    /// Whether it is worth making an event.
    pub(crate) fn is_observed(&self) -> bool {
        self.observed.get()
    }

    /// Nothing more is told to this observer.
    pub(super) fn remove_observer(&self, observer: &Rc<dyn Observer>) {
        let mut observers = self.observers.borrow_mut();
        let left: Vec<_> = observers.iter().filter(|other| !Rc::ptr_eq(other, observer)).cloned().collect();
        self.observed.set(!left.is_empty());
        // Whoever goes may run a destructor: not under the borrow.
        let before = std::mem::replace(&mut *observers, left);
        drop(observers);
        drop(before);
        if !self.is_observed() {
            self.queued.borrow_mut().clear();
            self.held_back.borrow_mut().clear();
        }
    }

    /// Tells an event to everybody who listens.
    pub(crate) fn tell(&self, event: Event) {
        let (time, tick, task) = (self.clock.now(), self.tick.get(), self.task());
        if let Event::Spawned { task, .. } | Event::Woken { task, already: false, .. } = &event {
            self.queued.borrow_mut().insert(*task, time);
        }
        let mut record = Record { seq: 0, time, tick, task, event };
        if self.left_out.is_in_use() {
            let verdict = self.left_out.judge(&record.event, record.task);
            record.task = record.task.filter(|task| !self.left_out.has_task(Some(*task)));
            match verdict {
                Verdict::Drop => return,
                Verdict::Hold => return self.held_back.borrow_mut().push(record),
                Verdict::HoldAnew => return *self.held_back.borrow_mut() = vec![record],
                Verdict::Tell => {
                    for earlier in self.held_back.take() {
                        self.publish(earlier);
                    }
                }
            }
        }
        self.publish(record);
    }

    /// Gives a record its number and gives it to everybody. What an observer itself makes happen (it
    /// may wake a task) comes behind, so that all see everything in the same order.
    fn publish(&self, mut record: Record) {
        self.seq.set(self.seq.get() + 1);
        record.seq = self.seq.get();
        if self.publishing.replace(true) {
            self.unpublished.borrow_mut().push_back(record);
            return;
        }
        let _done = Publishing(&self.publishing);
        let mut next = Some(record);
        while let Some(record) = next {
            // An observer may be added while another looks, so none is called under the borrow.
            let mut which = 0;
            loop {
                let observer = match self.observers.borrow().get(which) {
                    Some(observer) => Rc::clone(observer),
                    None => break,
                };
                observer.observe(&record);
                which += 1;
            }
            next = self.unpublished.borrow_mut().pop_front();
        }
    }

    /// The record of something that is not told to everybody: as if it came right behind the last
    /// one.
    pub(super) fn aside(&self, event: Event) -> Record {
        Record {
            seq: self.seq.get(),
            time: self.clock.now(),
            tick: self.tick.get(),
            task: self.task().filter(|task| !self.left_out.has_task(Some(*task))),
            event,
        }
    }

    /// The number of the last event.
    pub(super) fn seq(&self) -> u64 {
        self.seq.get()
    }

    /// From here on, nothing is told of this task and of what it does.
    pub(super) fn leave_out(&self, task: TaskId) {
        if self.left_out.add(task) && self.is_observed() {
            self.tell(Event::LeftOut { task });
        }
    }

    pub(crate) fn tick(&self) -> u64 {
        self.tick.get()
    }

    pub(crate) fn next_tick(&self) {
        self.tick.set(self.tick.get() + 1);
    }

    /// The task that is running.
    pub(crate) fn task(&self) -> Option<TaskId> {
        self.task.get().map(|task| task.id)
    }

    /// The same, with its place in the table of tasks.
    pub(crate) fn task_key(&self) -> Option<TaskKey> {
        self.task.get()
    }

    pub(crate) fn cause(&self) -> Cause {
        self.cause.get()
    }

    /// From here on, what is woken is woken because of `cause`.
    pub(crate) fn because(&self, cause: Cause) {
        self.cause.set(cause);
    }

    /// A task takes a step. What it wakes, it wakes itself.
    pub(crate) fn step_begins(&self, task: TaskKey) {
        self.task.set(Some(task));
        self.cause.set(Cause::Task(task.id));
        self.has_said.set(false);
        if self.is_observed() {
            self.queued_since.set(self.queued.borrow_mut().remove(&task.id));
        }
    }

    /// The step is over.
    pub(crate) fn step_ends(&self) {
        self.task.set(None);
        self.cause.set(Cause::Outside);
    }

    /// Whether the step under way has said what it has come to wait for.
    pub(crate) fn has_said(&self) -> bool {
        self.has_said.get()
    }

    /// It says so now.
    pub(super) fn say(&self) {
        self.has_said.set(true);
    }

    /// When something began whose duration an observer will want to know: nothing if nobody
    /// listens.
    pub(crate) fn stopwatch(&self) -> Option<Instant> {
        if self.observed.get() { Some(self.clock.now()) } else { None }
    }

    /// Since when the task whose step is under way had stood in the ready queue, if that was seen.
    pub(super) fn queued_since(&self) -> Option<Instant> {
        self.queued_since.get()
    }

    /// The same, at the end of it: whoever has begun to look in its middle sees it end all the same, and
    /// no more than that.
    pub(super) fn began(&self, began: Option<Instant>) -> Option<Instant> {
        began.or_else(|| self.stopwatch())
    }

    /// How long ago that was.
    pub(crate) fn elapsed(&self, began: Instant) -> Duration {
        self.clock.now().since(began)
    }
}

/// As long as it lives, observers are being called: also when one of them panics, that ends.
struct Publishing<'a>(&'a Cell<bool>);

impl Drop for Publishing<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
