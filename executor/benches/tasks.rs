//! What tasks cost: to start and to end, to give way, to wake each other, and to be woken from another thread.

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use executor::sync::Queue;
use executor::{EventLoop, spawn, yield_now};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    spawn_and_join(&mut criterion);
    giving_way(&mut criterion);
    there_and_back(&mut criterion);
    another_thread(&mut criterion);
    criterion.final_summary();
}

/// `measured` is told how often to do it, and says how long that took; it runs as the main task of a loop.
fn on_a_loop<M, F>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, measured: M)
where
    M: Fn(u64) -> F,
    F: Future<Output = Duration> + 'static,
{
    group.bench_function(name, |bencher| {
        let event_loop = EventLoop::builder().build().expect("a loop");
        bencher.iter_custom(|times| event_loop.block_on(measured(times)));
    });
}

fn spawn_and_join(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spawn and join");
    for (tasks, name) in
        [(1, "one after the other"), (1_000, "1,000 at a time"), (1_000_000, "1,000,000 at once")]
    {
        group.throughput(Throughput::Elements(tasks));
        // The last takes a quarter of a second each time.
        group.sample_size(if tasks > 1_000 { 10 } else { 100 });
        on_a_loop(&mut group, name, move |times| async move {
            let mut handles = Vec::new();
            let began = Instant::now();
            for _ in 0..times {
                for number in 0..tasks {
                    handles.push(spawn(async move { black_box(number) }));
                }
                for handle in handles.drain(..) {
                    black_box(handle.await.expect("it does not panic"));
                }
            }
            began.elapsed()
        });
    }
    group.finish();
}

fn giving_way(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("yield");
    for (tasks, name) in [(1, "1 task"), (1_000, "1,000 tasks")] {
        group.throughput(Throughput::Elements(tasks));
        on_a_loop(&mut group, name, move |times| async move {
            let began = Instant::now();
            let mut handles = Vec::new();
            for _ in 0..tasks {
                handles.push(spawn(async move {
                    for _ in 0..times {
                        yield_now().await;
                    }
                }));
            }
            for handle in handles {
                handle.await.expect("it does not panic");
            }
            began.elapsed()
        });
    }
    group.finish();
}

fn there_and_back(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("there and back");
    on_a_loop(&mut group, "over two queues", |times| async move {
        let (there, back) = (Rc::new(Queue::new(0)), Rc::new(Queue::new(0)));
        let echo = spawn({
            let (there, back) = (Rc::clone(&there), Rc::clone(&back));
            async move {
                for _ in 0..times {
                    let number: u64 = there.get().await.expect("it is open");
                    back.try_put(number).expect("it is open, and has no limit");
                }
            }
        });
        let began = Instant::now();
        for number in 0..times {
            there.try_put(number).expect("it is open, and has no limit");
            black_box(back.get().await.expect("it is open"));
        }
        echo.await.expect("it does not panic");
        began.elapsed()
    });
    group.finish();
}

/// From another thread's `wake` to the task's poll, when the loop sleeps.
fn another_thread(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wake-up");
    on_a_loop(&mut group, "from another thread", |times| async move {
        let (wakers, to_wake) = mpsc::channel::<Waker>();
        let (tell, told) = mpsc::channel();
        let other = thread::spawn(move || {
            for waker in to_wake {
                // So long does it take until the loop sleeps for certain.
                thread::sleep(Duration::from_micros(50));
                tell.send(Instant::now()).expect("somebody waits for it");
                waker.wake();
            }
        });
        let mut taken = Duration::ZERO;
        for _ in 0..times {
            taken += woken(&wakers, &told).await;
        }
        drop(wakers);
        other.join().expect("it does not panic");
        taken
    });
    group.finish();
}

async fn woken(wakers: &Sender<Waker>, told: &Receiver<Instant>) -> Duration {
    let mut asked = false;
    poll_fn(move |cx| {
        if !asked {
            wakers.send(cx.waker().clone()).expect("the other thread is there");
            asked = true;
            return Poll::Pending;
        }
        Poll::Ready(told.recv().expect("it was told before").elapsed())
    })
    .await
}
