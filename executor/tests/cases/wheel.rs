//! The wheel by itself, one promise at a time.

use std::time::Duration;

use executor::Instant;
use executor::time::TimerKey;
use executor::time::wheel::Wheel;

const LEVELS: u32 = 6;

fn at_millis(millis: u64) -> Instant {
    Instant::START + Duration::from_millis(millis)
}

/// What fires when the clock shows `now`.
fn fired(wheel: &mut Wheel<&'static str>, now: Instant) -> Vec<&'static str> {
    let mut due = Vec::new();
    wheel.advance(now, &mut due);
    due.into_iter().map(|due| due.payload).collect()
}

/// The first millisecond of the second slot of a level: where the levels below it end.
fn edge(level: u32) -> u64 {
    64_u64.pow(level)
}

#[test]
fn the_level_is_the_highest_digit_that_differs() {
    let mut wheel = Wheel::default();
    for level in 1..LEVELS {
        let place = |key: TimerKey, wheel: &Wheel<()>| wheel.place(key).unwrap();
        let before = wheel.insert(at_millis(edge(level) - 1), ());
        let at = wheel.insert(at_millis(edge(level)), ());
        let last = wheel.insert(at_millis(64 * edge(level) - 1), ());
        let level = u8::try_from(level).unwrap();
        assert_eq!(place(before, &wheel), (level - 1, 63));
        assert_eq!(place(at, &wheel), (level, 1));
        assert_eq!(place(last, &wheel), (level, 63));
    }
    let beyond = wheel.insert(at_millis(edge(LEVELS)), ());
    assert_eq!(wheel.place(beyond), None, "more than two years away: the overflow list");
}

#[test]
fn a_place_counts_from_where_the_wheel_stands() {
    let mut wheel = Wheel::default();
    let now = 64 * 64 * 5 + 64 * 7 + 9;
    assert!(fired(&mut wheel, at_millis(now)).is_empty());
    let soon = wheel.insert(at_millis(now + 3), "soon");
    let later = wheel.insert(at_millis(now + 64), "later");
    assert_eq!(wheel.place(soon), Some((0, 12)));
    assert_eq!(wheel.place(later), Some((1, 8)));
}

#[test]
fn a_timer_comes_down_a_level_whenever_the_cursor_enters_its_slot() {
    let mut wheel = Wheel::default();
    // One in each digit: the timer has to come down through every level.
    let millis: u64 = (0..LEVELS).map(edge).sum();
    let key = wheel.insert(at_millis(millis), "through all levels");

    let mut entered = 0;
    for level in (1..LEVELS).rev() {
        entered += edge(level);
        let level = u8::try_from(level).unwrap();
        assert_eq!(wheel.place(key), Some((level, 1)));
        let just_before = at_millis(entered) - Duration::from_nanos(1);
        assert!(fired(&mut wheel, just_before).is_empty());
        assert_eq!(wheel.place(key), Some((level, 1)), "the cursor has not entered the slot yet");
        assert!(fired(&mut wheel, at_millis(entered)).is_empty());
        assert_eq!(wheel.place(key), Some((level - 1, 1)));
    }
    assert_eq!(fired(&mut wheel, at_millis(millis)), ["through all levels"]);
    assert_eq!(wheel.place(key), None);
}

#[test]
fn what_overflows_comes_in_when_the_last_level_is_through() {
    let mut wheel = Wheel::default();
    let millis = edge(LEVELS) + 5;
    let key = wheel.insert(at_millis(millis), "in two years");
    assert!(fired(&mut wheel, at_millis(edge(LEVELS) - 1)).is_empty());
    assert_eq!(wheel.place(key), None);
    assert!(fired(&mut wheel, at_millis(edge(LEVELS))).is_empty());
    assert_eq!(wheel.place(key), Some((0, 5)));
    assert_eq!(fired(&mut wheel, at_millis(millis)), ["in two years"]);
}

#[test]
fn equal_deadlines_fire_in_the_order_of_arming() {
    let mut wheel = Wheel::default();
    let deadline = at_millis(5_000);
    wheel.insert(deadline, "first");
    wheel.insert(deadline, "second");
    // Two of them are armed when the others have come down to another level.
    assert!(fired(&mut wheel, at_millis(4_990)).is_empty());
    wheel.insert(deadline, "third");
    wheel.insert(deadline, "fourth");
    assert_eq!(fired(&mut wheel, deadline), ["first", "second", "third", "fourth"]);
}

#[test]
fn a_deadline_is_exact_though_a_slot_is_a_millisecond_wide() {
    let mut wheel = Wheel::default();
    let nano = Duration::from_nanos(1);
    let middle = at_millis(10) + Duration::from_micros(500);
    wheel.insert(middle, "in the middle");
    wheel.insert(middle + nano, "a nanosecond later");
    assert_eq!(wheel.earliest(), Some(middle));
    assert!(fired(&mut wheel, middle - nano).is_empty());
    assert_eq!(fired(&mut wheel, middle), ["in the middle"]);
    assert_eq!(wheel.earliest(), Some(middle + nano));
    assert_eq!(fired(&mut wheel, middle + nano), ["a nanosecond later"]);
}

#[test]
fn what_is_overdue_is_due_at_once_and_the_most_overdue_first() {
    let mut wheel = Wheel::default();
    let now = at_millis(100_000);
    assert!(fired(&mut wheel, now).is_empty());
    wheel.insert(now, "now");
    wheel.insert(at_millis(10), "long ago");
    wheel.insert(at_millis(50_000), "a while ago");
    wheel.insert(Instant::START - Duration::from_secs(1), "before the loop was built");
    assert_eq!(fired(&mut wheel, now), ["before the loop was built", "long ago", "a while ago", "now"]);
}

#[test]
fn a_key_finds_its_own_timer_and_no_other() {
    let mut wheel = Wheel::default();
    let cancelled = wheel.insert(at_millis(10), "cancelled");
    assert_eq!(wheel.cancel(cancelled), Some("cancelled"));
    assert_eq!(wheel.cancel(cancelled), None);
    let another = wheel.insert(at_millis(20), "in its place");
    assert_eq!(wheel.cancel(cancelled), None, "the place is the same, the timer is not");
    assert_eq!(wheel.place(cancelled), None);
    assert_eq!(fired(&mut wheel, at_millis(20)), ["in its place"]);
    assert_eq!(wheel.cancel(another), None);
    assert_eq!(wheel.armed(), 0);
}

#[test]
fn after_a_cancellation_the_earliest_moment_may_be_too_early_but_only_once() {
    let mut wheel = Wheel::default();
    // Two that share a slot, so that the slot remembers the one that goes.
    let first = wheel.insert(at_millis(100), "cancelled");
    wheel.insert(at_millis(120), "stays");
    wheel.cancel(first);
    assert_eq!(wheel.earliest(), Some(at_millis(100)));
    assert!(fired(&mut wheel, at_millis(100)).is_empty());
    assert_eq!(wheel.earliest(), Some(at_millis(120)));
}
