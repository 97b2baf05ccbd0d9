//! How many bytes a task takes that waits, asked of an allocator that counts. A program of its own: counting takes
//! time, which what is timed is not to pay.
//!
//! It prints one line of JSON: what a parked and a sleeping task of the executor take beyond their futures. Tables grow
//! by doubling, so a task's share in them depends on how full they are: it is the mean of three numbers of tasks.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use clap::Parser;
use executor::EventLoop;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use micro::runtimes::{Runtime, of_tokio};
use serde_json::json;
use smol::LocalExecutor;
use tokio::task::LocalSet;

/// With tables three quarters full, as full as they get, and just grown.
const COUNTS: [usize; 3] = [100_000, 131_000, 132_000];

const LONG: Duration = Duration::from_secs(3_600);

/// Waits for ever, with its waker in its hand.
struct Parked(Option<Waker>);

impl Future for Parked {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0 = Some(cx.waker().clone());
        Poll::Pending
    }
}

async fn sleeper_of_ours() {
    executor::sleep(LONG).await;
}

async fn sleeper_of_tokio() {
    tokio::time::sleep(LONG).await;
}

async fn sleeper_of_smol() {
    smol::Timer::after(LONG).await;
}

/// The same expression for each task: a closure could not be spawned by all of them alike.
macro_rules! start {
    ($tasks:expr, $spawn:expr, $future:expr) => {
        async move {
            for _ in 0..$tasks {
                $spawn($future);
            }
            // Every task is polled, and waits.
            for _ in 0..3 {
                smol::future::yield_now().await;
            }
        }
    };
}

fn ours(tasks: usize, sleeping: bool) -> i64 {
    let event_loop = EventLoop::builder().build().expect("a loop");
    let counted = measure(|| {
        if sleeping {
            event_loop.block_on(start!(tasks, executor::spawn, sleeper_of_ours()));
        } else {
            event_loop.block_on(start!(tasks, executor::spawn, Parked(None)));
        }
    });
    counted.bytes_current
}

fn tokio_current(tasks: usize, sleeping: bool) -> i64 {
    let runtime = of_tokio::with_drivers();
    let counted = measure(|| {
        if sleeping {
            runtime.block_on(start!(tasks, tokio::spawn, sleeper_of_tokio()));
        } else {
            runtime.block_on(start!(tasks, tokio::spawn, Parked(None)));
        }
    });
    counted.bytes_current
}

fn tokio_local(tasks: usize, sleeping: bool) -> i64 {
    let (runtime, local) = (of_tokio::with_drivers(), LocalSet::new());
    let counted = measure(|| {
        if sleeping {
            local.block_on(&runtime, start!(tasks, tokio::task::spawn_local, sleeper_of_tokio()));
        } else {
            local.block_on(&runtime, start!(tasks, tokio::task::spawn_local, Parked(None)));
        }
    });
    counted.bytes_current
}

fn smol_local(tasks: usize, sleeping: bool) -> i64 {
    let executor = Rc::new(LocalExecutor::new());
    let inside = Rc::clone(&executor);
    let counted = measure(|| {
        if sleeping {
            let start = start!(tasks, |future| inside.spawn(future).detach(), sleeper_of_smol());
            smol::block_on(executor.run(start));
        } else {
            let start = start!(tasks, |future| inside.spawn(future).detach(), Parked(None));
            smol::block_on(executor.run(start));
        }
    });
    counted.bytes_current
}

fn futures_local(tasks: usize) -> i64 {
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let counted = measure(|| {
        pool.run_until(start!(
            tasks,
            |future| spawner.spawn_local_with_handle(future).expect("the pool is there").forget(),
            Parked(None)
        ));
    });
    counted.bytes_current
}

/// The size of the future that sleeps, which has the executor's own `Sleep` in it: it makes that at its first poll, so
/// no executor is needed to ask.
fn size_of_sleeper(runtime: Runtime) -> usize {
    match runtime {
        Runtime::Ours => size_of_val(&sleeper_of_ours()),
        Runtime::Tokio | Runtime::LocalSet => size_of_val(&sleeper_of_tokio()),
        Runtime::Smol => size_of_val(&sleeper_of_smol()),
        Runtime::Futures => 0,
    }
}

fn held(runtime: Runtime, tasks: usize, sleeping: bool) -> Option<i64> {
    match runtime {
        Runtime::Ours => Some(ours(tasks, sleeping)),
        Runtime::Tokio => Some(tokio_current(tasks, sleeping)),
        Runtime::LocalSet => Some(tokio_local(tasks, sleeping)),
        Runtime::Smol => Some(smol_local(tasks, sleeping)),
        Runtime::Futures => (!sleeping).then(|| futures_local(tasks)),
    }
}

/// Bytes for each task beyond its future.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn each(runtime: Runtime, sleeping: bool) -> Option<f64> {
    let future = if sleeping { size_of_sleeper(runtime) } else { size_of::<Parked>() };
    let mut sum = 0.0;
    for tasks in COUNTS {
        sum += held(runtime, tasks, sleeping)? as f64 / tasks as f64 - future as f64;
    }
    Some(sum / COUNTS.len() as f64)
}

#[derive(Parser)]
struct Arguments {
    runtime: Runtime,
}

fn main() {
    let Arguments { runtime } = Arguments::parse();
    println!("{}", json!({ "memory-parked": each(runtime, false), "memory-sleeping": each(runtime, true) }));
}
