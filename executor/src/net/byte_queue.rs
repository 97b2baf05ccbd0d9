//! Bytes that wait: to be read by somebody, or to be written.

/// A queue of bytes that can be looked at in one piece. Taking from its front moves nothing, as
/// with Python's `bytearray`: the room is won back when half of it is empty.
#[derive(Debug, Default)]
pub(super) struct ByteQueue {
    bytes: Vec<u8>,
    /// So many of them are gone.
    start: usize,
}

impl ByteQueue {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All that waits, the oldest first.
    pub(super) fn all(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Lets `fill` write into room for `most` bytes at the end, and keeps as many as it says.
    pub(super) fn fill<E>(
        &mut self,
        most: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let before = self.bytes.len();
        self.bytes.resize(before + most, 0);
        let result = fill(&mut self.bytes[before..]);
        self.bytes.truncate(before + *result.as_ref().unwrap_or(&0));
        result
    }

    /// Forgets the first `count` bytes.
    pub(super) fn forget(&mut self, count: usize) {
        self.start += count;
        assert!(self.start <= self.bytes.len(), "{count} bytes are more than there are");
        if self.start * 2 >= self.bytes.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }

    /// Takes the first `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = self.all()[..count].to_vec();
        self.forget(count);
        taken
    }
}
