//! How many blocking calls at once? As many as the pool has threads; the next one waits for the first to end.
//!
//! Watch for: with as many requests as threads all are answered after the time of one call; with one request more it is
//! the time of two. The loop itself is idle, and so is the processor: what is used up is threads.
//!
//! ```text
//! $ cargo run --example exp_pool_of_n
//! One loop, and a pool of 4 threads for calls that block 300 ms each.
//!
//! requests at once   all have their answer
//!                4   after  0.30 s
//!                5   after  0.60 s
//!                8   after  0.60 s
//!                9   after  0.90 s
//!
//! A thread that sleeps in a blocking call is taken, whatever the processor does. 4 can be under way
//! at once; one more stands in line until a thread is free, and takes twice as long.
//! ```
//!
//! The figures are measured, so yours will be others. Two arguments say how many threads there are, and how many
//! milliseconds a call takes.
//!
//! In Python: a plain `def` route of `FastAPI` takes one of 40 threads (`AnyIO`'s limiter), so the 41st request waits;
//! `asyncio.to_thread` has `min(32, cpu_count + 4)`. Here it is as asyncio's, and `EventLoop::builder().threads(n)`
//! says otherwise.

mod support;

use std::env;
use std::error::Error;
use std::future;

use executor::inspect;
use support::{ask_at_once, start_server};

fn main() -> Result<(), Box<dyn Error>> {
    inspect::init_logging();
    let usage = |_| "the arguments are two numbers: of threads, and of milliseconds";
    let threads: usize = env::args().nth(1).map_or(Ok(4), |word| word.parse().map_err(usage))?;
    let millis: u32 = env::args().nth(2).map_or(Ok(300), |word| word.parse().map_err(usage))?;
    let server = start_server(threads, || future::ready(()))?;

    println!("One loop, and a pool of {threads} threads for calls that block {millis} ms each.\n");
    println!("requests at once   all have their answer");
    for requests in [threads, threads + 1, 2 * threads, 2 * threads + 1] {
        let target = format!("/threaded?seconds={}", f64::from(millis) / 1e3);
        let total = ask_at_once(server.address, &target, requests)?.as_secs_f64();
        println!("{requests:16}   after {total:5.2} s");
    }
    println!(
        "\nA thread that sleeps in a blocking call is taken, whatever the processor does. {threads} can be under way\n\
         at once; one more stands in line until a thread is free, and takes twice as long."
    );
    Ok(())
}
