//! `Queue`, held against a model after `asyncio.Queue` of 3.13; what differs is that a latecomer
//! takes nothing that a woken task was promised, as `sync/queue.rs` says.

use std::cell::Cell;

use executor::sync::{Queue, TryGetError, TryPutError};
use proptest::prelude::*;

use super::line::Line;
use super::script::{Model, Script, Sim, Step, Subject, random_scripts, same_story_with_every_abort};

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Put(u8),
    TryPut(u8),
    Get,
    TryGet,
    TaskDone,
    Join,
    Close,
    CloseNow,
}

/// A queue, and how many items were taken out for which nobody has said that they are done.
struct Counted {
    queue: Queue<u8>,
    taken: Cell<usize>,
}

impl Counted {
    fn got(&self, item: u8) -> String {
        self.taken.set(self.taken.get() + 1);
        format!("gets {item}, {} left", self.queue.len())
    }
}

impl Subject for Counted {
    type Op = Op;
    type Held<'a> = ();

    async fn perform(&self, _held: &mut (), op: Op) -> String {
        let queue = &self.queue;
        match op {
            Op::Put(item) => match queue.put(item).await {
                Ok(()) => {}
                Err(closed) => {
                    assert_eq!(closed.0, item);
                    return "puts: closed".to_owned();
                }
            },
            Op::TryPut(item) => match queue.try_put(item) {
                Ok(()) => {}
                Err(TryPutError::Full(back)) => {
                    assert_eq!(back, item);
                    return "puts: full".to_owned();
                }
                Err(TryPutError::Closed(back)) => {
                    assert_eq!(back, item);
                    return "puts: closed".to_owned();
                }
            },
            Op::Get => match queue.get().await {
                Ok(item) => return self.got(item),
                Err(_) => return "gets: closed".to_owned(),
            },
            Op::TryGet => match queue.try_get() {
                Ok(item) => return self.got(item),
                Err(TryGetError::Empty) => return "gets: empty".to_owned(),
                Err(TryGetError::Closed) => return "gets: closed".to_owned(),
            },
            Op::TaskDone => {
                if self.taken.get() == 0 {
                    return "nothing to be done".to_owned();
                }
                self.taken.set(self.taken.get() - 1);
                queue.task_done();
            }
            Op::Join => queue.join().await,
            Op::Close => queue.close(),
            Op::CloseNow => queue.close_now(),
        }
        format!("{op:?}: {} in it", queue.len())
    }

    fn state(&self) -> String {
        format!("{:?}", self.queue)
    }
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Fifo,
    Lifo,
    Priority,
}

struct QueueModel {
    order: Order,
    items: Vec<u8>,
    maxsize: usize,
    closed: bool,
    unfinished: usize,
    taken: usize,
    getters: Line,
    putters: Line,
    joiners: Line,
}

impl QueueModel {
    fn put(&mut self, sim: &mut Sim, item: u8) {
        self.items.push(item);
        self.unfinished += 1;
        self.getters.notify_one(sim);
    }

    fn may_put(&self) -> bool {
        self.maxsize == 0 || self.items.len() + self.putters.notified() < self.maxsize
    }

    fn get(&mut self, sim: &mut Sim) -> String {
        let index = match self.order {
            Order::Fifo => 0,
            Order::Lifo => self.items.len() - 1,
            Order::Priority => {
                let lowest = self.items.iter().min().unwrap();
                self.items.iter().position(|item| item == lowest).unwrap()
            }
        };
        let item = self.items.remove(index);
        self.taken += 1;
        self.putters.notify_one(sim);
        if self.closed && self.items.is_empty() {
            self.getters.notify_all(sim);
        }
        format!("gets {item}, {} left", self.items.len())
    }

    fn may_get(&self) -> bool {
        self.items.len() > self.getters.notified()
    }

    fn is_over(&self) -> bool {
        self.closed && self.items.is_empty()
    }

    fn note(&self, op: Op) -> String {
        format!("{op:?}: {} in it", self.items.len())
    }

    fn finish(&mut self, sim: &mut Sim, items: usize) {
        self.unfinished -= items;
        if self.unfinished == 0 {
            self.joiners.notify_all(sim);
        }
    }

    fn close(&mut self, sim: &mut Sim) {
        self.closed = true;
        self.getters.notify_all(sim);
        self.putters.notify_all(sim);
    }
}

impl Model for QueueModel {
    type Op = Op;

    fn begin(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Put(_) | Op::TryPut(_) if self.closed => return Some("puts: closed".to_owned()),
            Op::Put(item) | Op::TryPut(item) if self.may_put() => self.put(sim, item),
            Op::Put(_) => {
                self.putters.join(task);
                return None;
            }
            Op::TryPut(_) => return Some("puts: full".to_owned()),
            Op::Get | Op::TryGet if self.is_over() => return Some("gets: closed".to_owned()),
            Op::Get | Op::TryGet if self.may_get() => return Some(self.get(sim)),
            Op::Get => {
                self.getters.join(task);
                return None;
            }
            Op::TryGet => return Some("gets: empty".to_owned()),
            Op::TaskDone if self.taken == 0 => return Some("nothing to be done".to_owned()),
            Op::TaskDone => {
                self.taken -= 1;
                self.finish(sim, 1);
            }
            Op::Join if self.unfinished == 0 => {}
            Op::Join => {
                self.joiners.join(task);
                return None;
            }
            Op::Close => self.close(sim),
            Op::CloseNow => {
                let items = std::mem::take(&mut self.items).len();
                self.finish(sim, items);
                self.close(sim);
            }
        }
        Some(self.note(op))
    }

    fn again(&mut self, sim: &mut Sim, task: usize, op: Op) -> Option<String> {
        match op {
            Op::Put(item) => {
                if !self.putters.go_on(task) {
                    return None;
                }
                if self.closed {
                    return Some("puts: closed".to_owned());
                }
                assert!(self.may_put(), "it was promised");
                self.put(sim, item);
                Some(self.note(op))
            }
            Op::Get => {
                if !self.getters.go_on(task) {
                    return None;
                }
                if self.is_over() {
                    return Some("gets: closed".to_owned());
                }
                assert!(!self.items.is_empty(), "it was promised");
                Some(self.get(sim))
            }
            _ => {
                if self.joiners.go_on(task) {
                    Some(self.note(op))
                } else {
                    None
                }
            }
        }
    }

    fn give_up(&mut self, sim: &mut Sim, task: usize, op: Op) {
        match op {
            Op::Put(_) => {
                if self.putters.leave(task) {
                    self.putters.notify_one(sim);
                }
            }
            Op::Get => {
                if self.getters.leave(task) {
                    self.getters.notify_one(sim);
                }
            }
            _ => {
                self.joiners.leave(task);
            }
        }
    }

    fn check_at_rest(&self) {
        assert!(self.getters.is_empty() || (self.items.is_empty() && !self.closed));
        assert!(self.putters.is_empty() || (self.items.len() == self.maxsize && !self.closed));
        assert!(self.joiners.is_empty() || self.unfinished > 0);
        assert_eq!(self.getters.notified() + self.putters.notified() + self.joiners.notified(), 0);
    }

    fn state(&self) -> String {
        let maxsize = if self.maxsize == 0 { None } else { Some(self.maxsize) };
        format!(
            "Queue {{ len: {}, maxsize: {maxsize:?}, closed: {}, unfinished: {}, getters: {}, putters: {}, .. }}",
            self.items.len(),
            self.closed,
            self.unfinished,
            self.getters.len(),
            self.putters.len()
        )
    }
}

fn make(order: Order, maxsize: usize) -> (Counted, QueueModel) {
    let queue = match order {
        Order::Fifo => Queue::new(maxsize),
        Order::Lifo => Queue::lifo(maxsize),
        Order::Priority => Queue::priority(maxsize),
    };
    let model = QueueModel {
        order,
        items: Vec::new(),
        maxsize,
        closed: false,
        unfinished: 0,
        taken: 0,
        getters: Line::default(),
        putters: Line::default(),
        joiners: Line::default(),
    };
    (Counted { queue, taken: Cell::default() }, model)
}

#[test]
fn every_abort_of_a_small_script() {
    let gets =
        vec![Step::Do(Op::Get), Step::Do(Op::TaskDone), Step::Do(Op::Get), Step::Yield, Step::Do(Op::TryGet)];
    let puts = vec![
        Step::Do(Op::Put(1)),
        Step::Do(Op::Put(2)),
        Step::Yield,
        Step::Do(Op::Put(3)),
        Step::Do(Op::Join),
    ];
    let script: Script<Op> = vec![gets.clone(), gets, puts.clone(), puts];
    for order in [Order::Fifo, Order::Lifo, Order::Priority] {
        for maxsize in 0..3 {
            same_story_with_every_abort(|| make(order, maxsize), &script);
        }
    }
}

fn op(ends: bool) -> impl Strategy<Value = Op> + 'static {
    let ends = u32::from(ends);
    prop_oneof![
        6 => (0..9_u8).prop_map(Op::Put),
        2 => (0..9_u8).prop_map(Op::TryPut),
        7 => Just(Op::Get),
        2 => Just(Op::TryGet),
        3 => Just(Op::TaskDone),
        1 => Just(Op::Join),
        ends => Just(Op::Close),
        ends => Just(Op::CloseNow),
    ]
}

#[test]
fn random_scripts_of_a_queue() {
    for maxsize in 0..3 {
        random_scripts(|| make(Order::Fifo, maxsize), op(false));
    }
}

#[test]
fn random_scripts_of_a_queue_that_is_closed() {
    for maxsize in 0..3 {
        random_scripts(|| make(Order::Fifo, maxsize), op(true));
    }
}

#[test]
fn random_scripts_of_queues_in_other_orders() {
    for order in [Order::Lifo, Order::Priority] {
        random_scripts(|| make(order, 0), op(false));
        random_scripts(|| make(order, 2), op(true));
    }
}
