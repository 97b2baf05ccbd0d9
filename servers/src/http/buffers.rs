//! One spare pair of buffers for all the connections of a server.
//!
//! Five thousand connections that wait for their next request need no buffer: there is nothing to keep.
//! One that is busy needs two, for a moment: between reading a request and having sent its answer. A
//! server on one thread is busy with one connection at a time, so one pair that is handed round serves
//! them all: no connection allocates for a request, and none holds memory while it waits.
//!
//! The driver lends the pair before it feeds a connection and takes it back before it waits:
//!
//! ```text
//! connection.borrow_buffers(&mut spare);    // just before receive
//! ...                                       // receive, next, answer, write
//! connection.return_buffers(&mut spare);    // just before waiting for the peer, or for a sleeper's time
//! ```
//!
//! Forgetting either is not wrong, only dearer: a connection without a buffer allocates one, a spare pair
//! that has none to lend lends nothing.
//!
//! A driver that can read into the pair itself need not have what it read copied:
//!
//! ```text
//! ... spare.room(size) ...                  // read into it
//! connection.receive_spare(&mut spare);     // borrows the pair, and receives what is in it
//! ```

/// A buffer that grew beyond this for a large body is freed rather than kept.
const LARGEST_KEPT: usize = 256 * 1024;

/// The pair: what has been received goes into one, what will be sent into the other.
#[derive(Debug, Default)]
pub struct SpareBuffers {
    pub(super) input: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl SpareBuffers {
    /// A pair without memory yet.
    pub fn new() -> SpareBuffers {
        SpareBuffers::default()
    }

    /// Room to read `size` bytes into. [`Connection::receive_spare`](super::Connection::receive_spare) takes
    /// over what is put there; else it is forgotten.
    ///
    /// A buffer of another size, as a large body leaves it, is replaced: a read takes all the room there is,
    /// and nobody's turn should be longer for another one's body.
    pub fn room(&mut self, size: usize) -> &mut Vec<u8> {
        if self.input.capacity() != size {
            self.input = Vec::with_capacity(size);
        }
        self.input.clear();
        &mut self.input
    }
}

/// Lends `spare` to a connection that has no buffer of its own.
pub(super) fn lend(spare: &mut Vec<u8>, own: &mut Vec<u8>) {
    if own.capacity() == 0 {
        // What was read into it for another connection, and was not taken, is not this one's.
        spare.clear();
        std::mem::swap(spare, own);
    }
}

/// Takes a connection's buffer back, without the bytes before `from`: these are done with.
pub(super) fn take_back(own: &mut Vec<u8>, from: usize, spare: &mut Vec<u8>) {
    if from == own.len() && spare.capacity() == 0 && own.capacity() <= LARGEST_KEPT {
        own.clear();
        std::mem::swap(own, spare);
    } else {
        take_back_the_rest(own, from, spare);
    }
}

/// Bytes that are still needed (half a request, an answer that the peer does not take) stay with the
/// connection, but in a buffer of their size: if they kept the big one, a few hundred slow peers would
/// each hold one.
#[cold]
fn take_back_the_rest(own: &mut Vec<u8>, from: usize, spare: &mut Vec<u8>) {
    let needed = own.len() - from;
    if from == 0 && needed > 0 && own.capacity() <= 2 * needed {
        return;
    }
    let kept = own[from..].to_vec();
    let mut free = std::mem::replace(own, kept);
    if spare.capacity() == 0 && free.capacity() <= LARGEST_KEPT {
        free.clear();
        *spare = free;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_buffer_goes_round() {
        let mut spare = Vec::with_capacity(100);
        let mut own = Vec::new();
        lend(&mut spare, &mut own);
        assert_eq!((spare.capacity(), own.capacity()), (0, 100));
        own.extend_from_slice(b"abc");
        take_back(&mut own, 3, &mut spare);
        assert_eq!((spare.capacity(), own.capacity()), (100, 0));
        assert!(spare.is_empty());
    }

    #[test]
    fn bytes_that_are_left_stay_in_a_buffer_of_their_size() {
        let mut spare = Vec::new();
        let mut own = Vec::with_capacity(100);
        own.extend_from_slice(b"abc");
        take_back(&mut own, 1, &mut spare);
        assert_eq!((own.as_slice(), own.capacity()), (b"bc".as_slice(), 2));
        assert_eq!(spare.capacity(), 100);
        lend(&mut spare, &mut own);
        assert_eq!(own.as_slice(), b"bc");
    }

    #[test]
    fn room_is_what_was_asked_for_and_empty() {
        let mut spare = SpareBuffers::new();
        for left in [Vec::new(), b"left".to_vec(), Vec::with_capacity(1000)] {
            spare.input = left;
            let room = spare.room(100);
            assert_eq!((room.len(), room.capacity()), (0, 100));
            room.extend_from_slice(b"read, and dropped");
            let place = room.as_ptr();
            assert_eq!((spare.room(100).as_ptr(), spare.input.len()), (place, 0));
        }
    }

    #[test]
    fn a_spare_that_has_its_size_stays() {
        let mut spare = Vec::with_capacity(100);
        let mut own = Vec::with_capacity(1000);
        take_back(&mut own, 0, &mut spare);
        assert_eq!((spare.capacity(), own.capacity()), (100, 0));
    }

    #[test]
    fn a_huge_buffer_is_freed() {
        let mut spare = Vec::new();
        let mut own = Vec::with_capacity(LARGEST_KEPT + 1);
        take_back(&mut own, 0, &mut spare);
        assert_eq!((spare.capacity(), own.capacity()), (0, 0));
    }
}
