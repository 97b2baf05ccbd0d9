//! A look at the table, for those who want to see who waits: the reactor itself never asks.

use super::{Direction, Reactor, SourceId};

impl<W> Reactor<W> {
    /// Calls `look` for everybody who waits for a socket, in the order in which the sockets were
    /// registered; for each socket, the reader before the writer. asyncio: `selector.get_map()`.
    ///
    /// The table is borrowed meanwhile: `look` may note what it sees, and use the reactor later.
    pub fn look_at_waiters(&self, mut look: impl FnMut(SourceId, Direction, &W)) {
        let entries = self.table.entries.borrow();
        let mut in_order = entries.iter().collect::<Vec<_>>();
        in_order.sort_unstable_by_key(|(_, entry)| entry.serial);
        for (index, entry) in in_order {
            let source = SourceId { serial: entry.serial, index };
            for direction in [Direction::Read, Direction::Write] {
                if let Some(waiter) = &entry.waiters[direction as usize] {
                    look(source, direction, waiter);
                }
            }
        }
    }
}
