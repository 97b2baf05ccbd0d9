//! The table of who waits for which socket, and the wait itself.
//!
//! Everything hard about readiness is in one struct, [`Entry`]: for each direction of a socket, one
//! bit that says "worth trying" and one place for whoever wants to know when it is. A wait turns
//! what the kernel says into bits and hands back those who were waiting. asyncio keeps the same
//! table in `selectors.py` (`SelectorKey.data` is a pair of reader and writer handles) and walks it
//! in `_process_events`.
//!
//! Why bits at all? Because the kernel may report a change when nobody waits. Between the read that
//! emptied a socket and the next one there may be many turns; bytes that arrive meanwhile are
//! reported once, to nobody. The bit keeps the news until somebody asks.
//!
//! The reactor does not care what waits: a task's `Waker`, a callback, a number. That is its type
//! parameter `W`.

mod level;
mod listing;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::rc::Rc;

use slab::Slab;

use crate::backend::{Backend, BackendKind, Readiness};
use crate::notifier::Notifier;
use crate::until::Until;

/// Which way bytes flow, seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the peer to us. asyncio: `add_reader`.
    Read,
    /// From us to the peer. asyncio: `add_writer`.
    Write,
}

/// The loop's own name for a socket: 1 for the first that was registered, and never given twice.
///
/// Unlike a descriptor number, which the kernel reuses at once, it means the same socket for ever.
/// It is printed as `io3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId {
    serial: u64,
    /// The entry's place in the table, which another socket may take over later.
    index: usize,
}

impl SourceId {
    /// The number in the name.
    pub fn number(self) -> u64 {
        self.serial
    }

    /// What the kernel carries for us: the entry's place in the table, and above it as much of the
    /// serial number as fits, which tells whether the place still belongs to the same socket.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "32 bits of a serial number are as good as all of it"
    )]
    fn token(self) -> usize {
        (self.serial as usize) << INDEX_BITS | self.index
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "io{}", self.serial)
    }
}

/// A token's low bits: room for far more sockets than there can be descriptors.
const INDEX_BITS: u32 = if usize::BITS == 64 { 32 } else { 20 };
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;

/// Somebody's wait is over: try the socket again.
#[derive(Debug)]
pub struct Fired<W> {
    /// The socket.
    pub source: SourceId,
    /// The direction that is worth trying.
    pub direction: Direction,
    /// What was [armed](crate::Registered::arm).
    pub waiter: W,
}

/// One socket's row in the table. Index 0 of each pair is [`Direction::Read`], 1 is
/// [`Direction::Write`].
#[derive(Debug)]
struct Entry<W> {
    serial: u64,
    fd: RawFd,
    /// Worth trying: nobody has seen `WouldBlock` since this was last true.
    ready: [bool; 2],
    /// Closed or failed: worth trying for ever, because no further edge will come.
    ended: [bool; 2],
    /// Who is to be told.
    waiters: [Option<W>; 2],
}

/// The reactor. Cloning it gives another handle on the same table; it belongs to one thread.
#[derive(Debug)]
pub struct Reactor<W> {
    table: Rc<Table<W>>,
}

/// What [`Reactor`] and every [`Registered`](crate::Registered) share. No borrow of it is held while
/// foreign code runs: waiters are moved out and handed back, never called here.
#[derive(Debug)]
struct Table<W> {
    backend: RefCell<Backend>,
    entries: RefCell<Slab<Entry<W>>>,
    last_serial: Cell<u64>,
    /// What the last wait found: kept only so that its memory is used again.
    found: RefCell<Vec<Readiness>>,
}

impl<W> Clone for Reactor<W> {
    fn clone(&self) -> Self {
        Reactor { table: Rc::clone(&self.table) }
    }
}

impl<W> Reactor<W> {
    /// An empty table over the given backend.
    ///
    /// # Errors
    ///
    /// When the operating system has no descriptor left for its own end of it.
    pub fn new(kind: BackendKind) -> io::Result<Self> {
        let table = Table {
            backend: RefCell::new(Backend::new(kind)?),
            entries: RefCell::new(Slab::new()),
            last_serial: Cell::new(0),
            found: RefCell::new(Vec::new()),
        };
        Ok(Reactor { table: Rc::new(table) })
    }

    /// The backend in use.
    pub fn backend(&self) -> BackendKind {
        self.table.backend.borrow().kind()
    }

    /// How another thread ends a [wait](Self::wait).
    pub fn notifier(&self) -> Notifier {
        self.table.backend.borrow().notifier()
    }

    /// How many sockets are registered.
    pub fn sources(&self) -> usize {
        self.table.entries.borrow().len()
    }

    /// Waits until a socket that somebody armed can make progress, until another thread
    /// [notifies](Self::notifier), or until the time has come that `until` names. Adds what fired to
    /// `fired`, in the kernel's order, for each socket the reader before the writer. asyncio:
    /// `selector.select(timeout)` and `_process_events`.
    ///
    /// No wait is cut short by the clock: what the operating system counts in is rounded up. A wait
    /// may well end early with nothing fired, though: when it was notified, when something happened
    /// that nobody armed (it is remembered), or, on some systems, after a day.
    ///
    /// # Errors
    ///
    /// What the operating system says; a signal that interrupts the wait is not an error and does
    /// not end it.
    pub fn wait(&self, until: Until, fired: &mut Vec<Fired<W>>) -> io::Result<()> {
        let mut found = self.table.found.borrow_mut();
        found.clear();
        // Some systems tell of each direction apart, and the backend has two descriptors of its own.
        self.table.backend.borrow_mut().wait(until, 2 * self.sources() + 2, &mut found)?;
        for readiness in found.iter() {
            self.take_in(*readiness, fired);
        }
        Ok(())
    }

    /// Notes what the kernel said of one socket and moves those who waited for it to `fired`.
    fn take_in(&self, readiness: Readiness, fired: &mut Vec<Fired<W>>) {
        let mut entries = self.table.entries.borrow_mut();
        let index = readiness.token & INDEX_MASK;
        let Some(entry) = entries.get_mut(index) else { return };
        let source = SourceId { serial: entry.serial, index };
        // The place may have gone to another socket since the kernel took this note (a copy of a
        // closed descriptor, made by a child process for instance, keeps its registration alive).
        // The serial number tells them apart.
        if source.token() != readiness.token {
            return;
        }
        for direction in [Direction::Read, Direction::Write] {
            let which = direction as usize;
            entry.ended[which] |= readiness.ended[which];
            entry.ready[which] |= readiness.ready[which] | entry.ended[which];
            if entry.ready[which]
                && let Some(waiter) = entry.waiters[which].take()
            {
                fired.push(Fired { source, direction, waiter });
            }
        }
        // A oneshot backend fell silent in both directions by reporting one of them.
        if entry.waiters.iter().any(Option::is_some) {
            let [read, write] = entry.waiters.each_ref().map(Option::is_some);
            // The descriptor is open and registered: this cannot fail but for lack of kernel
            // memory, and then the waiter hears nothing, as it would from a kernel that dropped the
            // event.
            let _ = self.table.backend.borrow().arm(entry.fd, readiness.token, read, write);
        }
    }

    /// Takes a non-blocking descriptor into the table. Both its directions count as ready. It must
    /// stay open until it is [deregistered](Self::deregister): `source.rs` sees to that.
    pub(crate) fn enter(&self, fd: RawFd) -> io::Result<SourceId> {
        let serial = self.table.last_serial.get() + 1;
        let mut entries = self.table.entries.borrow_mut();
        let place = entries.vacant_entry();
        let id = SourceId { serial, index: place.key() };
        self.table.backend.borrow().register(fd, id.token())?;
        self.table.last_serial.set(serial);
        place.insert(Entry { serial, fd, ready: [true; 2], ended: [false; 2], waiters: [None, None] });
        Ok(id)
    }

    pub(crate) fn is_ready(&self, id: SourceId, direction: Direction) -> bool {
        self.table.entries.borrow()[id.index].ready[direction as usize]
    }

    pub(crate) fn would_block(&self, id: SourceId, direction: Direction) {
        self.table.entries.borrow_mut()[id.index].ready[direction as usize] = false;
    }

    pub(crate) fn drained(&self, id: SourceId, direction: Direction) {
        let mut entries = self.table.entries.borrow_mut();
        let entry = &mut entries[id.index];
        entry.ready[direction as usize] = entry.ended[direction as usize];
    }

    /// Puts `waiter` where `direction` of the socket will find it, and gives back whoever stood
    /// there.
    pub(crate) fn arm(&self, id: SourceId, direction: Direction, waiter: W) -> io::Result<Option<W>> {
        let mut entries = self.table.entries.borrow_mut();
        let entry = &mut entries[id.index];
        // Where somebody waits already, the kernel knows; only the one to be told is another.
        if entry.waiters[direction as usize].is_none() {
            let [mut read, mut write] = entry.waiters.each_ref().map(Option::is_some);
            match direction {
                Direction::Read => read = true,
                Direction::Write => write = true,
            }
            self.table.backend.borrow().arm(entry.fd, id.token(), read, write)?;
        }
        Ok(entry.waiters[direction as usize].replace(waiter))
    }

    pub(crate) fn disarm(&self, id: SourceId, direction: Direction) -> Option<W> {
        self.table.entries.borrow_mut()[id.index].waiters[direction as usize].take()
    }

    /// Takes back everybody who waits for anything: a loop that ends lets go of them, and of what
    /// they hold.
    pub fn disarm_all(&self) -> Vec<W> {
        let mut all = Vec::new();
        for (_, entry) in self.table.entries.borrow_mut().iter_mut() {
            all.extend(entry.waiters.iter_mut().filter_map(Option::take));
        }
        all
    }

    /// Takes the socket out of the table, and gives back who waited for it: they are dropped when
    /// no borrow is held.
    pub(crate) fn deregister(&self, id: SourceId) -> [Option<W>; 2] {
        let entry = self.table.entries.borrow_mut().remove(id.index);
        self.table.backend.borrow().deregister(entry.fd);
        entry.waiters
    }
}
