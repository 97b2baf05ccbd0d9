//! A crowd of tasks that sleep until the same moment: what they take, and how long it takes to wake them all.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::machine::{Watch, each, resident};
use crate::runtimes::{Runtime, of_smol, ours, tokio_current};

#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Bytes of memory in use for each task, with the allocator's own and all that is kept in reserve.
    pub resident: f64,
    /// Nanoseconds of the processor's time for each task, from its spawning to its end.
    pub cpu: f64,
    /// From the first that runs to the last.
    pub spread: Duration,
    /// From the deadline until the last of them runs.
    pub last: Duration,
}

/// How many the crowd are, how many of them still sleep, and when the first and the last of them ran. Not in the tasks,
/// which are to be small.
static CROWD: AtomicUsize = AtomicUsize::new(0);
static ASLEEP: AtomicUsize = AtomicUsize::new(0);
static FIRST: Mutex<Option<Instant>> = Mutex::new(None);
static LAST: Mutex<Option<Instant>> = Mutex::new(None);

fn ran() {
    let asleep = ASLEEP.fetch_sub(1, Ordering::Relaxed);
    if asleep == CROWD.load(Ordering::Relaxed) {
        note(&FIRST);
    }
    if asleep == 1 {
        note(&LAST);
    }
}

fn note(time: &Mutex<Option<Instant>>) {
    *time.lock().expect("nobody panics") = Some(Instant::now());
}

fn when(time: &Mutex<Option<Instant>>) -> Instant {
    time.lock().expect("nobody panics").expect("it ran")
}

macro_rules! detach {
    (on_smol, $task:expr) => {
        $task.detach()
    };
    ($module:ident, $task:expr) => {
        drop($task)
    };
}

macro_rules! crowd {
    ($module:ident, $runtime:ident) => {
        mod $module {
            use super::*;
            use $runtime::{now, run_with_drivers, sleep_until, yield_now};

            pub(super) fn crowd(count: usize) -> Crowd {
                CROWD.store(count, Ordering::Relaxed);
                ASLEEP.store(count, Ordering::Relaxed);
                run_with_drivers(move |spawner| async move {
                    let before = resident();
                    let watch = Watch::start();
                    let wait = Duration::from_secs(2);
                    let deadline = now() + wait;
                    let on_the_wall = Instant::now() + wait;
                    for _ in 0..count {
                        let task = spawner.spawn(async move {
                            sleep_until(deadline).await;
                            ran();
                        });
                        detach!($module, task);
                    }
                    // Another sleeper, due before them, looks round when all are asleep.
                    sleep_until(deadline - Duration::from_millis(200)).await;
                    let until_asleep = watch.taken();
                    let resident = (resident() - before) / count as f64;
                    let watch = Watch::start();
                    assert_eq!(ASLEEP.load(Ordering::Relaxed), count, "all are asleep");
                    sleep_until(deadline).await;
                    while ASLEEP.load(Ordering::Relaxed) > 0 {
                        yield_now().await;
                    }
                    let (first, last) = (when(&FIRST), when(&LAST));
                    Crowd {
                        resident,
                        cpu: each(until_asleep + watch.taken(), count),
                        spread: last - first,
                        last: last.saturating_duration_since(on_the_wall),
                    }
                })
            }
        }
    };
}

crowd!(on_ours, ours);
crowd!(on_tokio, tokio_current);
crowd!(on_smol, of_smol);

/// To be called once in a process, before anything else: what was allocated before and is free again would not count.
pub fn crowd(runtime: Runtime, count: usize) -> Option<Crowd> {
    match runtime {
        Runtime::Ours => Some(on_ours::crowd(count)),
        Runtime::Tokio => Some(on_tokio::crowd(count)),
        Runtime::Smol => Some(on_smol::crowd(count)),
        Runtime::LocalSet | Runtime::Futures => None,
    }
}
