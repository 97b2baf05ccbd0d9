//! What is done with each input of a fuzzer, for the timers.
//!
//! `executor/tests/timer_scripts.rs` plays a bounded number of inputs in every test run, the target `timers` as many as one
//! has patience for.

use std::time::Duration;

use executor::Instant;
use executor::time::heap::Heap;
use executor::time::wheel::Wheel;
use executor::time::{Due, TimerKey};

/// Timers: plays a script on the wheel and on the heap, which must say the same.
///
/// A step is nine bytes: what to do, and a number. Half of the numbers are cut down to a few bits, or all timers would be
/// centuries apart.
pub(crate) fn timers(script: &[u8]) {
    let mut now = Instant::START;
    let mut wheel = Wheel::<u64>::default();
    let mut heap = Heap::<u64>::default();
    let mut keys: Vec<(TimerKey, TimerKey)> = Vec::new();
    for step in script.as_chunks::<9>().0 {
        let [what, number @ ..] = *step;
        let mut number = u64::from_le_bytes(number);
        if what & 0x80 == 0 {
            number &= (1 << (what >> 1)) - 1;
        }
        match what % 8 {
            0..=2 => {
                let payload = keys.len() as u64;
                let deadline = now + Duration::from_nanos(number);
                keys.push((wheel.insert(deadline, payload), heap.insert(deadline, payload)));
            }
            3 => {
                let deadline = now - Duration::from_nanos(number);
                keys.push((wheel.insert(deadline, 0), heap.insert(deadline, 0)));
            }
            4 | 5 if !keys.is_empty() => {
                let which = usize::try_from(number % keys.len() as u64).expect("an index fits");
                let (in_wheel, in_heap) = keys[which];
                assert_eq!(wheel.cancel(in_wheel), heap.cancel(in_heap));
            }
            6 => {
                // What is said to be earliest is never too late, and going there is always possible.
                if let Some(earliest) = wheel.earliest() {
                    now = now.max(earliest);
                }
                advance(&mut wheel, &mut heap, now);
            }
            _ => {
                now = now + Duration::from_nanos(number);
                advance(&mut wheel, &mut heap, now);
            }
        }
        assert_eq!(wheel.armed(), heap.armed());
        assert_eq!(wheel.earliest().is_none(), heap.earliest().is_none());
        assert!(wheel.earliest() <= heap.earliest(), "the wheel would sleep too long");
    }
    advance(&mut wheel, &mut heap, Instant::FAR_FUTURE);
    assert_eq!((wheel.armed(), heap.armed()), (0, 0));
}

fn advance(wheel: &mut Wheel<u64>, heap: &mut Heap<u64>, now: Instant) {
    let (mut of_wheel, mut of_heap) = (Vec::new(), Vec::new());
    wheel.advance(now, &mut of_wheel);
    heap.advance(now, &mut of_heap);
    let plain = |due: &Due<u64>| (due.deadline, due.id, due.payload);
    assert_eq!(of_wheel.iter().map(plain).collect::<Vec<_>>(), of_heap.iter().map(plain).collect::<Vec<_>>());
}
