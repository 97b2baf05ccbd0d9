//! One loop, three routes, ten clients at once for each: who waits for whom, and does the loop still turn?
//!
//! Watch for: `/sleeper` and `/threaded` answer all ten after the time of one wait; `/blocker` after the time of ten,
//! one behind the other. Meanwhile a task with nothing to do but to beat every 10 ms tells whether the loop turns: beside
//! `/blocker` its heart stands still, for as long as the blockers of one turn take together.
//!
//! ```text
//! $ cargo run --example exp_one_loop_three_routes
//! One loop, one thread. 10 clients at once ask for a route that waits 300 ms.
//!
//! route      how it waits               all have their answer   the heart is late by at most
//! /sleeper   sleep(..).await            after  0.30 s              0 ms
//! /blocker   thread::sleep(..)          after  3.00 s           2994 ms
//! /threaded  to_thread(..).await        after  0.30 s              1 ms
//!
//! `.await` gives the thread back, so ten can wait at once, and whoever else is on the loop goes on.
//! A blocking call keeps it: the ten wait one behind the other, and the heart stands still for all
//! that happened to be ready in the same turn. On another thread the same call holds nobody up.
//! ```
//!
//! The figures are measured, so yours will be others. An argument says how many milliseconds a request waits.
//!
//! In Python: `await asyncio.sleep(0.3)`, `time.sleep(0.3)` and `await asyncio.to_thread(time.sleep, 0.3)` in an `async
//! def` route. A plain `def` route of `FastAPI` is the third.

mod support;

use std::env;
use std::error::Error;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use executor::{inspect, sleep};

use support::{ask_at_once, start_server};

const CLIENTS: usize = 10;
const PERIOD: Duration = Duration::from_millis(10);

/// A beat of the heart: when it began, and how much longer than a period it took.
type Beat = (Instant, Duration);

/// Beats until the program ends.
async fn heart(beats: Sender<Beat>) {
    loop {
        let began = Instant::now();
        sleep(PERIOD).await;
        let late = began.elapsed().saturating_sub(PERIOD);
        if beats.send((began, late)).is_err() {
            return;
        }
    }
}

/// The largest delay of a beat since the last call of this. It ends with a beat that began after it was asked for: the one before
/// may still be on its way.
fn largest_delay(beats: &Receiver<Beat>) -> Duration {
    let asked = Instant::now();
    let mut largest = Duration::ZERO;
    for (began, late) in beats {
        largest = largest.max(late);
        if began > asked {
            break;
        }
    }
    largest
}

fn main() -> Result<(), Box<dyn Error>> {
    inspect::init_logging();
    let usage = |_| "the argument is a number of milliseconds";
    let millis: u32 = env::args().nth(1).map_or(Ok(300), |word| word.parse().map_err(usage))?;
    let (beat, beats) = mpsc::channel();
    // A pool with a thread for each client: what happens with one fewer is `exp_pool_of_n`.
    let server = start_server(CLIENTS, move || heart(beat))?;

    println!("One loop, one thread. {CLIENTS} clients at once ask for a route that waits {millis} ms.\n");
    println!("route      how it waits               all have their answer   the heart is late by at most");
    let routes = [
        ("/sleeper", "sleep(..).await"),
        ("/blocker", "thread::sleep(..)"),
        ("/threaded", "to_thread(..).await"),
    ];
    for (route, how) in routes {
        largest_delay(&beats);
        let target = format!("{route}?seconds={}", f64::from(millis) / 1e3);
        let total = ask_at_once(server.address, &target, CLIENTS)?.as_secs_f64();
        let late = largest_delay(&beats).as_millis();
        println!("{route:10} {how:26} after {total:5.2} s          {late:5} ms");
    }
    println!(
        "\n`.await` gives the thread back, so ten can wait at once, and whoever else is on the loop goes on.\n\
         A blocking call keeps it: the ten wait one behind the other, and the heart stands still for all\n\
         that happened to be ready in the same turn. On another thread the same call holds nobody up."
    );
    Ok(())
}
