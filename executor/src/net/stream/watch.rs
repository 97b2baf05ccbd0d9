//! Callbacks on a socket: called in every turn in which there is something to do.
//!
//! This is the interface that everything else of asyncio's network is made of: a selector knows
//! descriptors, and beside each of them stands a reader and a writer to call. Tasks do not need it;
//! what works in the background does (`writer.rs`), and it shows most plainly what a reactor does.
//!
//! asyncio's readiness is a state and not a change ("level-triggered"): bytes that the callback
//! leaves behind have it called again in the next turn. So it is armed with
//! [`arm_level`](reactor::Registered::arm_level), and armed anew each time it has been called.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::rc::Rc;

use reactor::Direction;

use super::{Stream, StreamSocket};
use crate::ready::callback;

/// Which callbacks a stream has: their numbers, by direction, and 0 for none. A callback that is on
/// its way to be called sees by its number whether it is still the one.
#[derive(Default)]
pub(super) struct Watches {
    current: [Cell<u32>; 2],
    last: Cell<u32>,
}

/// It is lent the stream, so that it need not hold it.
type Call<S> = Box<dyn FnMut(&Rc<Stream<S>>)>;

impl<S: StreamSocket> Stream<S> {
    /// Calls `call` in every turn in which the stream can be read: as long as there are bytes, the
    /// end or an error. It takes the place of the reader before it. asyncio: `loop.add_reader`.
    ///
    /// The stream does not live longer for it: a stream that is dropped drops its callbacks. A
    /// callback that panics is not called again. A direction is waited for by a callback or by
    /// tasks, not by both: who comes last takes the other's place.
    ///
    /// # Errors
    ///
    /// If the operating system cannot watch the socket.
    pub fn add_reader(self: &Rc<Self>, call: impl FnMut(&Rc<Self>) + 'static) -> io::Result<()> {
        self.watch(Direction::Read, Box::new(call))
    }

    /// Calls `call` in every turn in which the stream takes bytes, which is nearly always: to be
    /// removed as soon as there is nothing to write. asyncio: `loop.add_writer`.
    ///
    /// # Errors
    ///
    /// As [`add_reader`](Self::add_reader).
    pub fn add_writer(self: &Rc<Self>, call: impl FnMut(&Rc<Self>) + 'static) -> io::Result<()> {
        self.watch(Direction::Write, Box::new(call))
    }

    /// Takes the reader away, and says whether there was one. asyncio: `loop.remove_reader`.
    pub fn remove_reader(&self) -> bool {
        self.unwatch(Direction::Read)
    }

    /// Takes the writer away, and says whether there was one. asyncio: `loop.remove_writer`.
    pub fn remove_writer(&self) -> bool {
        self.unwatch(Direction::Write)
    }

    fn watch(self: &Rc<Self>, direction: Direction, call: Call<S>) -> io::Result<()> {
        // Should they ever come round, the number of four thousand million callbacks ago is forgotten.
        let number = self.watches.last.get().wrapping_add(1).max(1);
        self.watches.last.set(number);
        self.arm_watch(direction, number, call)?;
        self.watches.current[direction as usize].set(number);
        Ok(())
    }

    /// Arms one call. The closure travels on from each call to the next, so that nobody but the
    /// reactor holds it: with the reactor's entry it goes, too.
    fn arm_watch(self: &Rc<Self>, direction: Direction, number: u32, mut call: Call<S>) -> io::Result<()> {
        let stream = Rc::downgrade(self);
        let once = callback(move || {
            let Some(stream) = stream.upgrade() else { return };
            // It may have been removed by an earlier entry of this turn.
            if stream.is_current(direction, number) {
                call(&stream);
            }
            // Or by itself just now.
            if stream.is_current(direction, number)
                && let Err(error) = stream.arm_watch(direction, number, call)
            {
                log::warn!(target: "loop::io", "a callback is lost, its socket cannot be watched: {error}");
            }
        });
        self.socket.arm_callback(direction, once)
    }

    fn is_current(&self, direction: Direction, number: u32) -> bool {
        self.watches.current[direction as usize].get() == number
    }

    fn unwatch(&self, direction: Direction) -> bool {
        let had_one = self.watches.current[direction as usize].take() != 0;
        if had_one {
            self.socket.disarm(direction);
        }
        had_one
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches").finish_non_exhaustive()
    }
}
