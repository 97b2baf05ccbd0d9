//! Looking at the table without touching it: who waits for what.

use super::{Reactor, SourceId};

impl SourceId {
    /// The name of a socket that is only told of: it finds no entry of any table.
    #[must_use]
    pub fn remembered(serial: u64) -> Self {
        SourceId { serial, index: usize::MAX }
    }
}

impl<W> Reactor<W> {
    /// Every socket that somebody waits for, in the order of their names, and what `tell` says of who
    /// waits to read it and to write to it. The table is borrowed meanwhile. asyncio: `selector.get_map()`.
    pub fn waited_for<T>(&self, tell: impl Fn(&W) -> T) -> Vec<(SourceId, [Option<T>; 2])> {
        let mut waited_for = Vec::new();
        for (index, entry) in self.table.entries.borrow().iter() {
            let [read, write] = entry.waiters.each_ref().map(|waiter| waiter.as_ref().map(&tell));
            if read.is_some() || write.is_some() {
                waited_for.push((SourceId { serial: entry.serial, index }, [read, write]));
            }
        }
        waited_for.sort_unstable_by_key(|(source, _)| *source);
        waited_for
    }
}
