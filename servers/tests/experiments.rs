//! The experiments of `examples/`, and what they have to show: who waits for whom, in figures.
//!
//! What is measured differs from run to run and from machine to machine. So the bounds are wide: below, what no
//! machine can be faster than; above, what only those have to wait for who wait for each other.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

mod program_support;

use std::fs;
use std::path::Path;

use program_support::{command, experiment, finish, stderr, stdout};

/// Runs an experiment, and gives what it printed.
fn run(name: &str, arguments: &[&str]) -> String {
    let output = finish(command(experiment(name).to_str().unwrap(), arguments));
    assert!(output.status.success(), "{name} failed: {}", stderr(&output));
    stdout(&output)
}

/// The words of the first line that begins with `title`.
fn row<'a>(table: &'a str, title: &str) -> Vec<&'a str> {
    let line = table.lines().find(|line| line.trim_start().starts_with(title));
    line.unwrap_or_else(|| panic!("no {title} in\n{table}")).split_whitespace().collect()
}

/// The number before the word `unit`.
fn number_of(row: &[&str], unit: &str) -> f64 {
    let place = row.iter().position(|word| *word == unit).unwrap_or_else(|| panic!("no {unit} in {row:?}"));
    row[place - 1].parse().unwrap()
}

/// What is printed, but for its figures and how they are aligned.
fn form(printed: &str) -> String {
    let mut form = String::new();
    for line in printed.lines() {
        for word in line.split_whitespace() {
            let is_figure = word.parse::<f64>().is_ok();
            form.push_str(if is_figure { "#" } else { word });
            form.push(' ');
        }
        form.push('\n');
    }
    form
}

/// The output that the header of an experiment shows.
fn header_of(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(format!("{name}.rs"));
    let source = fs::read_to_string(path).unwrap();
    let (_, after) = source.split_once(&format!("//! $ cargo run --example {name}\n")).unwrap();
    let (output, _) = after.split_once("//! ```").unwrap();
    output.replace("//!", "")
}

#[test]
fn one_loop_serves_ten_that_await_at_once_and_ten_that_block_in_turn() {
    let printed = run("exp_one_loop_three_routes", &[]);
    assert_eq!(form(&printed), form(&header_of("exp_one_loop_three_routes")));
    for route in ["/sleeper", "/threaded"] {
        let total = number_of(&row(&printed, route), "s");
        assert!((0.3..1.5).contains(&total), "{printed}");
    }
    let blocker = row(&printed, "/blocker");
    assert!((2.99..9.0).contains(&number_of(&blocker, "s")), "{printed}");
    // At the least one blocker at a time: its turn is as long as it.
    assert!(number_of(&blocker, "ms") >= 280.0, "{printed}");
    assert!(number_of(&row(&printed, "/sleeper"), "ms") < 280.0, "{printed}");
}

#[test]
fn one_call_more_than_threads_takes_twice_as_long() {
    let printed = run("exp_pool_of_n", &["4", "400"]);
    assert_eq!(form(&printed), form(&header_of("exp_pool_of_n")));
    for (requests, least, most) in [("4 ", 0.4, 0.8), ("5 ", 0.8, 1.6), ("8 ", 0.8, 1.6), ("9 ", 1.2, 3.0)] {
        let total = number_of(&row(&printed, requests), "s");
        assert!((least..most).contains(&total), "{requests}requests\n{printed}");
    }
}

#[test]
fn an_idle_client_costs_a_thread_or_everything_or_next_to_nothing() {
    let printed = run("exp_idle_clients", &["1", "50"]);
    let figures = |title: &str| -> Vec<Vec<String>> {
        let rows = printed.lines().filter_map(|line| line.strip_prefix(title));
        rows.map(|row| row.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let [blocking, threads, on_the_loop] =
        ["one blocking thread", "a thread for each", "the event loop"].map(figures);
    assert_eq!((blocking.len(), threads.len(), on_the_loop.len()), (2, 2, 2), "{printed}");

    for row in &blocking {
        assert_eq!(row[4..], ["never", "served"], "{printed}");
    }
    for row in threads.iter().chain(&on_the_loop) {
        assert_eq!(row.last().unwrap(), "us", "{printed}");
    }
    // One for each client, the active one among them, and the one that accepts.
    assert_eq!((&*threads[0][1], &*threads[1][1]), ("3", "52"), "{printed}");
    assert_eq!(on_the_loop[0][1], on_the_loop[1][1], "idle clients need no threads\n{printed}");
}
