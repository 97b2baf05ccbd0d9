//! Why a queue took nothing, or gave nothing. What could not be put in is given back.

use std::error::Error;
use std::fmt;

/// The queue is closed. What was to be put in is in it; [`Queue::get`](super::Queue::get) has nothing
/// to give back. asyncio: `QueueShutDown`, new in 3.13.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "QueueShutDown")]
pub struct Closed<T = ()>(pub T);

/// Why [`Queue::try_put`](super::Queue::try_put) did not, and the item.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "QueueFull")]
pub enum TryPutError<T> {
    /// There is no free place. asyncio: `QueueFull`.
    Full(T),
    /// The queue is closed. asyncio: `QueueShutDown`.
    Closed(T),
}

impl<T> TryPutError<T> {
    /// The item that was not put in.
    pub fn into_inner(self) -> T {
        match self {
            TryPutError::Full(item) | TryPutError::Closed(item) => item,
        }
    }
}

/// Why [`Queue::try_get`](super::Queue::try_get) got nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "QueueEmpty")]
pub enum TryGetError {
    /// There is no item. asyncio: `QueueEmpty`.
    Empty,
    /// There is none, and the queue is closed. asyncio: `QueueShutDown`.
    Closed,
}

const FULL: &str = "the queue is full";
const EMPTY: &str = "the queue is empty";
const CLOSED: &str = "the queue is closed";

impl<T> fmt::Display for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => FULL,
            TryPutError::Closed(_) => CLOSED,
        })
    }
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryGetError::Empty => EMPTY,
            TryGetError::Closed => CLOSED,
        })
    }
}

// Not derived: an error can be unwrapped whatever the item is.
impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed")
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "Full",
            TryPutError::Closed(_) => "Closed",
        })
    }
}

impl<T> Error for Closed<T> {}
impl<T> Error for TryPutError<T> {}
impl Error for TryGetError {}
