//! The documentation is true: its excerpts are in the sources, its outputs are what the commands print, its links lead
//! somewhere, and what it names exists.
//!
//! ```text
//! <!-- code: executor/src/tick.rs fn tick -->               above a block: that item of that file
//! <!-- output: LOOP_CLOCK=virtual cargo run ... -->         what that command prints
//! <!-- output about: cargo run ... -->                      the same, but for the numbers
//! <!-- output serving async-server: curl ... -->            what it prints while that server serves
//! <!-- person: why -->                                      commands that nobody but a person can try
//! <!-- serving: async-server blocking-server -->            commands that want these to run meanwhile
//! ```
//!
//! After a change, `docs/regenerate` writes all of it anew: it sets `UPDATE_DOCS`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

#[path = "docs_support/commands.rs"]
mod commands;
#[path = "docs_support/excerpts.rs"]
mod excerpts;
#[path = "docs_support/names.rs"]
mod names;
#[path = "docs_support/pages.rs"]
mod pages;
#[path = "docs_support/script.rs"]
mod script;
#[path = "docs_support/words.rs"]
mod words;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use commands::{form, is_quick, run};
use excerpts::excerpt;
use names::{Names, in_backticks};
use pages::{Block, Page, blocks, pages, prose, replaced, root};

/// Compares each block for which `truth` has something to say, or writes it anew.
fn hold_to(pages: Vec<Page>, truth: impl Fn(&Page, &Block) -> Option<String>) {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for mut page in pages {
        for index in 0..blocks(&page.text).len() {
            let block = &blocks(&page.text)[index];
            let Some(body) = truth(&page, block) else { continue };
            compared += 1;
            let is_about = block.announced.starts_with("output about:");
            if body == block.body || (is_about && form(&body) == form(&block.body)) {
                continue;
            }
            if env::var_os("UPDATE_DOCS").is_some() {
                page.text = replaced(&page.text, block, &body);
                fs::write(&page.path, &page.text).unwrap();
            } else {
                let (name, line, announced) = (page.name(), block.line, &block.announced);
                wrong.push(format!("{name}:{line}: {announced}\n--- shown\n{}--- true\n{body}", block.body));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/regenerate writes them anew:\n{}", wrong.join("\n"));
    assert!(compared > 0, "nothing was compared");
}

/// A command whose output a block shows, and the servers that it wants to be asked meanwhile.
struct Shown<'a> {
    servers: &'a str,
    command: &'a str,
}

/// The command of a block, but for those of the README: `readme.rs` knows how to compare them.
fn command_of<'a>(page: &Page, block: &'a Block) -> Option<Shown<'a>> {
    let (how, command) = block.announced.strip_prefix("output")?.split_once(": ")?;
    let servers = how.strip_prefix(" serving ").unwrap_or_default();
    if page.name() == "README.md" { None } else { Some(Shown { servers, command }) }
}

fn output_of(command: &str) -> String {
    let ran = run(command);
    assert!(ran.success, "`{command}` failed:\n{}{}", ran.stdout, ran.stderr);
    ran.stdout
}

#[test]
fn every_excerpt_is_in_the_source() {
    hold_to(pages(), |page, block| {
        let (file, item) = block.announced.strip_prefix("code: ")?.split_once(' ')?;
        let source = fs::read_to_string(root().join(file)).unwrap_or_default();
        let found = excerpt(&source, item);
        Some(found.unwrap_or_else(|| panic!("{}: there is no `{item}` in {file}", page.name())))
    });
}

#[test]
fn every_quick_output_is_what_the_command_prints() {
    hold_to(pages(), |page, block| {
        let Shown { servers, command } = command_of(page, block)?;
        if servers.is_empty() && is_quick(command) { Some(output_of(command)) } else { None }
    });
}

#[test]
fn the_trace_of_a_request_is_the_one_in_the_readme() {
    let is_trace = |block: &Block| block.announced.ends_with("trace of one sleeper");
    let all = pages();
    let readme = all.iter().find(|page| page.name() == "README.md").unwrap();
    let trace = blocks(&readme.text).into_iter().find(is_trace).unwrap().body;
    hold_to(all, |_, block| if is_trace(block) { Some(trace.clone()) } else { None });
}

#[test]
#[ignore = "needs a release build"]
fn every_other_output_is_what_the_command_prints() {
    hold_to(pages(), |page, block| {
        let Shown { servers, command } = command_of(page, block)?;
        if is_quick(command) || command.starts_with("trace of") {
            return None;
        }
        let _alone = PORTS.lock();
        let _serving = serve(servers);
        Some(output_of(command))
    });
}

/// The servers and the experiment have their usual ports, and there is one of each port. Whoever runs anything but an
/// example holds this; examples use none of these ports, and run beside it.
static PORTS: Mutex<()> = Mutex::new(());

/// A server that a page's commands ask, on its usual port.
struct Serving(Child);

impl Serving {
    fn start(name: &str) -> Serving {
        let mut command = Command::new(root().join("target/release").join(name));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on"), "{name} does not serve: is its port in use?");
        Serving(child)
    }
}

/// Starts these servers, as they are now.
fn serve(names: &str) -> Vec<Serving> {
    if !names.is_empty() {
        output_of("cargo build --release --bins");
    }
    names.split_whitespace().map(Serving::start).collect()
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs a release build, and curl"]
fn every_command_can_be_run() {
    output_of("cargo build --release --bins");
    let mut tried = BTreeSet::new();
    let mut failed = Vec::new();
    for page in pages() {
        for block in blocks(&page.text).iter().filter(|block| block.language == "sh") {
            if let Some(why) = block.announced.strip_prefix("person: ") {
                println!("{}:{}: for a person: {why}", page.name(), block.line);
                continue;
            }
            let servers = block.announced.strip_prefix("serving: ").unwrap_or_default();
            let is_example = servers.is_empty() && block.body.lines().all(is_quick);
            let _alone = if is_example { None } else { Some(PORTS.lock()) };
            let _serving = serve(servers);
            for line in block.body.lines().filter(|line| !line.trim().is_empty()) {
                if !servers.is_empty() || tried.insert(line.to_owned()) {
                    println!("{}:{}: {line}", page.name(), block.line);
                    let ran = run(line);
                    if !ran.success {
                        failed.push(format!("{}: `{line}`\n{}{}", page.name(), ran.stdout, ran.stderr));
                    }
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tried.len() >= 20, "only {} commands were found", tried.len());
}

#[test]
fn every_name_exists() {
    let programs = [
        env!("CARGO_BIN_EXE_side-by-side"),
        env!("CARGO_BIN_EXE_async-server"),
        env!("CARGO_BIN_EXE_blocking-server"),
    ];
    let names = Names::of_the_sources(&programs.map(|program| output_of(&format!("{program} --help"))));
    let mut unknown = Vec::new();
    // Each of asyncio's names on that page is looked up in asyncio itself, by a test of the executor.
    for page in pages().iter().filter(|page| page.name() != "docs/asyncio-map.md") {
        let prose = prose(&page.text);
        for word in in_backticks(&prose) {
            if !names.knows(word) {
                unknown.push(format!("{}: `{word}`", page.name()));
            }
        }
    }
    assert!(unknown.is_empty(), "these are named and are not there:\n{}", unknown.join("\n"));
}

/// A light picture on a dark page hurts: each has its colours for both.
#[test]
fn every_picture_has_dark_colours() {
    let mut pictures = 0;
    for file in fs::read_dir(root().join("docs/pictures")).unwrap() {
        let path = file.unwrap().path();
        let picture = fs::read_to_string(&path).unwrap();
        assert!(picture.contains("@media (prefers-color-scheme: dark)"), "{} has none", path.display());
        pictures += 1;
    }
    assert!(pictures > 0, "no picture was found");
}

#[test]
fn every_anchor_of_a_link_is_a_heading() {
    let mut followed = 0;
    for page in pages() {
        for link in page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let Some((file, anchor)) = link.split_once('#') else { continue };
            if link.contains("://") || anchor.is_empty() {
                continue;
            }
            let target =
                if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
            let text = fs::read_to_string(&target).unwrap_or_default();
            let found = text.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor);
            assert!(found, "{} links to {link}, and there is no such heading", page.name());
            followed += 1;
        }
    }
    println!("{followed} anchors were followed");
}

/// A heading as a link names it.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().replace(' ', "-")
}

/// Whatever the language: the first names are in the code, the others in what a comment or a sentence says.
#[test]
fn what_is_only_said_names_nothing() {
    for (language, source, named, said) in [
        (
            "rs",
            r###"const A: &str = r"\"; const B: &str = r##"a "# Gizmo"##; const C: &[u8] = br#"a "Gadget"#;
            /* A Doodad. */ fn after() -> char { say("the Gimmick"); '"' } fn last() {}"###,
            &["A", "B", "C", "after", "last"][..],
            &["Gizmo", "Gadget", "Doodad", "Gimmick"][..],
        ),
        (
            "toml",
            "description = \"The loop's Gizmo\" # a Gadget\npath = 'C:\\'\ntext = \"\"\"\na Doodad\n\"\"\"\n[last.'a Gimmick']",
            &["description", "path", "text", "last"],
            &["Gizmo", "Gadget", "Doodad", "Gimmick"],
        ),
        (
            "gdb",
            "# A Gadget.\nset print pretty\npython\ndef after(loop):\n    \"\"\"The loop's Gizmo.\"\"\"\n    say('a \\'Doodad', last)",
            &["pretty", "after", "last"],
            &["Gizmo", "Gadget", "Doodad"],
        ),
        (
            "html",
            "<!-- a Gadget --><p id=\"first\" class=\"card wide\">A Gizmo</p><style>.lit { --hint: 1; } /* a Doodad */</style>
            <script>let text = `a Gimmick ${after({ a: `${b} of Doings` })} for it's`; // no `Thing\nlast('a Gimmick')</script>",
            &["first", "card", "wide", "lit", "hint", "text", "after", "b", "last"],
            &["Gizmo", "Gadget", "Doodad", "Gimmick", "Doings", "Thing", "it"],
        ),
    ] {
        let found = words::identifiers(source, language);
        for name in named {
            assert!(found.contains(*name), "{name} is in {found:?}");
        }
        for name in said {
            assert!(!found.contains(*name), "{name} is said in {source}");
        }
    }
}

/// The checks fail when something is renamed.
#[test]
fn what_is_renamed_is_missed() {
    let names = Names::made_up(
        &["executor/src/tick.rs"],
        "pub fn step() {} struct Flags { max_size: u8 } \"LOOP_CLOCK=virtual\"
        // A frobnicate in a comment,
        const SAYS: &str = \"or a \\\"Gizmo\\\" in a sentence: fds={}'\"; const QUOTE: char = '\"'; fn after() {}",
        "Does it.\n\nUsage: it [OPTIONS]\n\n  -q, --quiet  Not as --loud\n      --max-size <N>  So much",
    );
    for known in [
        "tick.rs",
        "executor/src/tick.rs",
        "step",
        "step()",
        "after",
        "Flags.max_size",
        "--max-size 5",
        "--max-size=5",
        "it --quiet",
        "LOOP_CLOCK=virtual",
        "virtual",
        "fds=0",
        "max_",
        "T4",
        "plain words",
    ] {
        assert!(names.knows(known), "{known}");
    }
    for renamed in [
        "tock.rs",
        "src/tock.rs",
        "stride()",
        "stride",
        "frobnicate",
        "Gizmo",
        "Flags::least_size",
        "Flags.least",
        "min_",
        "Tx4",
        "--min-size",
        // Each is a word that stands somewhere, and no flag.
        "--step",
        "--loud",
        "it --quiet --after 5",
        "LOOP_WATCH",
    ] {
        assert!(!names.knows(renamed), "{renamed}");
    }
    let script = "group.add_argument(\n    \"--only\", help=\"and not --other\")\nadd_argument(\"word\")";
    assert_eq!(words::flags_of_script(script).into_iter().collect::<Vec<_>>(), ["--only"]);
    let source = "/// Says so.\npub(crate) fn tick(&self) {\n    if true {\n    }\n}\n\nconst A: u8 = 1;\n";
    assert_eq!(excerpt(source, "fn tick").unwrap(), "pub(crate) fn tick(&self) {\n    if true {\n    }\n}\n");
    assert_eq!(excerpt(source, "fn tick / if true").unwrap(), "if true {\n}\n");
    assert_eq!(excerpt(source, "fn tick / if false"), None);
    assert_eq!(excerpt(source, "const A").unwrap(), "const A: u8 = 1;\n");
    assert_eq!(excerpt(source, "fn tock"), None);
    let page = "text\n<!-- code: a.rs fn b -->\n```rust\nold\n```\nend\n";
    let block = &blocks(page)[0];
    assert_eq!((block.announced.as_str(), block.body.as_str()), ("code: a.rs fn b", "old\n"));
    assert_eq!(
        replaced(page, block, "new\nnewer\n"),
        "text\n<!-- code: a.rs fn b -->\n```rust\nnew\nnewer\n```\nend\n"
    );
    assert_eq!(prose(page), "text\nend\n");
    let page = "text\n<!-- output: a\n  b -->\n```text\n```\nend\n";
    assert_eq!((blocks(page)[0].announced.as_str(), prose(page).as_str()), ("output: a b", "text\nend\n"));
    assert_eq!(form("0.5 ms in 12 turns"), form("13.25 us in 3 turns"));
    assert_ne!(form("0.5 ms"), form("half a ms"));
}
