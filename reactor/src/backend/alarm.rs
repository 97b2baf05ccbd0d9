//! A wait that ends when its time has come.
//!
//! What `epoll_wait` does with a timeout is not exact: it counts in whole milliseconds, and Linux ends
//! it up to a thousandth of its length late on purpose, so that it can end several waits at once. A
//! sleep of ten seconds would be ten milliseconds late. So on Linux a timer of the kernel's keeps the
//! time, which is a descriptor like any other (a *timerfd*): it becomes readable, and that ends the
//! wait. Other systems are exact by themselves.
//!
//! Setting it is a system call, so it is left alone as long as it rings early enough: whoever is woken
//! too early looks at the time and waits on. That is also what is done when a signal handler has
//! interrupted the wait (EINTR).

use std::io;
use std::time::Duration;

use mio::{Events, Poll};

/// Asks the system once. To have been interrupted is to have found nothing.
fn poll_once(poll: &mut Poll, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
    match poll.poll(events, timeout) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        result => result,
    }
}

#[cfg(target_os = "linux")]
mod timerfd {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::time::{Duration, Instant};

    use mio::unix::SourceFd;
    use mio::{Events, Interest, Poll, Token};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    use super::poll_once;
    use crate::until::Until;

    /// The kernel's timer.
    #[derive(Debug)]
    pub(crate) struct Alarm {
        timer: OwnedFd,
        token: Token,
        /// When it rings, or has rung: nothing once that was heard.
        rings: Option<Instant>,
    }

    impl Alarm {
        pub(crate) fn new(poll: &Poll, token: Token) -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            poll.registry().register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Alarm { timer, token, rings: None })
        }

        /// Waits until something has come or the time is over. Looks once if it is over already.
        pub(crate) fn wait(&mut self, poll: &mut Poll, events: &mut Events, until: Until) -> io::Result<()> {
            loop {
                match until {
                    Until::Now => return poll_once(poll, events, Some(Duration::ZERO)),
                    Until::At(moment) if !self.rings_by(moment) => {
                        let left = moment.saturating_duration_since(Instant::now());
                        if left.is_zero() {
                            return poll_once(poll, events, Some(Duration::ZERO));
                        }
                        self.ring_in(left)?;
                        self.rings = Some(moment);
                    }
                    Until::At(_) | Until::Forever => {}
                }
                poll_once(poll, events, None)?;
                if events.iter().any(|event| event.token() != self.token) {
                    return Ok(());
                }
                // It rang, perhaps for an earlier wait that a socket had ended; or a signal came.
                if matches!(until, Until::At(moment) if moment <= Instant::now()) {
                    return Ok(());
                }
                if !events.is_empty() {
                    self.heard();
                }
            }
        }

        /// Whether it rings by then, or has rung and was not heard yet.
        fn rings_by(&self, moment: Instant) -> bool {
            self.rings.is_some_and(|rings| rings <= moment)
        }

        fn ring_in(&self, left: Duration) -> io::Result<()> {
            let time = Itimerspec {
                it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
                it_value: Timespec::try_from(left).map_err(io::Error::other)?,
            };
            timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &time)?;
            Ok(())
        }

        /// It was among what a wait has found. It is never read: registered for edges, it is told of once,
        /// and setting it anew makes it ring again.
        pub(crate) fn heard(&mut self) {
            self.rings = None;
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use timerfd::Alarm;

#[cfg(not(target_os = "linux"))]
mod timeout {
    use std::io;
    use std::time::Duration;

    use mio::{Events, Poll, Token};

    use super::poll_once;
    use crate::until::Until;

    /// Nothing: the wait's own timeout will do.
    #[derive(Debug)]
    pub(crate) struct Alarm;

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "called as its namesake on Linux is")]
    impl Alarm {
        pub(crate) fn new(_: &Poll, _: Token) -> io::Result<Self> {
            Ok(Alarm)
        }

        pub(crate) fn wait(&mut self, poll: &mut Poll, events: &mut Events, until: Until) -> io::Result<()> {
            // Again after a signal.
            loop {
                poll_once(poll, events, until.left())?;
                if !events.is_empty() || until.left() == Some(Duration::ZERO) {
                    return Ok(());
                }
            }
        }

        pub(crate) fn heard(&mut self) {}
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) use timeout::Alarm;
