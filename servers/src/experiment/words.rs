//! What is said before the experiment and after it.
//!
//! Most who start this program do so once, and before they have read anything: so it says what it is
//! about to do, what that has shown, and where to go from here.

use std::fmt::Write;

use console::style;

use super::course::Course;
use super::plan::{Plan, Side};
use super::times::chosen;
use super::verdict::verdict;

/// Where the text of an entry begins, below its title.
const TEXT_COLUMN: usize = 10;

/// What is about to happen.
pub fn opening(plan: &Plan, width: Option<usize>) -> String {
    let sleepers = match plan.clients {
        1 => plan.sleeper(),
        count => format!("{count} times {}", plan.sleeper()),
    };
    let mut text =
        format!("Both servers get {sleepers} now and /activer {} later. Who waits?", chosen(plan.after));
    if !plan.ours {
        text.push_str(" (These servers do not say when they begin to serve a request.)");
    }
    wrapped(&text, width).join("\n")
}

/// What happened on each server and why; lines of at most `width`, if that matters.
pub fn what_happened(plan: &Plan, courses: &[Course], width: Option<usize>) -> String {
    let mut text = String::new();
    for side in Side::BOTH {
        let sentences = verdict(plan, side, courses);
        let lines = wrapped(&sentences, width.map(|width| width.saturating_sub(TEXT_COLUMN)));
        let title = style(format!("{:<TEXT_COLUMN$}", side.name())).bold();
        let _ = writeln!(text, "{title}{}", lines.join(&format!("\n{:TEXT_COLUMN$}", "")));
    }
    text.push('\n');
    text
}

/// What to try next.
pub fn what_next(plan: &Plan) -> String {
    let mut steps = Vec::new();
    if !plan.ours {
        steps.push(("cargo run --release".to_owned(), "the same with our own servers"));
    } else if plan.clients == 1 {
        steps.push((
            "cargo run --release -- --clients 5 --seconds 2".to_owned(),
            "five sleepers at once: who lets them queue?",
        ));
    } else {
        steps.push(("cargo run --release".to_owned(), "one sleeper, in slow motion"));
    }
    steps.push((
        "cargo run --release -- --keep-serving".to_owned(),
        "ask both yourself, with curl or a browser",
    ));
    steps.push((
        "RUST_LOG=loop=debug cargo run --release".to_owned(),
        "what the loop does meanwhile, turn by turn",
    ));
    steps.push(("servers/src/async_server.rs".to_owned(), "beside blocking_server.rs: spot each .await"));
    listed("Try next", &steps)
}

/// Where the servers go on to listen, and how to ask them.
pub fn what_goes_on(plan: &Plan) -> String {
    let mut steps = Vec::new();
    for side in Side::BOTH {
        steps.push((format!("http://{}", plan.server(side)), side.name()));
    }
    let mut text = listed("Both go on to serve, until Ctrl-C", &steps);
    let server = plan.server(Side::Blocking);
    let try_it = [
        (format!("curl http://{server}/sleeper"), "in one terminal, and before it is answered"),
        (format!("curl http://{server}/activer"), "in another; then the same with the other server"),
    ];
    text.push_str(&listed("Try", &try_it));
    text
}

/// A title, and below it what can be typed beside what it does.
fn listed(title: &str, steps: &[(String, &str)]) -> String {
    let widest = steps.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
    let mut text = format!("{}\n", style(title).bold());
    for (what, why) in steps {
        let _ = writeln!(text, "  {what:<widest$}  {}", style(why).dim());
    }
    text
}

/// Breaks a text into lines that are at most `width` wide, if that matters.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let width = width.unwrap_or(usize::MAX);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let used = line.chars().count();
        if used == 0 {
            line.push_str(word);
        } else if used + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
