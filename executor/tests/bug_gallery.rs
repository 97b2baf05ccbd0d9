//! Every program of the bug gallery shows its fault, and is without it when it is cured.
//!
//! What is looked for is the fault's signature: the words or the figures in the trace by which one
//! would know it. And each program's header shows both ways, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

#[path = "support/shown.rs"]
mod shown;

use std::time::{Duration, Instant};

use shown::{examples, shown};

/// What a program printed.
struct Trace(Vec<String>);

impl Trace {
    /// The lines that have `text` in them.
    fn with(&self, text: &str) -> Vec<&str> {
        self.0.iter().map(String::as_str).filter(|line| line.contains(text)).collect()
    }

    fn has(&self, text: &str) -> bool {
        !self.with(text).is_empty()
    }

    /// The number of the first line that has `text` in it.
    fn place(&self, text: &str) -> usize {
        let place = self.0.iter().position(|line| line.contains(text));
        place.unwrap_or_else(|| panic!("no {text:?} in {:#?}", self.0))
    }

    /// The numbers behind `before`, in all the lines that have it.
    fn numbers(&self, before: &str) -> Vec<u32> {
        let after =
            self.0.iter().filter_map(|line| line.split_once(before)).map(|(_, after)| after.trim_start());
        after.map(|text| text.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()).collect()
    }
}

/// Runs a program of the gallery both ways, within two seconds each: with its fault, and cured.
fn both_ways(name: &str) -> (Trace, Trace) {
    let (_, source) = examples().into_iter().find(|(example, _)| example == name).unwrap();
    let shown = shown(&source);
    let [faulty, cured] = &shown[..] else { panic!("{name} shows {} commands, not two", shown.len()) };
    assert!(faulty.arguments.is_empty(), "the fault is what the program has when nothing is said");
    assert_eq!(cured.arguments, ["cured"]);
    assert!(source.contains("\n//! In the wild: "), "{name} says how to recognise it");
    let [faulty, cured] = [faulty, cured].map(|shown| {
        let began = Instant::now();
        let printed = shown.run();
        // They need a tenth of it: the rest is for a machine that is busy with other tests.
        assert!(began.elapsed() < Duration::from_secs(2), "{name} takes too long");
        assert_eq!(printed, shown.output, "{name} {:?} prints what its header says", shown.arguments);
        Trace(printed.lines().map(str::to_owned).collect())
    });
    (faulty, cured)
}

/// The programs that there are, by their files.
#[test]
fn every_program_of_the_gallery_has_its_test() {
    let gallery: Vec<String> =
        examples().into_iter().map(|(name, _)| name).filter(|name| name.starts_with("bug_")).collect();
    assert_eq!(gallery.len(), 10, "{gallery:?}");
    for name in gallery {
        assert!(
            include_str!("bug_gallery.rs").contains(&format!("both_ways(\"{name}\")")),
            "{name} has no test"
        );
    }
}

#[test]
fn a_lifo_queue_serves_one_and_starves_the_others() {
    let (faulty, cured) = both_ways("bug_lifo_queue");
    assert_eq!(faulty.with("step ").len(), faulty.with(": carol, request").len());
    assert!(faulty.has("alice was served 0 times, bob 0 times"));
    assert_eq!(cured.with(": carol, request").len(), cured.with(": alice, request").len());
}

#[test]
fn with_its_waker_lost_a_task_is_never_polled_again() {
    let (faulty, cured) = both_ways("bug_lost_waker");
    assert_eq!(faulty.with("is it ready?").len(), 1, "polled once, and never again");
    assert!(faulty.has("nobody holds the guest's waker: it would wait for ever"));
    assert_eq!(cured.with("is it ready?").len(), 2);
    assert!(cured.place("presses the buzzer") < cured.place("is it ready? yes"));
}

#[test]
fn a_socket_that_is_not_read_empty_has_no_further_event() {
    let (faulty, cured) = both_ways("bug_missing_rearm");
    assert!(!faulty.has("WouldBlock"));
    assert!(faulty.has("these bytes wait with it: egg"));
    // An event for each arrival in both cases; what differs is what is read then.
    assert_eq!((faulty.with("event: ").len(), cured.with("event: ").len()), (2, 2));
    assert!(cured.with("event: ").iter().all(|line| line.ends_with("WouldBlock")));
}

#[test]
fn a_batch_without_an_end_never_comes_to_the_timers() {
    let (faulty, cured) = both_ways("bug_unbounded_batch");
    assert!(!faulty.has("turn 2"), "it never ends its first turn");
    assert!(faulty.has("the timer that was due at 3 ms would wait for ever"));
    assert!(cured.place("the timer fires") < cured.place("turn 5"), "{:#?}", cured.0);
}

#[test]
fn a_deadline_that_is_cut_down_is_waited_for_in_a_spin() {
    let (faulty, cured) = both_ways("bug_early_timer");
    assert!(faulty.with("wait 0 ms").len() >= 3, "turns that do nothing");
    assert!(faulty.has("wait -"), "thirty days are a negative number");
    assert!(!cured.has("wait 0 ms") && !cured.has("wait -"));
}

#[test]
fn a_blocking_call_makes_everybody_late() {
    let (faulty, cured) = both_ways("bug_blocking_call");
    assert_eq!(faulty.numbers("beat 1,"), [250]);
    assert!(faulty.place("has its answer") < faulty.place("beat 1"));
    for beat in ["beat 1,", "beat 2,", "beat 3,"] {
        assert_eq!(cured.numbers(beat), [0]);
    }
    assert!(cured.place("beat 3") < cured.place("has its answer"));
}

#[test]
fn a_lock_held_across_an_await_stops_the_thread() {
    let (faulty, cured) = both_ways("bug_lock_across_await");
    assert!(faulty.place("and holds the till") < faulty.place("it would wait for ever"));
    assert!(!faulty.has("coins"), "nobody comes to count them");
    assert!(cured.has("the till has 7 coins"));
}

#[test]
fn without_back_pressure_the_line_only_grows() {
    let (faulty, cured) = both_ways("bug_forgotten_back_pressure");
    let line = faulty.numbers("orders taken,");
    assert!(line.len() >= 4 && line.is_sorted_by(|a, b| a < b), "{line:?}");
    let waited = faulty.numbers("has waited");
    assert!(waited.is_sorted_by(|a, b| a < b), "{waited:?}");
    assert!(cured.numbers("orders taken,").iter().all(|in_line| *in_line <= 4));
    assert!(cured.numbers("has waited").iter().all(|waited| *waited <= 250));
}

#[test]
fn a_future_that_is_not_awaited_does_not_even_begin() {
    let (faulty, cured) = both_ways("bug_never_awaited");
    assert!(!faulty.has("kitchen:"));
    assert_eq!(faulty.numbers("the kitchen has seen"), [0]);
    assert_eq!(cured.with("kitchen:").len(), 3);
}

#[test]
fn a_future_that_is_polled_after_completion_panics() {
    let (faulty, cured) = both_ways("bug_polled_after_completion");
    assert!(faulty.has("resumed after completion"));
    assert_eq!(cured.with("poll tea: Ready").len(), 1);
    assert!(cured.place("poll tea: Ready") < cured.place("poll pie: Ready"));
}
