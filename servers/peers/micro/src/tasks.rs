//! Tasks that start, end, give way and wake each other: nanoseconds of the processor's time each.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use crate::baton::Baton;
use crate::bell::Bell;
use crate::machine::{Watch, each};
use crate::runtimes::{Runtime, of_futures, of_smol, ours, tokio_current, tokio_local};

/// So many tasks give way so often.
macro_rules! yields {
    ($name:ident, $run:ident) => {
        pub(super) fn $name(tasks: usize, times: usize) -> f64 {
            $run(move |spawner| async move {
                let mut handles = Vec::with_capacity(tasks);
                let watch = Watch::start();
                for _ in 0..tasks {
                    handles.push(spawner.spawn(async move {
                        for _ in 0..times {
                            yield_now().await;
                        }
                    }));
                }
                for handle in handles {
                    let _ = handle.await;
                }
                watch.each(tasks * times)
            })
        }
    };
}

macro_rules! tasks {
    ($module:ident, $runtime:ident) => {
        mod $module {
            use super::*;
            use $runtime::{channel, run, run_with_drivers, yield_now};

            /// `rounds` times `tasks` tasks: all are spawned, then all are joined.
            pub(super) fn spawn_join(rounds: usize, tasks: usize) -> f64 {
                run(move |spawner| async move {
                    let mut handles = Vec::with_capacity(tasks);
                    // The first round is to warm up, if there are more than one.
                    let mut watch = Watch::start();
                    for round in 0..rounds {
                        if round == 1 {
                            watch = Watch::start();
                        }
                        for number in 0..tasks {
                            handles.push(spawner.spawn(async move { black_box(number) }));
                        }
                        for handle in handles.drain(..) {
                            let _ = black_box(handle.await);
                        }
                    }
                    watch.each((rounds - 1).max(1) * tasks)
                })
            }

            pub(super) fn one_after_another(count: usize) -> f64 {
                run(move |spawner| async move {
                    let watch = Watch::start();
                    for number in 0..count {
                        let _ = black_box(spawner.spawn(async move { black_box(number) }).await);
                    }
                    watch.each(count)
                })
            }

            yields!(yields, run);
            yields!(yields_with_drivers, run_with_drivers);

            /// Over the executor's own queue, there and back.
            pub(super) fn ping_pong(trips: usize) -> f64 {
                run(move |spawner| async move {
                    let (ask, mut asked) = channel::<usize>();
                    let (answer, mut answered) = channel::<usize>();
                    let echo = spawner.spawn(async move {
                        for _ in 0..trips {
                            let number = asked.receive().await;
                            answer.send(number);
                        }
                    });
                    let player = spawner.spawn(async move {
                        for number in 0..trips {
                            ask.send(number);
                            black_box(answered.receive().await);
                        }
                    });
                    let watch = Watch::start();
                    let _ = echo.await;
                    let _ = player.await;
                    watch.each(trips)
                })
            }

            /// The median of so many wake-ups, in nanoseconds of the wall.
            pub(super) fn from_another_thread(times: usize, core: usize) -> f64 {
                run(move |_spawner| async move {
                    let bell = Arc::new(Bell::default());
                    let ringer = bell.ring(times, core);
                    let mut taken = Vec::with_capacity(times);
                    for _ in 0..times {
                        taken.push(bell.heard().await);
                    }
                    ringer.join().expect("it does not panic");
                    taken.sort_unstable();
                    each(taken[times / 2], 1)
                })
            }
        }
    };
}

/// For those whose tasks need not be able to travel.
macro_rules! local_tasks {
    ($module:ident, $runtime:ident) => {
        mod $module {
            use super::*;
            use $runtime::run;

            /// From one task to another and back, over a [`Baton`].
            pub(super) fn baton(trips: usize) -> f64 {
                run(move |spawner| async move {
                    let there = Rc::new(Baton::default());
                    let back = Rc::new(Baton::default());
                    let echo = spawner.spawn({
                        let (there, back) = (Rc::clone(&there), Rc::clone(&back));
                        async move {
                            for _ in 0..trips {
                                there.take().await;
                                back.pass();
                            }
                        }
                    });
                    let player = spawner.spawn(async move {
                        for _ in 0..trips {
                            there.pass();
                            back.take().await;
                        }
                    });
                    let watch = Watch::start();
                    let _ = echo.await;
                    let _ = player.await;
                    watch.each(trips)
                })
            }
        }
    };
}

tasks!(on_ours, ours);
tasks!(on_tokio, tokio_current);
tasks!(on_local_set, tokio_local);
tasks!(on_smol, of_smol);
tasks!(on_futures, of_futures);

local_tasks!(local_on_ours, ours);
local_tasks!(local_on_local_set, tokio_local);
local_tasks!(local_on_smol, of_smol);
local_tasks!(local_on_futures, of_futures);

macro_rules! on_each {
    ($runtime:expr, $what:ident($($argument:expr),*)) => {
        match $runtime {
            Runtime::Ours => on_ours::$what($($argument),*),
            Runtime::Tokio => on_tokio::$what($($argument),*),
            Runtime::LocalSet => on_local_set::$what($($argument),*),
            Runtime::Smol => on_smol::$what($($argument),*),
            Runtime::Futures => on_futures::$what($($argument),*),
        }
    };
}

/// A million tasks at once.
pub fn spawn_join_million(runtime: Runtime) -> f64 {
    on_each!(runtime, spawn_join(1, 1_000_000))
}

/// A thousand tasks at a time.
pub fn spawn_join_thousands(runtime: Runtime) -> f64 {
    on_each!(runtime, spawn_join(201, 1_000))
}

pub fn one_after_another(runtime: Runtime) -> f64 {
    on_each!(runtime, one_after_another(100_000))
}

/// On an executor that has nothing to do but to run tasks, where one can be had.
pub fn yields(runtime: Runtime, tasks: usize) -> f64 {
    on_each!(runtime, yields(tasks, 1_000_000 / tasks))
}

/// On an executor that has timers and sockets to look at.
pub fn yields_with_drivers(runtime: Runtime, tasks: usize) -> f64 {
    on_each!(runtime, yields_with_drivers(tasks, 300_000 / tasks))
}

pub fn ping_pong(runtime: Runtime) -> f64 {
    on_each!(runtime, ping_pong(200_000))
}

/// Nothing for tokio's `current_thread`, whose tasks must be able to travel.
pub fn baton(runtime: Runtime) -> Option<f64> {
    const TRIPS: usize = 200_000;
    match runtime {
        Runtime::Ours => Some(local_on_ours::baton(TRIPS)),
        Runtime::Tokio => None,
        Runtime::LocalSet => Some(local_on_local_set::baton(TRIPS)),
        Runtime::Smol => Some(local_on_smol::baton(TRIPS)),
        Runtime::Futures => Some(local_on_futures::baton(TRIPS)),
    }
}

/// From `wake` on `core` to the task's poll on another, when the loop sleeps.
pub fn from_another_thread(runtime: Runtime, core: usize) -> f64 {
    on_each!(runtime, from_another_thread(300, core))
}
