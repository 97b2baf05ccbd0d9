//! The narrator: it knows what is happening right now, and tells it to whoever listens.
//!
//! The loop and everything below it speak to the narrator, and observers listen to it. Nobody
//! listening costs one branch for each step.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::event::{Awaiting, Cause, Event, Place, Record, TaskId};
use crate::inbox::TaskKey;
use crate::time::clock::Clock;
use crate::time::instant::Instant;

/// Somebody who looks at the loop. It gets no handle to it: it can see everything and change
/// nothing.
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
    /// What the step under way has begun to wait for, and where.
    awaiting: Cell<(Awaiting, Option<Place>)>,
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
            awaiting: Cell::new((Awaiting::Unknown, None)),
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

    /// Tells an event to everybody who listens.
    pub(crate) fn tell(&self, event: Event) {
        self.seq.set(self.seq.get() + 1);
        let record = Record {
            seq: self.seq.get(),
            time: self.clock.now(),
            tick: self.tick.get(),
            task: self.task(),
            event,
        };
        // An observer may be added while another looks, so none is called under the borrow.
        let mut next = 0;
        loop {
            let observer = match self.observers.borrow().get(next) {
                Some(observer) => Rc::clone(observer),
                None => break,
            };
            observer.observe(&record);
            next += 1;
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
        self.awaiting.set((Awaiting::Unknown, None));
    }

    /// The step is over.
    pub(crate) fn step_ends(&self) {
        self.task.set(None);
        self.cause.set(Cause::Outside);
    }

    /// What the step under way has come to wait for, and where.
    pub(crate) fn awaiting(&self) -> (Awaiting, Option<Place>) {
        self.awaiting.get()
    }

    /// A future of ours is about to return `Pending`: note what it waits for, and where the
    /// `.await` is.
    pub(crate) fn awaits(&self, awaiting: Awaiting, place: Place) {
        self.awaiting.set((awaiting, Some(place)));
    }

    /// When something began whose duration an observer will want to know: nothing if nobody
    /// listens.
    pub(crate) fn stopwatch(&self) -> Option<Instant> {
        if self.observed.get() { Some(self.clock.now()) } else { None }
    }

    /// How long ago that was.
    pub(crate) fn elapsed(&self, began: Instant) -> Duration {
        self.clock.now().since(began)
    }
}
