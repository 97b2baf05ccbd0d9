//! What is measured at one go, for one executor, in a process of its own: what one leaves behind (a heap in pieces, a
//! thread that waits) is nobody else's.

use clap::{Args, ValueEnum};

use crate::runtimes::Runtime;
use crate::{crowd, machine, tasks, timers, waiting};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Probe {
    SpawnMillion,
    SpawnThousand,
    SpawnOne,
    YieldOne,
    YieldThousand,
    YieldOneDrivers,
    YieldThousandDrivers,
    PingPong,
    Baton,
    AnotherThread,
    /// By another program.
    Memory,
    Timers1k,
    Timers100k,
    Timers1m,
    Sleepers,
    Lateness,
    Crowd,
}

/// How it is measured.
#[derive(Debug, Clone, Copy, Args)]
pub struct How {
    /// The core to measure on.
    #[arg(long)]
    pub core: usize,
    /// How many sleeps are looked at for how late they are.
    #[arg(long)]
    pub sleeps: u64,
    /// Which random numbers: the same for all executors of a round.
    #[arg(long)]
    pub seed: u64,
}

/// Figures, each with the key of its row.
pub type Figures = Vec<(&'static str, f64)>;

/// The figures that a probe brings; none where the executor does not do such a thing.
pub fn measure(probe: Probe, runtime: Runtime, how: How) -> Figures {
    machine::pin(how.core);
    let one = |key, figure: f64| vec![(key, figure)];
    match probe {
        Probe::SpawnMillion => one("spawn-million", tasks::spawn_join_million(runtime)),
        Probe::SpawnThousand => one("spawn-thousand", tasks::spawn_join_thousands(runtime)),
        Probe::SpawnOne => one("spawn-one", tasks::one_after_another(runtime)),
        Probe::YieldOne => one("yield-1", tasks::yields(runtime, 1)),
        Probe::YieldThousand => one("yield-1000", tasks::yields(runtime, 1_000)),
        // There is nothing to switch on.
        Probe::YieldOneDrivers | Probe::YieldThousandDrivers if runtime == Runtime::Futures => Vec::new(),
        Probe::YieldOneDrivers => one("yield-1-drivers", tasks::yields_with_drivers(runtime, 1)),
        Probe::YieldThousandDrivers => one("yield-1000-drivers", tasks::yields_with_drivers(runtime, 1_000)),
        Probe::PingPong => one("ping-pong", tasks::ping_pong(runtime)),
        Probe::Baton => tasks::baton(runtime).map_or_else(Vec::new, |figure| one("baton", figure)),
        Probe::AnotherThread => {
            let other = (how.core + 1) % machine::cores();
            one("another-thread", tasks::from_another_thread(runtime, other) / 1e3)
        }
        Probe::Memory => panic!("memory is measured by another program"),
        Probe::Timers1k => {
            let keys = ["timers-1k-insert", "timers-1k-cancel", "timers-1k-fire", "timers-1k-exchange"];
            timers_of(runtime, 1_000, how.seed, keys)
        }
        Probe::Timers100k => {
            let keys =
                ["timers-100k-insert", "timers-100k-cancel", "timers-100k-fire", "timers-100k-exchange"];
            timers_of(runtime, 100_000, how.seed, keys)
        }
        Probe::Timers1m => {
            let keys = ["timers-1m-insert", "timers-1m-cancel", "timers-1m-fire", "timers-1m-exchange"];
            timers_of(runtime, 1_000_000, how.seed, keys)
        }
        Probe::Sleepers => waiting::million_sleepers(runtime, how.seed)
            .map_or_else(Vec::new, |figure| one("sleepers", figure)),
        Probe::Lateness => lateness(runtime, how),
        Probe::Crowd => crowd_of(runtime),
    }
}

fn timers_of(runtime: Runtime, pending: usize, seed: u64, keys: [&'static str; 4]) -> Figures {
    let Some(costs) = timers::costs(runtime, pending, seed) else { return Vec::new() };
    let [insert, cancel, fire, exchange] = keys;
    vec![(insert, costs.insert), (cancel, costs.cancel), (fire, costs.fire), (exchange, costs.cancel_insert)]
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn lateness(runtime: Runtime, how: How) -> Figures {
    let Some(mut late) = waiting::lateness(runtime, how.sleeps, how.seed) else { return Vec::new() };
    late.sort_unstable();
    let micros = |index: usize| late[index] as f64 / 1e3;
    let (middle, last_hundredth) = (late.len() / 2, late.len() * 99 / 100);
    vec![("late-median", micros(middle)), ("late-p99", micros(last_hundredth)), ("late-least", micros(0))]
}

fn crowd_of(runtime: Runtime) -> Figures {
    let Some(crowd) = crowd::crowd(runtime, 100_000) else { return Vec::new() };
    vec![
        ("crowd-resident", crowd.resident),
        ("crowd-spread", crowd.spread.as_secs_f64() * 1e3),
        ("crowd-last", crowd.last.as_secs_f64() * 1e3),
    ]
}
