//! A socket that tasks can wait for: the bridge between the reactor and wakers.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use reactor::{Direction, Registered, Source};

use crate::event_loop::{self, LoopState};
use crate::inspect::event::Event;
use crate::inspect::names::{Awaiting, Spot, TaskId};
use crate::ready::{Callback, Entry, Wakeup, callback};

/// A socket in the reactor of the loop that ran when it was made.
pub(crate) struct Socket<S> {
    // Declared before the state: it leaves the reactor while the loop is still there.
    registered: Registered<S, Wakeup>,
    state: Rc<LoopState>,
    /// How often somebody has come to wait, for each direction: who came last has the place.
    waits: [Cell<u32>; 2],
}

impl<S: Source> Socket<S> {
    #[track_caller]
    pub(crate) fn new(socket: S) -> io::Result<Self> {
        let state = event_loop::running("a socket");
        Ok(Socket { registered: state.reactor.register(socket)?, state, waits: Default::default() })
    }
}

impl<S> Socket<S> {
    /// The socket itself, non-blocking.
    pub(crate) fn get(&self) -> &S {
        self.registered.get()
    }

    /// Waits until a try is worth its system call.
    pub(crate) fn ready(&self, direction: Direction, place: Spot) -> Readiness<'_, S> {
        Readiness { socket: self, direction, place, armed: None }
    }

    /// Tries, and as long as the answer is "not now", waits and tries again: all of asyncio's
    /// `sock_recv` and its like. What can be done at once takes no turn of the loop.
    pub(crate) async fn retry<T>(
        &self,
        direction: Direction,
        place: Spot,
        mut attempt: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match attempt(self.get()) {
                Err(error) => self.tried(direction, error)?,
                done => return done,
            }
            self.ready(direction, place).await?;
        }
    }

    /// Whether a try is worth its system call.
    pub(crate) fn is_ready(&self, direction: Direction) -> bool {
        self.registered.is_ready(direction)
    }

    /// Has the task woken when a try is worth its system call. Gives back the number of this wait.
    pub(crate) fn arm(
        &self,
        direction: Direction,
        awaiting: Awaiting,
        cx: &Context<'_>,
        place: Spot,
    ) -> io::Result<u32> {
        let task = self.state.narrator().task();
        let before = self.registered.arm(direction, Wakeup::Task(task, cx.waker().clone()))?;
        let wait = self.next_wait(direction);
        self.tell_armed(direction, before.as_ref(), task);
        self.state.awaits(awaiting, place);
        Ok(wait)
    }

    /// Has `callback` called in the next turn that finds the socket readable or writable: told by
    /// what is true then, and not by what has changed.
    pub(crate) fn arm_callback(&self, direction: Direction, callback: Callback) -> io::Result<()> {
        let before = self.registered.arm_level(direction, Wakeup::Callback(callback))?;
        self.next_wait(direction);
        self.tell_armed(direction, before.as_ref(), None);
        Ok(())
    }

    /// Somebody has taken the place, whoever had it before. Gives back the number of this wait.
    fn next_wait(&self, direction: Direction) -> u32 {
        let waits = &self.waits[direction as usize];
        waits.set(waits.get().wrapping_add(1));
        waits.get()
    }

    /// Takes back who waits for this direction.
    pub(crate) fn disarm(&self, direction: Direction) {
        // Dropped at the end, when everything is told: with a waker may go the last hold on something
        // whose destructor wants the loop.
        let wakeup = self.registered.disarm(direction);
        let narrator = self.state.narrator();
        if let Some(wakeup) = &wakeup
            && narrator.is_observed()
        {
            let by = wakeup.task();
            narrator.tell(Event::Disarmed { source: self.registered.id(), direction, by });
        }
    }

    /// Calls `call` in the next turn of the socket's loop.
    pub(crate) fn call_soon(&self, call: impl FnOnce() + 'static) {
        self.state.ready.push(Entry::Callback(callback(call)));
    }

    /// Tells who waits now, if it is another than the one before.
    fn tell_armed(&self, direction: Direction, before: Option<&Wakeup>, by: Option<TaskId>) {
        if self.state.narrator().is_observed() && before.is_none_or(|before| before.task() != by) {
            self.state.narrator().tell(Event::Armed { source: self.registered.id(), direction, by });
        }
    }

    /// Reports how a try failed: an error that only means "not now" is none.
    pub(crate) fn tried(&self, direction: Direction, error: io::Error) -> io::Result<()> {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.registered.would_block(direction),
            io::ErrorKind::Interrupted => {}
            _ => return Err(error),
        }
        Ok(())
    }

    /// Reports how much of a buffer a try used: less than all of it means that the next try would
    /// not get anything.
    pub(crate) fn used(&self, direction: Direction, used: usize, offered: usize) {
        if used > 0 && used < offered {
            self.registered.drained(direction);
        }
    }

    /// Counts it as not ready until the next event, even if nothing was tried: a connection is under way.
    pub(crate) fn not_yet(&self, direction: Direction) {
        self.registered.would_block(direction);
    }

    /// What a task that waits for it waits for.
    pub(crate) fn awaiting(&self, direction: Direction) -> Awaiting {
        Awaiting::Socket(self.registered.id(), direction)
    }
}

/// What still waits for it, such as a callback, does so no more, and whoever looks on is told.
impl<S> Drop for Socket<S> {
    fn drop(&mut self) {
        self.disarm(Direction::Read);
        self.disarm(Direction::Write);
    }
}

impl<S: fmt::Debug> fmt::Debug for Socket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.registered.get().fmt(f)
    }
}

/// Waits until a socket can be read or written. Dropping it gives up the wait.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Readiness<'a, S> {
    socket: &'a Socket<S>,
    direction: Direction,
    place: Spot,
    /// Which wait of the socket's this is.
    armed: Option<u32>,
}

impl<S> Future for Readiness<'_, S> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.armed = None;
        if self.socket.is_ready(self.direction) {
            return Poll::Ready(Ok(()));
        }
        let awaiting = self.socket.awaiting(self.direction);
        self.armed = Some(self.socket.arm(self.direction, awaiting, cx, self.place)?);
        Poll::Pending
    }
}

impl<S> Drop for Readiness<'_, S> {
    fn drop(&mut self) {
        // Another task may have come since: its wait goes on.
        if self.armed == Some(self.socket.waits[self.direction as usize].get()) {
            self.socket.disarm(self.direction);
        }
    }
}

impl<S> fmt::Debug for Readiness<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").field("direction", &self.direction).finish_non_exhaustive()
    }
}
