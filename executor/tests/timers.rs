//! The timer wheel, held against the heap: whatever a script of arming, cancelling and advancing
//! does, both must say the same.
//!
//! The heap is obvious and the wheel is fast. A third book is kept here, sorted by hand, so that
//! the heap is not trusted blindly either. What the wheel alone may do is to name too early a
//! moment when it is asked for the earliest deadline; it must never name one too late, and
//! following it must lead to the true one in a few steps.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::collections::BTreeSet;
use std::time::Duration;

use executor::Instant;
use executor::time::heap::Heap;
use executor::time::wheel::Wheel;
use executor::time::{Due, TimerKey};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestRunner};

mod cases {
    mod wheel;
}

/// Random scripts that every run plays; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more, and
/// for others.
const SCRIPTS: u32 = 10_000;

const MILLI: u64 = 1_000_000;

/// A moment, seen from the moment in the script at which it is needed.
#[derive(Debug, Clone)]
enum Moment {
    /// So many nanoseconds from now, or ago.
    FromNow(i64),
    /// So many nanoseconds from the first moment of a slot of this level: of the wheel's slots from
    /// zero on.
    Edge {
        level: u32,
        slot: u64,
        offset: i64,
    },
    /// So many nanoseconds from the next moment at which a digit of this level changes.
    NextEdge {
        level: u32,
        offset: i64,
    },
    /// Exactly at, or a few nanoseconds from, a deadline that was armed before.
    Deadline {
        which: Index,
        offset: i64,
    },
    /// Where the heap, or the wheel, says that the earliest deadline is.
    EarliestOf(Oracle),
    FarFuture,
}

#[derive(Debug, Clone, Copy)]
enum Oracle {
    Heap,
    Wheel,
}

#[derive(Debug, Clone)]
enum Step {
    Insert(Moment),
    /// Of any key there ever was: armed, fired or cancelled.
    Cancel(Index),
    /// Moments in the past leave the clock where it is.
    Advance(Moment),
    /// Goes where the wheel says that the earliest deadline is, until it is there.
    FollowTheWheel,
}

fn offset() -> impl Strategy<Value = i64> {
    let milli = MILLI.cast_signed();
    prop_oneof![Just(0), Just(1), Just(-1), Just(milli), Just(-milli), -3 * milli..3 * milli]
}

fn moment() -> impl Strategy<Value = Moment> {
    let milli = MILLI.cast_signed();
    let near = prop_oneof![
        -1_000 * milli..0,
        Just(0),
        0..4_i64,
        0..2 * milli,
        0..100 * milli,
        0..10_000 * milli,
        // As many short spans as long ones, up to 2^40 milliseconds.
        (0..60_u32, 0..MILLI.cast_signed()).prop_map(|(bits, rest)| (1_i64 << bits) + rest),
    ];
    prop_oneof![
        8 => near.prop_map(Moment::FromNow),
        3 => (0..8_u32, 0..65_u64, offset())
            .prop_map(|(level, slot, offset)| Moment::Edge { level, slot, offset }),
        3 => (0..7_u32, offset()).prop_map(|(level, offset)| Moment::NextEdge { level, offset }),
        2 => (any::<Index>(), -1..2_i64).prop_map(|(which, offset)| Moment::Deadline { which, offset }),
        1 => Just(Moment::FarFuture),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let earliest = prop_oneof![Just(Oracle::Heap), Just(Oracle::Wheel)];
    prop_oneof![
        8 => moment().prop_map(Step::Insert),
        4 => any::<Index>().prop_map(Step::Cancel),
        4 => moment().prop_map(Step::Advance),
        2 => earliest.prop_map(|oracle| Step::Advance(Moment::EarliestOf(oracle))),
        1 => Just(Step::FollowTheWheel),
    ]
}

/// One script under way, in both structures and in the book.
struct Stage {
    now: Instant,
    wheel: Wheel<u64>,
    heap: Heap<u64>,
    /// What is armed: (deadline, name).
    book: BTreeSet<(Instant, u64)>,
    /// Every key there ever was, and its deadline.
    keys: Vec<(TimerKey, TimerKey, Instant)>,
    cancelled: usize,
}

impl Stage {
    fn new() -> Self {
        Stage {
            now: Instant::START,
            wheel: Wheel::default(),
            heap: Heap::default(),
            book: BTreeSet::new(),
            keys: Vec::new(),
            cancelled: 0,
        }
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Insert(moment) => {
                let deadline = self.resolve(moment);
                self.insert(deadline);
            }
            Step::Cancel(which) => self.cancel(*which),
            Step::Advance(moment) => {
                let now = self.resolve(moment).max(self.now);
                self.advance(now);
            }
            Step::FollowTheWheel => self.follow_the_wheel(),
        }
        self.look_around();
    }

    fn insert(&mut self, deadline: Instant) {
        // What a timer is armed with, so that mixed-up payloads are noticed.
        let payload = self.keys.len() as u64 + 1;
        let in_wheel = self.wheel.insert(deadline, payload);
        let in_heap = self.heap.insert(deadline, payload);
        assert_eq!(in_wheel.id(), in_heap.id());
        assert_eq!(in_wheel.id().number(), payload);
        self.keys.push((in_wheel, in_heap, deadline));
        self.book.insert((deadline, payload));
    }

    fn cancel(&mut self, which: Index) {
        if !self.keys.is_empty() {
            self.cancel_number(which.index(self.keys.len()));
        }
    }

    fn cancel_number(&mut self, number: usize) {
        let (in_wheel, in_heap, deadline) = self.keys[number];
        let payload = in_wheel.id().number();
        let expected = self.book.remove(&(deadline, payload)).then_some(payload);
        assert_eq!(self.wheel.cancel(in_wheel), expected);
        assert_eq!(self.heap.cancel(in_heap), expected);
        self.cancelled += usize::from(expected.is_some());
    }

    fn advance(&mut self, now: Instant) {
        self.now = now;
        let (mut of_wheel, mut of_heap) = (Vec::new(), Vec::new());
        self.wheel.advance(now, &mut of_wheel);
        self.heap.advance(now, &mut of_heap);

        let mut expected = Vec::new();
        while let Some((deadline, name)) = self.book.pop_first() {
            if deadline > now {
                self.book.insert((deadline, name));
                break;
            }
            expected.push((deadline, name, name));
        }
        assert_eq!(plain(&of_wheel), expected, "the wheel at {now:?}");
        assert_eq!(plain(&of_heap), expected, "the heap at {now:?}");
    }

    /// As the loop does: it sleeps until the moment that the wheel names, and looks again.
    fn follow_the_wheel(&mut self) {
        let armed = self.book.len();
        let mut wakes = 0;
        while self.book.len() == armed {
            let Some(earliest) = self.wheel.earliest() else { break };
            self.advance(earliest.max(self.now));
            wakes += 1;
            // Only a cancellation makes the wheel name a moment too early, and each such mistake is
            // made once.
            assert!(wakes <= 1 + self.cancelled, "woken {wakes} times for nothing");
        }
    }

    /// What must be true at every moment.
    fn look_around(&mut self) {
        let earliest = self.book.first().map(|(deadline, _)| *deadline);
        assert_eq!(self.heap.earliest(), earliest);
        assert_eq!(self.wheel.armed(), self.book.len());
        assert_eq!(self.heap.armed(), self.book.len());
        assert_eq!(self.wheel.earliest().is_none(), self.book.is_empty());
        assert!(self.wheel.earliest() <= earliest, "{:?} is too late", self.wheel.earliest());
    }

    fn resolve(&mut self, moment: &Moment) -> Instant {
        match moment {
            Moment::FromNow(nanos) => shift(self.now, *nanos),
            Moment::Edge { level, slot, offset } => shift(at_millis(64_u64.pow(*level) * slot), *offset),
            Moment::NextEdge { level, offset } => {
                let millis = u64::try_from(self.now.since(Instant::START).as_millis()).unwrap();
                shift(at_millis(millis.next_multiple_of(64_u64.pow(*level))), *offset)
            }
            Moment::Deadline { .. } if self.keys.is_empty() => self.now,
            Moment::Deadline { which, offset } => shift(which.get(&self.keys).2, *offset),
            Moment::EarliestOf(Oracle::Heap) => self.heap.earliest().unwrap_or(self.now),
            Moment::EarliestOf(Oracle::Wheel) => self.wheel.earliest().unwrap_or(self.now),
            Moment::FarFuture => Instant::FAR_FUTURE,
        }
    }
}

fn plain(due: &[Due<u64>]) -> Vec<(Instant, u64, u64)> {
    due.iter().map(|due| (due.deadline, due.id.number(), due.payload)).collect()
}

fn at_millis(millis: u64) -> Instant {
    Instant::START + Duration::from_millis(millis)
}

fn shift(moment: Instant, nanos: i64) -> Instant {
    let by = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 { moment - by } else { moment + by }
}

#[test]
fn the_wheel_and_the_heap_say_the_same() {
    let from_environment = ProptestConfig::default();
    let rng_seed = match from_environment.rng_seed {
        // The same scripts in every run, so that a red run is red again.
        RngSeed::Random => RngSeed::Fixed(64),
        seed @ RngSeed::Fixed(_) => seed,
    };
    let config = ProptestConfig {
        cases: from_environment.cases.max(SCRIPTS),
        rng_seed,
        failure_persistence: None,
        ..from_environment
    };
    let scripts = prop::collection::vec(step(), 0..60);
    let result = TestRunner::new(config).run(&scripts, |script| {
        let mut stage = Stage::new();
        for step in &script {
            stage.play(step);
        }
        stage.advance(Instant::FAR_FUTURE);
        stage.look_around();
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// asyncio's heap is swept when more than half of more than a hundred entries are cancelled ones.
#[test]
fn the_heap_is_swept_of_what_is_cancelled() {
    let mut stage = Stage::new();
    for number in 0..300 {
        stage.insert(at_millis(number * 7919 % 300));
        stage.look_around();
    }
    for number in (0..300).filter(|number| number % 3 != 0) {
        stage.cancel_number(number);
        stage.look_around();
    }
    stage.advance(at_millis(100));
    stage.advance(at_millis(300));
    stage.look_around();
}
