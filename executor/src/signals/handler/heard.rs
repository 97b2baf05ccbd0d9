//! A handler of a signal: its end of the socket, and what happens when it is heard.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use reactor::{Direction, Registered};

use crate::inspect::event::Event;
use crate::inspect::names::Cause;
use crate::ready::{Entry, ReadyQueue, Wakeup, callback};
use crate::signals::{Registration, Signal};

/// The handlers of one loop.
#[derive(Default)]
pub(crate) struct SignalHandlers(RefCell<Vec<Rc<Handler>>>);

impl SignalHandlers {
    pub(super) fn add(&self, handler: Rc<Handler>) {
        self.0.borrow_mut().push(handler);
    }

    /// Says whether it was there.
    pub(super) fn take_out(&self, handler: &Rc<Handler>) -> bool {
        let mut handlers = self.0.borrow_mut();
        let position = handlers.iter().position(|other| Rc::ptr_eq(other, handler));
        position.map(|position| handlers.remove(position)).is_some()
    }

    pub(super) fn take_all(&self) -> Vec<Rc<Handler>> {
        self.0.take()
    }
}

/// A handler and its end of the socket.
pub(crate) struct Handler {
    signal: Signal,
    socket: Registered<UnixStream, Wakeup>,
    registration: Cell<Option<Registration>>,
    /// What is to be called: it does not panic. Nothing while it runs, and once it is removed.
    call: Cell<Option<Box<dyn FnMut()>>>,
    removed: Cell<bool>,
    queue: Rc<ReadyQueue>,
}

impl Handler {
    /// From here on, the handler hears its signal.
    pub(super) fn new(
        signal: Signal,
        socket: Registered<UnixStream, Wakeup>,
        registration: Registration,
        call: Box<dyn FnMut()>,
        queue: &Rc<ReadyQueue>,
    ) -> io::Result<Rc<Self>> {
        let handler = Rc::new(Handler {
            signal,
            socket,
            registration: Cell::new(Some(registration)),
            call: Cell::new(Some(call)),
            removed: Cell::new(false),
            queue: Rc::clone(queue),
        });
        // Tried before it is armed, as every socket: a signal may have been faster. Then its callback is
        // not called from here, but in a turn.
        let count = handler.read();
        handler.arm()?;
        if count > 0 {
            let heard = Rc::clone(&handler);
            queue.push(Entry::Callback(callback(move || heard.deliver(count))));
        }
        Ok(handler)
    }

    pub(super) fn signal(&self) -> Signal {
        self.signal
    }

    /// Reads every byte there is: one for each signal.
    fn read(&self) -> usize {
        let mut bytes = [0; 64];
        let mut total = 0;
        loop {
            match self.socket.get().read(&mut bytes) {
                Ok(count) if count > 0 => total += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Nothing more for now; or for ever, when the handler was just removed.
                Ok(_) | Err(_) => break,
            }
        }
        self.socket.would_block(Direction::Read);
        total
    }

    /// Waits for the next byte, with a callback that holds nothing: what waits in the reactor must
    /// not keep alive what it waits for.
    fn arm(self: &Rc<Self>) -> io::Result<()> {
        let handler = Rc::downgrade(self);
        let heard = callback(move || {
            if let Some(handler) = handler.upgrade() {
                handler.heard();
            }
        });
        self.socket.arm(Direction::Read, Wakeup::Callback(heard))?;
        let narrator = &self.queue.narrator;
        if narrator.is_observed() {
            let (source, direction) = (self.socket.id(), Direction::Read);
            narrator.tell(Event::Armed { source, direction, by: None });
        }
        Ok(())
    }

    /// The callback of the turn in which the signal is noticed.
    fn heard(self: &Rc<Self>) {
        let count = self.read();
        if !self.removed.get() {
            // It was armed before, so the operating system has all it needs: this does not fail.
            let _ = self.arm();
        }
        self.deliver(count);
    }

    fn deliver(self: &Rc<Self>, count: usize) {
        for _ in 0..count {
            let handler = Rc::clone(self);
            self.queue.deliver(Cause::Socket(self.socket.id(), Direction::Read), move || handler.run());
        }
    }

    fn run(&self) {
        let Some(mut call) = self.call.take() else { return };
        call();
        if !self.removed.get() {
            self.call.set(Some(call));
        }
    }

    pub(super) fn stop(&self) {
        self.removed.set(true);
        drop(self.registration.take());
        let (source, direction) = (self.socket.id(), Direction::Read);
        let waited = self.socket.disarm(direction);
        if waited.is_some() && self.queue.narrator.is_observed() {
            self.queue.narrator.tell(Event::Disarmed { source, direction, by: None });
        }
        drop(waited);
        drop(self.call.take());
    }
}
