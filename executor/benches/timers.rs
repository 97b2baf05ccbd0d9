//! What a timer costs with so many others pending, in the wheel and in the heap: to arm, to take out, and to fire.
//!
//! Each is a sleep that is polled once: arming is its first poll, taking out is its drop. The clock is the virtual one,
//! so that nobody waits.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use executor::{ClockKind, EventLoop, Sleep, TimerKind, now, sleep, sleep_until};

const KINDS: [(TimerKind, &str); 2] = [(TimerKind::Wheel, "wheel"), (TimerKind::Heap, "heap")];
const PENDING: [usize; 3] = [1_000, 100_000, 1_000_000];
/// So many are armed or taken out at a time, in between two looks at the clock.
const BATCH: u64 = 500;
/// What fires does so in so many turns, as deadlines that are spread over a while do.
const TURNS: u32 = 100;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    inserting_and_cancelling(&mut criterion);
    firing(&mut criterion);
    criterion.final_summary();
}

fn new_loop(timers: TimerKind) -> EventLoop {
    EventLoop::builder().timers(timers).clock(ClockKind::Virtual).build().expect("a loop")
}

/// Deadlines of a second to a minute, in no order: from a generator that needs no library (Knuth's, in "MMIX").
struct Deadlines(u64);

impl Deadlines {
    fn next(&mut self) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros(1_000_000 + (self.0 >> 33) % 60_000_000)
    }

    fn sleeps(&mut self, count: usize) -> Vec<Sleep> {
        (0..count).map(|_| sleep(self.next())).collect()
    }
}

fn arm(sleeps: &mut [Sleep]) {
    let mut context = Context::from_waker(Waker::noop());
    for sleep in sleeps {
        assert!(Pin::new(sleep).poll(&mut context).is_pending());
    }
}

/// What one batch took to be armed, and to be taken out again.
fn batch(deadlines: &mut Deadlines, size: u64) -> (Duration, Duration) {
    let mut sleeps = deadlines.sleeps(usize::try_from(size).expect("a batch is small"));
    let arming = Instant::now();
    arm(&mut sleeps);
    let armed = arming.elapsed();
    let dropping = Instant::now();
    drop(sleeps);
    (armed, dropping.elapsed())
}

fn inserting_and_cancelling(criterion: &mut Criterion) {
    for (name, counts_arming) in [("arm a timer", true), ("take a timer out", false)] {
        let mut group = criterion.benchmark_group(name);
        for pending in PENDING {
            for (kind, structure) in KINDS {
                group.bench_function(format!("{pending} pending/{structure}"), |bencher| {
                    let event_loop = new_loop(kind);
                    let mut deadlines = Deadlines(1);
                    let mut others = event_loop.block_on(async move { deadlines.sleeps(pending) });
                    arm(&mut others);
                    bencher.iter_custom(|times| {
                        event_loop.block_on(async move {
                            let mut deadlines = Deadlines(times);
                            let mut taken = Duration::ZERO;
                            let mut left = times;
                            while left > 0 {
                                let size = left.min(BATCH);
                                let (arming, dropping) = batch(&mut deadlines, size);
                                taken += if counts_arming { arming } else { dropping };
                                left -= size;
                            }
                            taken
                        })
                    });
                });
            }
        }
        group.finish();
    }
}

fn firing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fire");
    // Every one of a million is armed anew each time.
    group.sample_size(10);
    for pending in PENDING {
        for (kind, structure) in KINDS {
            group.throughput(Throughput::Elements(pending as u64));
            group.bench_function(format!("{pending} pending/{structure}"), |bencher| {
                let event_loop = new_loop(kind);
                bencher.iter_custom(|times| {
                    event_loop.block_on(async move {
                        let mut taken = Duration::ZERO;
                        for _ in 0..times {
                            taken += all_fire(pending).await;
                        }
                        taken
                    })
                });
            });
        }
    }
    group.finish();
}

async fn all_fire(pending: usize) -> Duration {
    let start = now();
    let mut deadlines = Deadlines(1);
    let mut sleeps: Vec<Sleep> = (0..pending)
        .map(|_| {
            let micros = deadlines.next().as_micros();
            let turn = u32::try_from(micros % u128::from(TURNS)).expect("less than a hundred");
            sleep_until(start + Duration::from_millis(1) * (turn + 1))
        })
        .collect();
    arm(&mut sleeps);
    let last = sleep_until(start + Duration::from_millis(1) * (TURNS + 1));
    let began = Instant::now();
    last.await;
    began.elapsed()
}
