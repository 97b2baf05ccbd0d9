//! What a loop has besides: parts that hang off it, and that one need not know to understand a turn.

use std::cell::RefCell;
use std::rc::Weak;
use std::sync::Arc;

use crate::exceptions::handler::ExceptionHandler;
use crate::inbox::Inbox;
use crate::inspect::ring::Ring;
use crate::inspect::stepper::turns::Stepper;
use crate::signals::handler::heard::SignalHandlers;
use crate::threads::pool::Pool;

/// The parts of a loop that can be skipped at first reading.
pub(crate) struct Extras {
    /// The threads for calls that block.
    pub(crate) pool: Pool,
    /// What is to be done when a signal arrives.
    pub(crate) signal_handlers: SignalHandlers,
    /// Who is told of what nobody awaits.
    pub(crate) exceptions: ExceptionHandler,
    /// Whether somebody steps through the turns by hand.
    pub(crate) stepper: Stepper,
    /// The latest events, as long as somebody looks on.
    pub(crate) ring: RefCell<Weak<Ring>>,
}

impl Extras {
    /// `threads` is the size of the pool, which reports to `inbox`.
    pub(crate) fn new(threads: usize, inbox: &Arc<Inbox>) -> Self {
        Extras {
            pool: Pool::new(threads, Arc::clone(inbox)),
            signal_handlers: SignalHandlers::default(),
            exceptions: ExceptionHandler::default(),
            stepper: Stepper::default(),
            ring: RefCell::default(),
        }
    }
}
