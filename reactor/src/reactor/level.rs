//! Waiting for a state and not for a change: what asyncio's `add_reader` does, on any backend.

use std::io;

use super::{Direction, Reactor, SourceId};

impl<W> Reactor<W> {
    /// As [`arm`](Self::arm), but the kernel is made to say once more what is true of the socket now.
    pub(crate) fn arm_level(&self, id: SourceId, direction: Direction, waiter: W) -> io::Result<Option<W>> {
        // What the table remembers may be out of date: the kernel's answer alone decides.
        self.would_block(id, direction);
        let before = self.arm(id, direction, waiter)?;
        let fd = self.table.entries.borrow()[id.index].fd;
        self.table.backend.borrow().repeat(fd, id.token())?;
        Ok(before)
    }
}
