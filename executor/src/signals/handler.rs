//! `add_signal_handler`: a callback for a signal.
//!
//! It takes two steps, in asyncio as here. The signal makes a socket readable; what waits for that
//! is a callback of ours, which reads the byte in the turn that finds it. It then delivers the
//! handler as a due timer or a ready socket delivers its task: at once, or, with asyncio's way to
//! wake, as a callback of the next turn. So a handler is an ordinary callback on the loop's thread,
//! and may do whatever callbacks may. asyncio: `_read_from_self`, `_process_self_data`,
//! `_handle_signal`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::rc::{Rc, Weak};

use reactor::{Direction, Registered};

use super::{Registration, Signal};
use crate::event_loop::{self, EventLoop, LoopState};
use crate::inspect::event::{Cause, Event};
use crate::ready::{Entry, ReadyQueue, Wakeup, callback};

/// Calls `call` on the loop's thread whenever `signal` arrives, once for each time. From now on the
/// signal does not do what it would do by itself. asyncio: `loop.add_signal_handler`.
///
/// It stays until it is [removed](SignalHandler::remove) or the loop is dropped. A second handler
/// for the same signal is called as well, after the first; asyncio's takes the first one's place.
///
/// ```no_run
/// # use executor::signals::{Signal, add_signal_handler};
/// # async fn example() -> std::io::Result<()> {
/// let reload = add_signal_handler(Signal::SIGHUP, || println!("the settings are read again"))?;
/// // ...
/// assert!(reload.remove());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// For SIGKILL, SIGSTOP, SIGSEGV, SIGILL and SIGFPE; if there is no such signal; if the operating
/// system refuses a descriptor or the handler.
///
/// # Panics
///
/// Outside of a running loop; before it runs, use [`EventLoop::add_signal_handler`]. A panic of
/// `call` is reported by the panic hook and goes no further.
#[track_caller]
pub fn add_signal_handler(signal: Signal, call: impl FnMut() + 'static) -> io::Result<SignalHandler> {
    add(&event_loop::running("add_signal_handler()"), signal, Box::new(call))
}

impl EventLoop {
    /// As [`add_signal_handler`], for a loop that need not run yet.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn add_signal_handler(
        &self,
        signal: Signal,
        call: impl FnMut() + 'static,
    ) -> io::Result<SignalHandler> {
        add(&self.state, signal, Box::new(call))
    }
}

fn add(state: &Rc<LoopState>, signal: Signal, call: Box<dyn FnMut()>) -> io::Result<SignalHandler> {
    let (socket, registration) = Registration::new(signal)?;
    let handler = Rc::new(Handler {
        signal,
        socket: state.reactor.register(socket)?,
        registration: Cell::new(Some(registration)),
        call: Cell::new(Some(call)),
        removed: Cell::new(false),
        queue: Rc::clone(&state.ready),
    });
    // Tried before it is armed, as every socket: a signal may have been faster. Then its callback is
    // not called from here, but in a turn.
    let count = handler.read();
    handler.arm()?;
    if count > 0 {
        let heard = Rc::clone(&handler);
        state.ready.push(Entry::Callback(callback(move || heard.deliver(count))));
    }
    state.extras.signal_handlers.0.borrow_mut().push(Rc::clone(&handler));
    Ok(SignalHandler { state: Rc::clone(state), handler: Rc::downgrade(&handler) })
}

/// A handler that can be removed. Dropping this leaves it in place.
pub struct SignalHandler {
    state: Rc<LoopState>,
    handler: Weak<Handler>,
}

impl SignalHandler {
    /// Removes the handler, and says whether it was still there. It is not called any more, even if
    /// its signal has arrived already. asyncio: `loop.remove_signal_handler`.
    #[doc(alias = "remove_signal_handler")]
    pub fn remove(&self) -> bool {
        let Some(handler) = self.handler.upgrade() else { return false };
        let mut handlers = self.state.extras.signal_handlers.0.borrow_mut();
        let Some(position) = handlers.iter().position(|other| Rc::ptr_eq(other, &handler)) else {
            return false;
        };
        handlers.remove(position);
        drop(handlers);
        handler.stop();
        true
    }
}

impl fmt::Debug for SignalHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signal = self.handler.upgrade().map(|handler| handler.signal);
        f.debug_struct("SignalHandler").field("signal", &signal).finish_non_exhaustive()
    }
}

/// The handlers of one loop.
#[derive(Default)]
pub(crate) struct SignalHandlers(RefCell<Vec<Rc<Handler>>>);

impl LoopState {
    /// Removes all handlers, and says whether there were any.
    pub(crate) fn remove_signal_handlers(&self) -> bool {
        let handlers = self.extras.signal_handlers.0.take();
        for handler in &handlers {
            // A panic in a destructor is reported by the panic hook and goes no further.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| handler.stop()));
        }
        !handlers.is_empty()
    }
}

/// A handler and its end of the socket.
struct Handler {
    signal: Signal,
    socket: Registered<UnixStream, Wakeup>,
    registration: Cell<Option<Registration>>,
    /// Nothing while it runs, and once it is removed.
    call: Cell<Option<Box<dyn FnMut()>>>,
    removed: Cell<bool>,
    queue: Rc<ReadyQueue>,
}

impl Handler {
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
        // The handler stays: the next signal is another matter.
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(&mut call))
            && let Some(state) = event_loop::running_if_any()
        {
            state.extras.exceptions.callback_panicked(panic.as_ref());
        }
        if !self.removed.get() {
            self.call.set(Some(call));
        }
    }

    fn stop(&self) {
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
