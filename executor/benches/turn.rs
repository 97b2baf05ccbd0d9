//! What one turn of the loop costs, with so many tasks in the ready queue.

use std::time::Instant;

use criterion::{Criterion, Throughput};
use executor::{run, spawn, turn, yield_now};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("a turn");
    for ready in [1, 10, 100, 1_000] {
        group.throughput(Throughput::Elements(ready));
        group.bench_function(format!("{ready} ready"), |bencher| {
            bencher.iter_custom(|turns| {
                // A new loop each time, and its end cancels the others.
                let taken = run(async move {
                    // The main task is one of them.
                    for _ in 1..ready {
                        spawn(async {
                            loop {
                                yield_now().await;
                            }
                        });
                    }
                    yield_now().await;
                    let (began, first) = (Instant::now(), turn());
                    for _ in 0..turns {
                        yield_now().await;
                    }
                    let taken = began.elapsed();
                    assert_eq!(turn() - first, turns, "whoever gives way runs again in the next turn");
                    taken
                });
                taken.expect("a loop")
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
