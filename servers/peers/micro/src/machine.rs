//! What is asked of the machine: a core for oneself, the processor's time, and how much memory is in use.

use std::fs;
use std::time::Duration;

use rustix::thread::CpuSet;
use rustix::time::{ClockId, clock_gettime};

/// Keeps this thread, and those that it starts from now on, on one core.
pub fn pin(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    rustix::thread::sched_setaffinity(None, &set).expect("the core exists, and is ours");
}

/// How many cores this machine has.
pub fn cores() -> usize {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").expect("Linux tells");
    cpuinfo.lines().filter(|line| line.starts_with("processor")).count().max(1)
}

/// A line about the machine.
pub fn about() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").expect("Linux tells");
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let processor = model.and_then(|line| line.split(": ").nth(1)).unwrap_or("an unknown processor");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").expect("Linux tells");
    let kernel = kernel.trim().split('-').next().expect("a split has a first part");
    format!("{processor}, {} cores, Linux {kernel}", cores())
}

/// Bytes of this process that are in memory.
pub fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux tells");
    let kilobytes = line.split_whitespace().nth(1).expect("a number");
    kilobytes.parse::<f64>().expect("a number") * 1024.0
}

/// The processor's time that this process has had so far, all its threads together.
pub fn cpu_time() -> Duration {
    time_of(ClockId::ProcessCPUTime)
}

/// The processor's time that this thread has had so far.
pub fn cpu_time_of_thread() -> Duration {
    time_of(ClockId::ThreadCPUTime)
}

fn time_of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("less than a second"))
}

/// Nanoseconds for each of `count`.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub fn each(taken: Duration, count: usize) -> f64 {
    taken.as_nanos() as f64 / count as f64
}

/// Takes the processor's time and not the wall's: what a neighbour on the same core does is not counted, and what an
/// executor does on another thread is.
#[derive(Debug)]
pub struct Watch(Duration);

impl Watch {
    pub fn start() -> Self {
        Watch(cpu_time())
    }

    pub fn taken(&self) -> Duration {
        cpu_time() - self.0
    }

    /// Nanoseconds for each of `count` since the start.
    pub fn each(&self, count: usize) -> f64 {
        each(self.taken(), count)
    }
}
