//! A wheel holds a million timers as easily as one: each lies in a slot, and slots far ahead are coarse.
//!
//! Watch for: `level.slot` of each timer. A slot of level 0 is a millisecond, of level 1 it is 64 of them, of level 2 it is 4.096 s.
//! A timer far ahead lies on a high level, comes down as its time comes nearer (it *cascades*), and fires at its exact deadline:
//! the slot says only where to look. asyncio keeps its timers in a heap (rung 5).
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example 08_the_wheel
//!  0.00000  tm1 armed, 3.5ms ahead: slot 0.3
//!  0.00000  tm2 armed, 66ms ahead: slot 1.1
//!  0.00000  tm3 armed, 70.25ms ahead: slot 1.1
//!  0.00000  tm4 armed, 4.5s ahead: slot 2.1
//!  0.00000  tm5 armed, 4.995s ahead: slot 2.1
//!  0.00000  tm6 armed, 5.00025s ahead: slot 2.1
//!  0.00350  tm1 fires, 0ns late
//!  0.06600  tm3 moves to slot 0.6
//!  0.06600  tm2 fires, 0ns late
//!  0.07025  tm3 fires, 0ns late
//!  4.50000  tm5 moves to slot 1.14
//!  4.50000  tm6 moves to slot 1.14
//!  4.50000  tm4 fires, 0ns late
//!  4.99500  tm6 moves to slot 0.8
//!  4.99500  tm5 fires, 0ns late
//!  5.00025  tm6 fires, 0ns late
//!  5.00025  all are awake
//! ```

use std::rc::Rc;
use std::time::Duration;

use executor::inspect::{self, Event, Observer, Record};
use executor::{BuildError, EventLoop, Instant, now, sleep, spawn};

/// Prints what becomes of timers: an observer hears of every step of the loop.
struct Timers;

impl Observer for Timers {
    fn observe(&self, record: &Record) {
        let time = seconds(record.time);
        match &record.event {
            Event::TimerArmed { timer, delay, level: Some(level), slot: Some(slot), .. } => {
                println!("{time}  {timer} armed, {delay:?} ahead: slot {level}.{slot}");
            }
            Event::TimerMoved { timer, level, slot } => {
                println!("{time}  {timer} moves to slot {level}.{slot}");
            }
            Event::TimerFired { timer, late, .. } => println!("{time}  {timer} fires, {late:?} late"),
            _ => {}
        }
    }
}

fn seconds(time: Instant) -> String {
    format!("{:8.5}", time.since(Instant::START).as_secs_f64())
}

async fn naps() {
    let mut sleepers = Vec::new();
    // Those in between wake the loop before the others are due: so these are seen on their way down.
    for micros in [3_500, 66_000, 70_250, 4_500_000, 4_995_000, 5_000_250] {
        sleepers.push(spawn(sleep(Duration::from_micros(micros))));
    }
    for sleeper in sleepers {
        sleeper.await.expect("a nap does not panic");
    }
    println!("{}  all are awake", seconds(now()));
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    EventLoop::builder().observer(Rc::new(Timers)).build()?.block_on(naps());
    Ok(())
}
