//! Every kind of loop there is: a program must behave the same on all of them, wherever the loop
//! promises it.

use std::time::Duration;

use executor::{BackendKind, Builder, Choice, ClockKind, EventLoop, TimerKind, WakeMode};

/// One setting of a loop's switches, but for the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) backend: BackendKind,
    pub(crate) timers: TimerKind,
    pub(crate) wake: WakeMode,
}

impl Kind {
    /// All eight.
    pub(crate) fn all() -> Vec<Kind> {
        let mut all = Vec::new();
        for (_, backend) in BackendKind::CHOICES {
            for (_, timers) in TimerKind::CHOICES {
                for (_, wake) in WakeMode::CHOICES {
                    all.push(Kind { backend: *backend, timers: *timers, wake: *wake });
                }
            }
        }
        all
    }

    /// Every switch is set, so that the environment of the test run changes nothing.
    pub(crate) fn builder(self, clock: ClockKind) -> Builder {
        let builder = EventLoop::builder().backend(self.backend).timers(self.timers).wake(self.wake);
        builder.clock(clock).debug(false).slow(Duration::from_millis(100))
    }
}
