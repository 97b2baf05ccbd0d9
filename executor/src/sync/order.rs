//! In which order a queue gives its items out. asyncio: what its `PriorityQueue` and `LifoQueue`
//! override: `_put` and `_get`.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// The items of a queue.
pub(super) trait Items<T> {
    fn put(&mut self, item: T);
    fn get(&mut self) -> Option<T>;
    fn len(&self) -> usize;
}

/// First in, first out.
pub(super) struct Fifo<T>(pub(super) VecDeque<T>);

impl<T> Items<T> for Fifo<T> {
    fn put(&mut self, item: T) {
        self.0.push_back(item);
    }

    fn get(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// Last in, first out.
pub(super) struct Lifo<T>(pub(super) Vec<T>);

impl<T> Items<T> for Lifo<T> {
    fn put(&mut self, item: T) {
        self.0.push(item);
    }

    fn get(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// The lowest first, and of equals the one that came first. (asyncio's heap leaves equals in any
/// order.)
pub(super) struct Lowest<T> {
    heap: BinaryHeap<Reverse<(T, u64)>>,
    /// The number of the next item.
    next: u64,
}

impl<T: Ord> Lowest<T> {
    pub(super) fn new() -> Self {
        Lowest { heap: BinaryHeap::new(), next: 0 }
    }
}

impl<T: Ord> Items<T> for Lowest<T> {
    fn put(&mut self, item: T) {
        self.heap.push(Reverse((item, self.next)));
        self.next += 1;
    }

    fn get(&mut self) -> Option<T> {
        self.heap.pop().map(|Reverse((item, _))| item)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }
}
