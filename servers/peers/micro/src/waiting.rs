//! What takes real time: a million tasks that sleep at once, and how late a sleep is.

use std::time::{Duration, Instant};

use crate::machine::Watch;
use crate::numbers::Numbers;
use crate::runtimes::{Runtime, of_smol, ours, tokio_current};

macro_rules! waiting {
    ($module:ident, $runtime:ident) => {
        mod $module {
            use super::*;
            use $runtime::{run_with_drivers, sleep};

            /// From spawning to joining, and the end of the loop with it.
            pub(super) fn sleepers(tasks: usize, seed: u64) -> f64 {
                let watch = Watch::start();
                run_with_drivers(move |spawner| async move {
                    let mut numbers = Numbers::new(seed);
                    let mut handles = Vec::with_capacity(tasks);
                    for _ in 0..tasks {
                        let duration = Duration::from_millis(numbers.of(1..1_001));
                        handles.push(spawner.spawn(async move {
                            sleep(duration).await;
                        }));
                    }
                    for handle in handles {
                        let _ = handle.await;
                    }
                });
                watch.each(tasks)
            }

            pub(super) fn lateness(durations: Vec<Duration>) -> Vec<i64> {
                run_with_drivers(move |_spawner| async move {
                    let mut late = Vec::with_capacity(durations.len());
                    for duration in durations {
                        let began = Instant::now();
                        sleep(duration).await;
                        let taken = i64::try_from(began.elapsed().as_nanos()).expect("short");
                        late.push(taken - i64::try_from(duration.as_nanos()).expect("short"));
                    }
                    late
                })
            }
        }
    };
}

waiting!(on_ours, ours);
waiting!(on_tokio, tokio_current);
waiting!(on_smol, of_smol);

/// The processor's nanoseconds for each of a million tasks that sleep up to a second.
pub fn million_sleepers(runtime: Runtime, seed: u64) -> Option<f64> {
    const TASKS: usize = 1_000_000;
    match runtime {
        Runtime::Ours => Some(on_ours::sleepers(TASKS, seed)),
        Runtime::Tokio => Some(on_tokio::sleepers(TASKS, seed)),
        Runtime::Smol => Some(on_smol::sleepers(TASKS, seed)),
        Runtime::LocalSet | Runtime::Futures => None,
    }
}

/// How many nanoseconds each of `count` sleeps of 1 to 100 whole milliseconds was late, one at a time; negative if it
/// was early.
pub fn lateness(runtime: Runtime, count: u64, seed: u64) -> Option<Vec<i64>> {
    let mut numbers = Numbers::new(seed);
    let durations = (0..count).map(|_| Duration::from_millis(numbers.of(1..101))).collect();
    match runtime {
        Runtime::Ours => Some(on_ours::lateness(durations)),
        Runtime::Tokio => Some(on_tokio::lateness(durations)),
        Runtime::Smol => Some(on_smol::lateness(durations)),
        Runtime::LocalSet | Runtime::Futures => None,
    }
}
