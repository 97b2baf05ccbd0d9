//! `docs/tracing.md` has a table of the events and their fields. It says what a recording has: every event, and
//! each field by the name under which it is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use executor::inspect::{Event, Record};
use serde_json::{Map, Value, json};

/// Something that can stand in this field of the event.
fn sample(event: &str, field: &str) -> Value {
    match field {
        "timers" if event == "wait_begin" => json!(1),
        "timers" | "sources" | "ready" if event == "snapshot" => json!([]),
        "backend" | "timers" | "wake" | "clock" | "method" | "target" | "server" | "name" | "what" => {
            json!("a word")
        }
        "place" | "spawned" => json!("cafe.rs:7"),
        "busy" | "waited" | "delay" | "deadline" | "late" | "queued" | "took" | "time" => json!(0.5),
        "timeout" => json!(null),
        "direction" => json!("read"),
        "already" => json!(true),
        "cause" => json!({"kind": "spawn"}),
        "pending" => json!({"on": {"kind": "lock"}, "text": "lock", "place": null}),
        "awaiting" => json!("lock"),
        "outcome" => json!("returned"),
        "tasks" => json!([]),
        _ => json!(1),
    }
}

fn in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The page's part on events.
fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tracing.md");
    let page = fs::read_to_string(path).unwrap();
    page.split_once("\n## Events\n").unwrap().1.to_owned()
}

/// The names of all events: what is none of them is refused with the list.
fn all_events() -> Vec<String> {
    let refused = serde_json::from_value::<Event>(json!({"event": "no such"})).unwrap_err().to_string();
    let list = refused.split_once("expected one of").expect("it says what there is").1;
    in_backticks(list).into_iter().map(str::to_owned).collect()
}

fn keys(written: &Value) -> BTreeSet<&str> {
    written.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The fields are read by the page's names and written again by the source's. One that only the page has is not
/// written, and one that only the source has is missed or written besides.
#[test]
fn every_event_is_written_as_the_page_says() {
    let page = page();
    let mut events = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (event, fields) = (in_backticks(cells[0])[0], in_backticks(cells[1]));
        let mut line = Map::new();
        line.insert("event".to_owned(), json!(event));
        for field in &fields {
            line.insert((*field).to_owned(), sample(event, field));
        }
        let read: Event = serde_json::from_value(line.into())
            .unwrap_or_else(|error| panic!("`{event}` has not the fields {fields:?} of the page: {error}"));
        let written: Value = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        let named: BTreeSet<&str> = fields.into_iter().chain(["event"]).collect();
        assert_eq!(keys(&written), named, "left what is written of `{event}`, right what the page names");
        events.push(event);
    }
    assert_eq!(events, all_events(), "left the page's events, right the source's");
}

#[test]
fn every_record_has_the_fields_that_the_page_names() {
    let page = page();
    let sentence = page.split_once("is one event:").unwrap().1.split_once("Where several").unwrap().0;
    let record = r#"{"seq": 1, "time": 0, "tick": 1, "task": 1, "event": "loop_end"}"#;
    let record: Record = serde_json::from_str(record).unwrap();
    let written = serde_json::to_value(&record).unwrap();
    assert_eq!(keys(&written), in_backticks(sentence).into_iter().collect());
}
