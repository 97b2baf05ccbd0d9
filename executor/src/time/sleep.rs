//! `sleep`: a future that is pending until its deadline.
//!
//! This is the smallest complete example of how anything waits here, and every other leaf future
//! (a socket, a join, a call on another thread) follows the same four steps:
//!
//! 1. Polled, it looks whether what it waits for has come. If so, it is `Ready`.
//! 2. If not, it leaves the waker of whoever polls it where it will be found: with the timers.
//! 3. It says `Pending`. Its task is put aside, and nothing runs on its behalf any more.
//! 4. The deadline comes, the loop calls the waker, the task is polled again: back to 1.
//!
//! asyncio: `asyncio.sleep`, which is a future and a `call_later` that sets its result.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::TimerKey;
use super::instant::Instant;
use crate::event_loop::{self, LoopState};
use crate::inspect::names::{Awaiting, Spot};
use crate::ready::Wakeup;

/// Waits for `duration`, counted from this call and not from the first poll. asyncio:
/// `asyncio.sleep`.
///
/// It never ends early, and as little late as the operating system and the other tasks allow: the
/// loop must come round to see that its time is over. A sleep of zero lets everything else that is
/// ready run first, as [`yield_now`](crate::yield_now) does; it needs no timer for that.
///
/// Dropping the future takes its timer out at once.
///
/// ```
/// # use std::time::Duration;
/// # use executor::{ClockKind, EventLoop, now, sleep};
/// # fn main() -> Result<(), executor::BuildError> {
/// let event_loop = EventLoop::builder().clock(ClockKind::Virtual).build()?;
/// event_loop.block_on(async {
///     let before = now();
///     sleep(Duration::from_secs(3600)).await;
///     // On this clock an hour passes at once, and to the nanosecond.
///     assert_eq!(now().since(before), Duration::from_secs(3600));
/// });
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let state = event_loop::running("sleep()");
    let deadline = if duration.is_zero() { None } else { Some(state.now() + duration) };
    Sleep::new(state, deadline, Spot::here())
}

/// Waits until the loop's clock shows `deadline`. A deadline in the past is due in the next turn.
/// asyncio: what `loop.call_at` is to callbacks.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::new(event_loop::running("sleep_until()"), Some(deadline), Spot::here())
}

/// The future of [`sleep`] and [`sleep_until`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Sleep {
    pub(super) state: Rc<LoopState>,
    /// When it is over. Nothing for a sleep of zero, which needs no timer.
    deadline: Option<Instant>,
    /// The timer that holds the waker, once it is armed. It may have fired since: then the key
    /// finds nothing, and cancelling does nothing.
    timer: Option<TimerKey>,
    /// Even a deadline in the past takes one turn, so a loop of sleeps leaves room for others.
    polled: bool,
    /// Where `sleep(...)` was called: what a trace shows as the place where the task waits.
    place: Spot,
}

impl Sleep {
    /// Without a deadline it is a sleep of zero.
    pub(crate) fn new(state: Rc<LoopState>, deadline: Option<Instant>, place: Spot) -> Self {
        Sleep { state, deadline, timer: None, polled: false, place }
    }

    /// Whether its time is over: at the second poll of a sleep of zero, else once this turn's time
    /// has reached the deadline. It asks the time and not whether it was woken, because anything
    /// may wake a task: who polls too early gets `Pending` again.
    pub(super) fn is_over(&self) -> bool {
        match self.deadline {
            None => self.polled,
            Some(deadline) => self.polled && deadline <= self.state.turn_time.get(),
        }
    }

    /// Leaves the waker with the timers, or at the end of the ready queue for a sleep of zero.
    fn arm(&mut self, cx: &Context<'_>) -> Awaiting {
        let Some(deadline) = self.deadline else {
            cx.waker().wake_by_ref();
            return Awaiting::Turn;
        };
        // Polled again before its time, because its task was woken by something else: it is armed already.
        if let Some(timer) = self.timer
            && self.state.timer_wakes(timer, cx.waker())
        {
            return Awaiting::Timer(timer.id());
        }
        // For the first time, or now by another task: only the latest waker counts.
        self.disarm();
        let wakeup = Wakeup::Task(self.state.narrator().task(), cx.waker().clone());
        let timer = self.state.arm_timer(deadline, wakeup, self.place);
        self.timer = Some(timer);
        Awaiting::Timer(timer.id())
    }

    pub(super) fn disarm(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.state.cancel_timer(timer);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_over() {
            return Poll::Ready(());
        }
        let awaiting = self.arm(cx);
        self.polled = true;
        self.state.awaits(awaiting, self.place);
        Poll::Pending
    }
}

impl Drop for Sleep {
    /// A sleep that nobody waits for any more must not wake anybody: `timeout` drops one with
    /// nearly every use.
    fn drop(&mut self) {
        self.disarm();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .field("timer", &self.timer)
            .finish_non_exhaustive()
    }
}
