//! Measures, in rounds, what a task, a wake-up and a timer cost on our loop and on the executors that people use, and
//! prints a table. It wants a core that nobody else uses.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, value_parser};
use micro::probe::{How, Probe};
use micro::rows::{ROWS, Row, beginning_with};
use micro::runtimes::Runtime;
use micro::{bounds, crowd, machine, probe, report, rounds};
use serde_json::{Map, Value, json};

#[derive(Parser)]
#[command(
    about = "Measures what a task, a wake-up and a timer cost on our loop and on the executors that people use",
    after_help = "A figure is the median over all rounds. Ratios are taken within each round; in brackets between \
                  which values the middle half of them lies. Nanoseconds are the processor's, micro- and milliseconds \
                  the wall's."
)]
struct Arguments {
    /// How many rounds [default: 7, or 3 with --quick]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Which rows: words that their names begin with, with commas between them
    #[arg(long, value_name = "ROWS", value_delimiter = ',', value_parser = known, help = only_help())]
    only: Vec<Wanted>,
    /// A table in three minutes: fewer rounds, fewer sleeps
    #[arg(long)]
    quick: bool,
    /// Only the table
    #[arg(long)]
    markdown: bool,
    /// Write every round's figures into a file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A verdict on each bound that ours is to keep; exits 1 if it misses one
    #[arg(long)]
    check: bool,
    /// The core to measure on [default: the last]
    #[arg(long, value_name = "N")]
    core: Option<usize>,
    #[command(subcommand)]
    command: Option<Internal>,
}

#[derive(Subcommand)]
enum Internal {
    /// One probe on one executor: what each process of a round does
    #[command(hide = true)]
    Figures {
        probe: Probe,
        runtime: Runtime,
        #[command(flatten)]
        how: How,
    },
    /// So many tasks that sleep at once: what each of them takes
    #[command(hide = true)]
    Crowd {
        count: usize,
        runtime: Runtime,
        /// The core to measure on.
        #[arg(long)]
        core: usize,
    },
}

type Wanted = Vec<&'static Row>;

fn known(word: &str) -> Result<Wanted, String> {
    let rows = beginning_with(word);
    if rows.is_empty() { Err("no row begins like that".to_owned()) } else { Ok(rows) }
}

fn only_help() -> String {
    let keys: Vec<&str> = ROWS.iter().map(|row| row.key).collect();
    format!(
        "Which rows: words that their names begin with, with commas between them. The names: {}",
        keys.join(", ")
    )
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Internal::Figures { probe, runtime, how }) => {
            let figures = probe::measure(probe, runtime, how);
            let object: Map<String, Value> =
                figures.into_iter().map(|(key, figure)| (key.to_owned(), json!(figure))).collect();
            println!("{}", Value::Object(object));
            return ExitCode::SUCCESS;
        }
        Some(Internal::Crowd { count, runtime, core }) => {
            machine::pin(core);
            let crowd = crowd::crowd(runtime, count).expect("an executor with timers");
            println!("{}", json!({ "cpu_ns": crowd.cpu, "resident": crowd.resident }));
            return ExitCode::SUCCESS;
        }
        None => {}
    }

    let wanted = arguments.only.concat();
    let is_wanted = |row: &Row| wanted.is_empty() || wanted.iter().any(|one| one.key == row.key);
    let rows: Vec<&'static Row> = ROWS.iter().filter(|row| is_wanted(row)).collect();
    let rounds = usize::from(arguments.rounds.unwrap_or(if arguments.quick { 3 } else { 7 }));
    let how = How {
        core: arguments.core.unwrap_or(machine::cores() - 1),
        sleeps: if arguments.quick { 40 } else { 200 },
        seed: 1,
    };
    let figures = rounds::measure(&rows, rounds, how, &|line| eprintln!("{line}"));

    if let Some(path) = &arguments.json {
        let all = json!({ "machine": machine::about(), "rounds": rounds, "figures": figures.json() });
        fs::write(path, format!("{all:#}\n")).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    if !arguments.markdown {
        println!("{}; {rounds} rounds.\n", machine::about());
    }
    println!("{}", report::table(&rows, &figures));
    if !arguments.check {
        return ExitCode::SUCCESS;
    }

    let verdicts = bounds::verdicts(&rows, &figures);
    println!();
    for verdict in &verdicts {
        println!("{verdict}");
    }
    let kept = verdicts.iter().filter(|verdict| verdict.holds()).count();
    println!("\n{kept} of {} bounds are kept", verdicts.len());
    if kept == verdicts.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
