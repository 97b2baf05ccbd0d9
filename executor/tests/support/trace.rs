//! The rules that a trace must keep so that ui.perfetto.dev shows what was meant.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// What a trace has in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) slices: usize,
    pub(crate) arrows: usize,
    pub(crate) requests: usize,
    pub(crate) counts: usize,
    /// The names of all tracks.
    pub(crate) tracks: Vec<String>,
}

/// Beginning and end in nanoseconds, and a name.
type Span = (u64, u64, String);

/// Reads a whole trace and checks every rule.
#[track_caller]
pub(crate) fn check(text: &str) -> Found {
    let events: Vec<Value> = serde_json::from_str(text).expect("a complete trace is JSON");
    check_events(&events)
}

/// As Perfetto does with a file that was cut off: whole events only.
#[track_caller]
#[allow(dead_code, reason = "not every program that uses this is killed")]
pub(crate) fn events_of_a_piece(text: &str) -> Vec<Value> {
    let text = text.trim_end().trim_end_matches(']').trim_end();
    serde_json::from_str(&format!("{text}\n]")).expect("what is there is a list of whole events")
}

#[track_caller]
pub(crate) fn check_events(events: &[Value]) -> Found {
    let mut found = Found::default();
    // By track: the slices in the order of the file, in nanoseconds.
    let mut tracks: BTreeMap<(u64, u64), Vec<Span>> = BTreeMap::new();
    let mut named = Vec::new();
    let mut open: HashMap<(u64, String), String> = HashMap::new();
    let (mut out, mut into) = (HashMap::new(), HashMap::new());
    for event in events {
        let pid = event["pid"].as_u64().expect("a pid");
        let name = event["name"].as_str().expect("a name").to_owned();
        match event["ph"].as_str().expect("a phase") {
            "M" => {
                if name == "thread_name" {
                    named.push((pid, event["tid"].as_u64().expect("a track")));
                    found.tracks.push(event["args"]["name"].as_str().expect("its name").to_owned());
                }
            }
            "X" => {
                found.slices += 1;
                let track = (pid, event["tid"].as_u64().expect("a track"));
                assert!(named.contains(&track), "the track of {event} has no name");
                let (began, lasted) = (nanos(&event["ts"]), nanos(&event["dur"]));
                tracks.entry(track).or_default().push((began, began + lasted, name));
                let bound = event["bind_id"].as_str();
                if event["flow_out"] == true {
                    let id = bound.expect("an arrow has a name").to_owned();
                    assert!(out.insert(id, began).is_none(), "two arrows have the name of {event}");
                }
                if event["flow_in"] == true {
                    let id = bound.expect("an arrow has a name").to_owned();
                    assert!(into.insert(id, began).is_none(), "two arrows have the name of {event}");
                }
            }
            "b" => {
                found.requests += 1;
                let id = (pid, event["id"].as_str().expect("an id").to_owned());
                assert!(open.insert(id, name).is_none(), "{event} has begun already");
            }
            "e" => {
                let id = (pid, event["id"].as_str().expect("an id").to_owned());
                assert_eq!(open.remove(&id), Some(name), "{event} ends something else");
            }
            "C" => {
                found.counts += 1;
                assert!(event["args"]["count"].is_u64(), "{event} counts nothing");
            }
            "i" => assert!(["t", "p", "g"].contains(&event["s"].as_str().expect("a scope"))),
            other => panic!("{other} is not used"),
        }
    }
    assert_eq!(open, HashMap::new(), "every request that begins must end");
    for ((pid, track), slices) in tracks {
        check_steps(&slices);
        check_nesting(pid, track, slices);
    }
    for (id, came) in &into {
        let went = out.get(id).unwrap_or_else(|| panic!("arrow {id} comes from nowhere"));
        assert!(went <= came, "arrow {id} goes back in time");
    }
    found.arrows = into.len();
    found
}

/// A task stands in the ready queue before each of its steps, and is nowhere else in between.
fn check_steps(slices: &[Span]) {
    let mut before: Option<&Span> = None;
    for slice in slices {
        if slice.2.strip_prefix("poll ").is_some_and(|poll| poll.parse::<u32>().is_ok()) {
            let ready = before.unwrap_or_else(|| panic!("nothing comes before {slice:?}"));
            assert_eq!((ready.1, ready.2.as_str()), (slice.0, "ready"), "before {slice:?}");
        }
        if ["poll ", "ready", "await "].iter().any(|name| slice.2.starts_with(name)) {
            before = Some(slice);
        }
    }
}

/// Slices of one track lie inside of each other, or do not touch.
fn check_nesting(pid: u64, track: u64, mut slices: Vec<Span>) {
    // Perfetto sorts by time, and leaves what begins at once in the order of the file.
    slices.sort_by_key(|(began, ..)| *began);
    let mut inside: Vec<Span> = Vec::new();
    for slice in slices {
        while inside.last().is_some_and(|outer| outer.1 <= slice.0) {
            inside.pop();
        }
        if let Some(outer) = inside.last() {
            assert!(slice.1 <= outer.1, "on track {track} of {pid}, {slice:?} sticks out of {outer:?}");
        }
        inside.push(slice);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and short")]
fn nanos(micros: &Value) -> u64 {
    (micros.as_f64().expect("a time") * 1e3).round() as u64
}
