//! `add_signal_handler`: a callback for a signal.
//!
//! It takes two steps, in asyncio as here. The signal makes a socket readable; what waits for that
//! is a callback of ours, which reads the byte in the turn that finds it. It then delivers the
//! handler as a due timer or a ready socket delivers its task: at once, or, with asyncio's way to
//! wake, as a callback of the next turn. So a handler is an ordinary callback on the loop's thread,
//! and may do whatever callbacks may. asyncio: `_read_from_self`, `_process_self_data`,
//! `_handle_signal`.

pub(crate) mod heard;

use std::fmt;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::rc::{Rc, Weak};

use super::{Registration, Signal};
use crate::event_loop::{self, EventLoop, LoopState};
use heard::Handler;

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
    add(&event_loop::running("add_signal_handler()"), signal, call)
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
        add(&self.state, signal, call)
    }
}

fn add(state: &Rc<LoopState>, signal: Signal, mut call: impl FnMut() + 'static) -> io::Result<SignalHandler> {
    let (socket, registration) = Registration::new(signal)?;
    let socket = state.reactor.register(socket)?;
    let call = move || {
        // The handler stays: the next signal is another matter.
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(&mut call))
            && let Some(state) = event_loop::running_if_any()
        {
            state.extras.exceptions.callback_panicked(panic.as_ref());
        }
    };
    let handler = Handler::new(signal, socket, registration, Box::new(call), &state.ready)?;
    state.extras.signal_handlers.add(Rc::clone(&handler));
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
        let was_there = self.state.extras.signal_handlers.take_out(&handler);
        if was_there {
            handler.stop();
        }
        was_there
    }
}

impl fmt::Debug for SignalHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signal = self.handler.upgrade().map(|handler| handler.signal());
        f.debug_struct("SignalHandler").field("signal", &signal).finish_non_exhaustive()
    }
}

impl LoopState {
    /// Removes all handlers, and says whether there were any.
    pub(crate) fn remove_signal_handlers(&self) -> bool {
        let handlers = self.extras.signal_handlers.take_all();
        for handler in &handlers {
            // A panic in a destructor is reported by the panic hook and goes no further.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| handler.stop()));
        }
        !handlers.is_empty()
    }
}
