//! Timers: nanoseconds of the processor's time for each that is armed, taken out, or fires.
//!
//! Each is a sleep that is polled once, as it would be inside of a `timeout`: arming is the first poll, taking out is
//! the drop. Deadlines are up to eighty seconds away, and taken out in no order.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use crate::machine::{Watch, cpu_time_of_thread, each};
use crate::numbers::Numbers;
use crate::runtimes::{Runtime, of_smol, ours, tokio_current};

/// Nanoseconds each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Costs {
    pub insert: f64,
    pub cancel: f64,
    pub fire: f64,
    pub cancel_insert: f64,
}

/// At the least so many operations make a figure.
const ENOUGH: usize = 20_000;
/// What fires does so in steps of this, as in a loop that has other things to do.
const STEP: Duration = Duration::from_millis(10);

const BEFORE_THEM_ALL: Duration = Duration::from_secs(15);

/// So far that the slowest has armed a million of them before the first is due.
fn far(numbers: &mut Numbers) -> Duration {
    Duration::from_nanos(numbers.of(20_000_000_000..80_000_000_000))
}

macro_rules! timers {
    ($module:ident, $runtime:ident) => {
        mod $module {
            use super::*;
            use $runtime::{Sleep, now, run_with_drivers, sleep, sleep_until, unconstrained, yield_now};

            async fn arm(sleeps: &mut [Pin<Box<Sleep>>]) {
                unconstrained(poll_fn(|cx| {
                    for sleep in &mut *sleeps {
                        assert!(
                            sleep.as_mut().poll(cx).is_pending(),
                            "it was armed too late: a busy machine?"
                        );
                    }
                    Poll::Ready(())
                }))
                .await;
            }

            fn deadlines_far_away(numbers: &mut Numbers, pending: usize) -> Vec<Pin<Box<Sleep>>> {
                let start = now();
                (0..pending).map(|_| Box::pin(sleep_until(start + far(numbers)))).collect()
            }

            async fn insert_and_cancel(numbers: &mut Numbers, pending: usize, costs: &mut Costs) {
                let rounds = ENOUGH.div_ceil(pending);
                let (mut inserting, mut cancelling) = (Duration::ZERO, Duration::ZERO);
                for _ in 0..rounds {
                    let mut sleeps = deadlines_far_away(numbers, pending);
                    let watch = Watch::start();
                    arm(&mut sleeps).await;
                    inserting += watch.taken();

                    numbers.shuffle(&mut sleeps);
                    let watch = Watch::start();
                    drop(sleeps);
                    cancelling += watch.taken();
                }
                costs.insert = each(inserting, rounds * pending);
                costs.cancel = each(cancelling, rounds * pending);
            }

            /// With all of them pending, one goes and another comes.
            async fn cancel_and_insert(numbers: &mut Numbers, pending: usize, costs: &mut Costs) {
                let mut sleeps = deadlines_far_away(numbers, pending);
                arm(&mut sleeps).await;
                let exchanges = pending.clamp(ENOUGH, 200_000);
                let start = now();
                let exchanged: Vec<_> =
                    (0..exchanges).map(|_| (numbers.index(pending), start + far(numbers))).collect();
                let watch = Watch::start();
                for (which, deadline) in exchanged {
                    sleeps[which].set(sleep_until(deadline));
                    arm(&mut sleeps[which..=which]).await;
                }
                costs.cancel_insert = watch.each(exchanges);
            }

            async fn fire(numbers: &mut Numbers, pending: usize, costs: &mut Costs) {
                let steps = u32::try_from(pending / 1_000).expect("small").clamp(5, 100);
                let span = u64::try_from((STEP * steps).as_nanos()).expect("a second");
                let rounds = (ENOUGH / 2).div_ceil(pending);
                let mut firing = Duration::ZERO;
                for _ in 0..rounds {
                    // By then, all are armed.
                    let until_first = Duration::from_millis(5) + Duration::from_micros(3) * pending as u32;
                    let start = now() + until_first;
                    let mut sleeps: Vec<_> = (0..pending)
                        .map(|_| Box::pin(sleep_until(start + Duration::from_nanos(numbers.of(0..span)))))
                        .collect();
                    arm(&mut sleeps).await;
                    sleep_until(start).await;

                    // It may be another thread that makes them fire, while this one sleeps: its time counts.
                    let watch = Watch::start();
                    let mut asleep = Duration::ZERO;
                    for _ in 0..=steps {
                        let before = cpu_time_of_thread();
                        thread::sleep(STEP);
                        asleep += cpu_time_of_thread() - before;
                        yield_now().await;
                        yield_now().await;
                    }
                    // Whoever did not look yet does so now.
                    sleep(Duration::from_millis(1)).await;
                    firing += watch.taken() - asleep;
                    unconstrained(poll_fn(|cx| {
                        for sleep in &mut sleeps {
                            assert!(sleep.as_mut().poll(cx).is_ready(), "all have fired");
                        }
                        Poll::Ready(())
                    }))
                    .await;
                }
                costs.fire = each(firing, rounds * pending);
            }

            pub(super) fn costs(pending: usize, seed: u64) -> Costs {
                run_with_drivers(move |spawner| async move {
                    // As in a program that has run for a while: the loop knows of something that is due before what is
                    // inserted. Otherwise each would be the next, and tokio would tell its poll of each.
                    let next = spawner.spawn(async { sleep(BEFORE_THEM_ALL).await });
                    sleep(Duration::from_millis(1)).await;
                    let mut numbers = Numbers::new(seed);
                    let mut costs = Costs::default();
                    insert_and_cancel(&mut numbers, pending, &mut costs).await;
                    cancel_and_insert(&mut numbers, pending, &mut costs).await;
                    // What a structure keeps of what was taken out is not to be paid by what fires.
                    yield_now().await;
                    fire(&mut numbers, pending, &mut costs).await;
                    drop(next);
                    costs
                })
            }
        }
    };
}

timers!(on_ours, ours);
timers!(on_tokio, tokio_current);
timers!(on_smol, of_smol);

/// What timers cost with so many of them pending; nothing if the executor has none, or none of its own.
pub fn costs(runtime: Runtime, pending: usize, seed: u64) -> Option<Costs> {
    match runtime {
        Runtime::Ours => Some(on_ours::costs(pending, seed)),
        Runtime::Tokio => Some(on_tokio::costs(pending, seed)),
        Runtime::Smol => Some(on_smol::costs(pending, seed)),
        Runtime::LocalSet | Runtime::Futures => None,
    }
}
