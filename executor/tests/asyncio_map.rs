//! `docs/asyncio-map.md` says what each name of asyncio is called here. It must stay true: every name
//! and file of ours in it exists, a search of the documentation for asyncio's name finds ours, and no
//! name of asyncio is missing.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One row of the map.
#[derive(Debug)]
struct Row {
    asyncio: String,
    ours: Vec<String>,
    file: Option<PathBuf>,
}

impl Row {
    /// `set_result`, of `Future.set_result`.
    fn searched_for(&self) -> &str {
        self.asyncio.rsplit(['.', ' ']).next().unwrap()
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(docs().join("asyncio-map.md")).unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let file = cells[2].split_once("](").map(|(_, link)| docs().join(link.trim_end_matches(')')));
        rows.push(Row { asyncio: in_backticks(cells[0]).remove(0), ours: in_backticks(cells[1]), file });
    }
    rows
}

fn in_backticks(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether a source file defines an item of this name, or an enum's variant.
fn defines(source: &str, name: &str) -> bool {
    source.lines().any(|line| {
        let mut words = line.trim_start().split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let keywords = ["fn", "struct", "enum", "trait", "type"];
        match words.find(|word| !["pub", "async", "const", ""].contains(word)) {
            Some(word) if keywords.contains(&word) => words.next() == Some(name),
            Some(word) => word == name && line.trim_end().ends_with([',', '{', '(']),
            None => false,
        }
    })
}

#[test]
fn what_the_map_names_exists() {
    let rows = rows();
    assert!(rows.len() > 200, "the map has lost its rows: {}", rows.len());
    let mut faults = Vec::new();
    for row in &rows {
        let Some(file) = &row.file else {
            if !row.ours.is_empty() {
                faults.push(format!("{}: has a counterpart and no file", row.asyncio));
            }
            continue;
        };
        let Ok(source) = fs::read_to_string(file) else {
            faults.push(format!("{}: there is no {}", row.asyncio, file.display()));
            continue;
        };
        for ours in &row.ours {
            let mut names = ours.rsplit("::");
            let name = names.next().unwrap();
            if !defines(&source, name) {
                faults.push(format!("{}: {} does not define {name}", row.asyncio, file.display()));
            }
            for of in names.filter(|of| !source.contains(*of)) {
                faults.push(format!("{}: {} knows no {of}", row.asyncio, file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_search_for_asyncios_name_finds_ours() {
    let mut faults = Vec::new();
    for row in rows() {
        let (Some(file), false) = (&row.file, row.ours.is_empty()) else { continue };
        let source = fs::read_to_string(file).unwrap();
        let name = row.searched_for();
        let the_same = row.ours.iter().any(|ours| ours.rsplit("::").next() == Some(name));
        let quoted = format!("\"{name}\"");
        let is_alias = source.lines().any(|line| line.contains("#[doc(alias") && line.contains(&quoted));
        if !the_same && !is_alias {
            faults.push(format!("{}: {} wants #[doc(alias = \"{name}\")]", row.asyncio, file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Prints asyncio's public names, in the map's spelling.
const ASK_PYTHON: &str = r#"
import asyncio, sys
left_out = {"AbstractEventLoopPolicy", "DefaultEventLoopPolicy"}
for name in asyncio.__all__:
    if not name.startswith("_") and name not in left_out and not name.endswith("ChildWatcher"):
        print("asyncio." + name)
for name, kind in [("loop", asyncio.AbstractEventLoop), ("Handle", asyncio.Handle), ("Server", asyncio.AbstractServer),
                   ("Future", asyncio.Future), ("Task", asyncio.Task), ("TaskGroup", asyncio.TaskGroup),
                   ("Timeout", asyncio.Timeout), ("Runner", asyncio.Runner), ("Lock", asyncio.Lock),
                   ("Event", asyncio.Event), ("Condition", asyncio.Condition), ("Semaphore", asyncio.Semaphore),
                   ("Barrier", asyncio.Barrier), ("Queue", asyncio.Queue), ("StreamReader", asyncio.StreamReader),
                   ("StreamWriter", asyncio.StreamWriter)]:
    for attribute in dir(kind):
        if not attribute.startswith("_"):
            print(f"{name}.{attribute}")
"#;

#[test]
#[ignore = "needs python3"]
fn no_name_of_asyncio_is_missing() {
    let output = Command::new("python3").args(["-W", "ignore", "-c", ASK_PYTHON]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let known: BTreeSet<String> = rows().into_iter().map(|row| row.asyncio).collect();
    let missing: Vec<&str> =
        std::str::from_utf8(&output.stdout).unwrap().lines().filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/asyncio-map.md lacks {missing:?}");
}
