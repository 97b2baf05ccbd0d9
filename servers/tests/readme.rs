//! The README shows what the programs print, names files that are there, and lists every dependency.
//!
//! Measured times differ from run to run, so numbers are compared by their unit only; and what happens in the same
//! millisecond may be told in either order. After a change, `docs/regenerate` writes what is printed now into the
//! README, unless only numbers differ: it sets `UPDATE_README`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use program_support::{ASYNC, Program, SIDE_BY_SIDE, command};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The block of the README that is announced by `<!-- output: NAME -->`.
fn block(name: &str) -> Vec<String> {
    let readme = readme();
    let announced = format!("<!-- output: {name} -->");
    let (_, after) = readme.split_once(&announced).unwrap_or_else(|| panic!("README shows no {name}"));
    let lines: Vec<String> =
        after.lines().skip_while(|line| !line.starts_with("```")).map(str::to_owned).collect();
    let shown: Vec<String> = lines.into_iter().skip(1).take_while(|line| !line.starts_with("```")).collect();
    assert!(!shown.is_empty(), "README shows nothing for {name}");
    shown
}

/// Whether the README is to be rewritten instead of compared; then it is.
fn updated(name: &str, printed: &[String]) -> bool {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    if env::var_os("UPDATE_README").is_none() {
        return false;
    }
    let _alone = ONE_AT_A_TIME.lock();
    let shown = format!("```text\n{}\n```", block(name).join("\n"));
    let new = format!("```text\n{}\n```", printed.join("\n"));
    fs::write(root().join("README.md"), readme().replacen(&shown, &new, 1)).unwrap();
    true
}

/// A line without what was measured: `0.958s`, `+0.5`, `3.7ms` and `slot=1.14` keep their form only.
fn form(line: &str) -> String {
    let words: Vec<String> = line
        .split_whitespace()
        .map(|word| match word.rsplit_once('=') {
            Some((name @ ("late" | "slot"), _)) => format!("{name}=N"),
            _ => without_number(word),
        })
        .collect();
    words.join(" ")
}

/// A word that begins with a number becomes `N`, whatever its unit.
fn without_number(word: &str) -> String {
    let number = word.trim_start_matches(['+', '(', '-']);
    let rest = number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let is_measured = number.starts_with(|letter: char| letter.is_ascii_digit());
    if !is_measured {
        return word.to_owned();
    }
    let unit = rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
    format!("N{unit}")
}

/// A number's unit is measured too.
fn without_units(line: &str) -> String {
    line.replace("N us", "N T").replace("N ms", "N T").replace("N s", "N T")
}

#[test]
fn the_experiment_prints_what_the_readme_shows() {
    let output = command(SIDE_BY_SIDE, &["--async-addr", "127.0.0.1:0", "--blocking-addr", "127.0.0.1:0"])
        .output()
        .expect("the experiment can be started");
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<String> = printed.trim_end().lines().map(str::to_owned).collect();
    let printed: BTreeSet<String> = printed.lines().map(|line| without_units(&form(line))).collect();
    let shown: BTreeSet<String> =
        block("cargo run --release").iter().map(|line| without_units(&form(line))).collect();
    assert!(
        printed == shown || updated("cargo run --release", &lines),
        "README shows\n{shown:#?}\nbut the experiment prints\n{printed:#?}"
    );
}

#[test]
fn the_loop_tells_what_the_readme_shows() {
    let shown: Vec<String> = block("trace of one sleeper").iter().map(|line| form(line)).collect();
    let mut told = Vec::new();
    // The request may come a moment after its connection, and then the connection's task has to wait for it first.
    for _ in 0..20 {
        let lines = trace_of_one_sleeper();
        told = lines.iter().map(|line| form(line)).collect();
        if told.windows(shown.len()).any(|window| window == shown) {
            return;
        }
        if let Some(end) = told.iter().position(|line| line.contains("http T4 conn1 < "))
            && updated("trace of one sleeper", &lines[end + 1 - shown.len()..=end])
        {
            return;
        }
    }
    panic!("README shows\n{}\nbut the loop told\n{}", shown.join("\n"), told.join("\n"));
}

fn trace_of_one_sleeper() -> Vec<String> {
    let mut server = command(ASYNC, &["--addr", "127.0.0.1:0"]);
    server.env("RUST_LOG", "loop=debug,http=info");
    let server = Program::start(server);
    let address = server.line().replace("listening on http://", "");
    // The loop must have come to rest before anybody connects.
    server.log("for ever fds=3");
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(b"GET /sleeper?seconds=0.5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    client.read_to_string(&mut String::new()).unwrap();
    drop(client);
    server.logs_until("T4 conn1   end")
}

#[test]
fn every_link_leads_somewhere() {
    let mut documents = vec![root().join("README.md")];
    for file in fs::read_dir(root().join("docs")).unwrap() {
        documents.push(file.unwrap().path());
    }
    let mut followed = 0;
    for document in documents.iter().filter(|path| path.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if link.contains("://") || path.is_empty() {
                continue;
            }
            let target = document.parent().unwrap().join(path);
            assert!(target.exists(), "{} links to {link}, which is not there", document.display());
            followed += 1;
        }
    }
    assert!(followed >= 10, "only {followed} links were found");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, section) = manifest.split_once("[workspace.dependencies]").unwrap();
    let ours = ["reactor", "executor"];
    let used: BTreeSet<&str> = section
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .filter(|name| !ours.contains(name))
        .collect();
    let reasons = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let explained: BTreeSet<&str> =
        reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(used, explained);
}
