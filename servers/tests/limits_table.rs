//! The table in `docs/limits.md` says what the code does: the same limits, the same defaults.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use program_support::{ASYNC, BLOCKING, command, finish, stdout};
use servers::bounds::{ACCEPTED_AT_ONCE, LINGER, LINGER_BYTES, MAX_VIEWERS, READ_SIZE};
use servers::http::Limits;

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/limits.md");
    fs::read_to_string(path).unwrap()
}

/// What sets a limit, and its value on either server.
type Table = BTreeMap<String, [String; 2]>;

fn table() -> Table {
    let mut table = Table::new();
    for line in document().lines().filter(|line| line.starts_with("| ") && line.contains("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = cells[2].trim_matches('`').to_owned();
        let before = table.insert(name, [cells[3].to_owned(), cells[4].to_owned()]);
        assert!(before.is_none(), "two rows for {}", cells[2]);
    }
    table
}

/// The flags of a program that are limits, with their defaults, as its help names them.
fn flags(program: &str) -> BTreeMap<String, String> {
    let help = stdout(&finish(command(program, &["--help"])));
    let mut flags = BTreeMap::new();
    let mut flag = None;
    for line in help.lines().map(str::trim) {
        if line.starts_with("--") {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            let unit = match value {
                "<SECONDS>" => Some(" s"),
                "<NUMBER>" => Some(""),
                _ => None,
            };
            flag = unit.map(|unit| (name.to_owned(), unit));
        } else if let Some(default) = line.strip_prefix("[default: ")
            && let Some((name, unit)) = flag.take()
        {
            flags.insert(name, format!("{}{unit}", default.trim_end_matches(']')));
        }
    }
    flags
}

/// The bounds without a flag.
fn bounds() -> BTreeMap<String, String> {
    // Every field is named here, so that none can be added without a row.
    let Limits {
        max_request_line,
        max_header_bytes,
        max_headers,
        max_body,
        max_chunk_extensions,
        max_trailer_bytes,
        max_requests,
        max_unsent,
        head_timeout: _,
        body_timeout: _,
        idle_timeout: _,
    } = Limits::default();
    let seconds = |time: Duration| format!("{} s", time.as_secs_f64());
    [
        ("Limits::max_request_line", max_request_line.to_string()),
        ("Limits::max_header_bytes", max_header_bytes.to_string()),
        ("Limits::max_headers", max_headers.to_string()),
        ("Limits::max_body", max_body.to_string()),
        ("Limits::max_chunk_extensions", max_chunk_extensions.to_string()),
        ("Limits::max_trailer_bytes", max_trailer_bytes.to_string()),
        ("Limits::max_requests", max_requests.to_string()),
        ("Limits::max_unsent", max_unsent.to_string()),
        ("bounds::READ_SIZE", READ_SIZE.to_string()),
        ("bounds::MAX_VIEWERS", MAX_VIEWERS.to_string()),
        ("bounds::ACCEPTED_AT_ONCE", ACCEPTED_AT_ONCE.to_string()),
        ("bounds::LINGER", seconds(LINGER)),
        ("bounds::LINGER_BYTES", LINGER_BYTES.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[test]
fn the_table_has_every_limit_with_its_default() {
    let mut expected = Table::new();
    let blocking = flags(BLOCKING);
    for (flag, default) in flags(ASYNC) {
        let other = blocking.get(&flag).cloned().unwrap_or_default();
        expected.insert(flag, [default, other]);
    }
    assert_eq!(expected.len(), blocking.len());
    for (bound, value) in bounds() {
        let other = match bound.as_str() {
            "bounds::ACCEPTED_AT_ONCE" => "1".to_owned(),
            "bounds::MAX_VIEWERS" => String::new(),
            _ => value.clone(),
        };
        expected.insert(bound, [value, other]);
    }
    assert_eq!(table(), expected);
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
fn a_connection_may_hold_what_the_document_says() {
    let limits = Limits::default();
    let head = limits.max_request_line + limits.max_header_bytes;
    let kept = head + limits.max_body + limits.max_trailer_bytes + 2 * READ_SIZE + limits.max_unsent;
    let most = format!("{:.1} MiB at most", (2 * kept) as f64 / f64::from(1 << 20));
    assert!(document().contains(&most), "{most}");
}
