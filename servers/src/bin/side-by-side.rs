//! The experiment: both servers, the same requests, side by side.
//!
//! What happens in which order is here; everything else is in `servers::experiment`.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use clap::Parser;
use console::Term;
use executor::inspect::{self, Recording};
use indicatif::MultiProgress;
use servers::command_line::{
    Asked, BACKLOG, CannotListen, announce_the_end, cannot, exit_on_second_signal, exit_with, listen,
    parse_address, raise_descriptor_limit,
};
use servers::experiment::{
    Bars, Course, Hosts, Lines, News, Picture, Plan, RoomForLogs, Show, Side, Stopped, What, Wire, opening,
    report, run, what_goes_on, what_happened, what_next,
};
use servers::loop_flags::LoopFlags;
use servers::routes::parse_seconds;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Asks a server on an event loop and a server that blocks for the same two things, and shows who
/// waits.
///
/// Each server has one thread. Each gets GET /sleeper, which takes ten seconds, and a second later
/// GET /activer, which takes none. RUST_LOG=loop=debug shows every turn of the loop meanwhile,
/// RUST_LOG=blocking=debug what the other server waits for.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Parser, Debug)]
#[command(name = "side-by-side", version)]
struct Arguments {
    /// How many seconds /sleeper sleeps; fractions are allowed [default: 10]
    #[arg(long, value_name = "N", value_parser = parse_seconds)]
    seconds: Option<Duration>,
    /// How many seconds later /activer is asked for [default: 1, or half of --seconds if that is less]
    #[arg(long, value_name = "S", value_parser = parse_seconds)]
    after: Option<Duration>,
    /// How many sleepers each server gets at once, up to 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100), default_value = "1")]
    clients: u32,
    /// Where the server on the event loop listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, default_value = "127.0.0.1:8001")]
    async_addr: SocketAddr,
    /// Where the server that blocks listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, default_value = "127.0.0.1:8002")]
    blocking_addr: SocketAddr,
    /// Ask servers that already run at these addresses, such as Starlette and Flask; without
    /// --seconds they get a plain /sleeper
    #[arg(long, conflicts_with_all = ["keep_serving", "LoopFlags"])]
    external: bool,
    /// Let both servers go on after the experiment, until Ctrl-C
    #[arg(long)]
    keep_serving: bool,
    /// Print nothing but one JSON object with all measured times
    #[arg(long, conflicts_with = "keep_serving")]
    json: bool,
    #[command(flatten)]
    event_loop: LoopFlags,
}

fn main() {
    match start(&Arguments::parse()) {
        // Whoever read the output has seen enough.
        Err(error) if is_closed_pipe(error.as_ref()) => exit_with::<String>(Ok(())),
        result => exit_with(result),
    }
}

fn is_closed_pipe(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let screen = if arguments.json { None } else { Bars::screen() };
    match &screen {
        // Log lines and the picture share a terminal; in a file, log lines are in nobody's way.
        Some(screen) if Term::stderr().is_term() => inspect::init_logging_to(RoomForLogs(screen.clone())),
        _ => inspect::init_logging(),
    }
    raise_descriptor_limit();
    let asked = exit_on_second_signal()?;
    // Nothing of ours runs with `--external`, whatever the environment says.
    let recording = if arguments.external { None } else { arguments.event_loop.begin_recording()? };
    let result = experiment(arguments, screen, recording.as_ref(), &asked);
    finish(recording.as_ref());
    result
}

/// Completes the file in which both servers are recorded: they may go on as long as the process.
fn finish(recording: Option<&Recording>) {
    if let Some(recording) = recording {
        recording.finish();
    }
}

fn experiment(
    arguments: &Arguments,
    screen: Option<MultiProgress>,
    recording: Option<&Recording>,
    asked: &Asked,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (wire, news) = Wire::new();
    hear_signals(wire.clone(), asked.clone())?;
    let (plan, hosts) = prepare(arguments, recording, &wire, asked)?;

    let mut out = io::stdout();
    let width = screen.is_some().then(|| usize::from(Term::stdout().size().1).min(100));
    let mut show = if arguments.json {
        Show::Nothing
    } else {
        writeln!(out, "{}\n", opening(&plan, width))?;
        match screen {
            Some(screen) => Show::Bars(Bars::new(screen, Picture::new(&plan))),
            None => Show::Lines(Lines::new(&plan)),
        }
    };
    let courses = match run(&plan, &wire, &news, &mut show) {
        Ok(courses) => courses,
        Err(stopped) => return stop_early(stopped, recording),
    };
    if arguments.json {
        writeln!(out, "{}", report(&courses))?;
    } else {
        // In one piece, so that no log line comes between.
        let mut text = match &mut show {
            Show::Bars(bars) => bars.close(&courses)?,
            _ => "\n".to_owned(),
        };
        text.push_str(&what_happened(&plan, &courses, width));
        text.push_str(&if arguments.keep_serving { what_goes_on(&plan) } else { what_next(&plan) });
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    check(&courses)?;
    // Without `--keep-serving` the servers end with the program: every request has been answered.
    match hosts {
        Some(hosts) if arguments.keep_serving => keep_serving(hosts, &news, recording),
        _ => Ok(()),
    }
}

/// Makes the plan, and starts the servers that it needs.
fn prepare(
    arguments: &Arguments,
    recording: Option<&Recording>,
    wire: &Wire,
    asked: &Asked,
) -> Result<(Plan, Option<Hosts>), Box<dyn Error + Send + Sync>> {
    let mut plan = Plan {
        async_server: arguments.async_addr,
        blocking_server: arguments.blocking_addr,
        seconds: arguments.seconds,
        after: arguments.after.unwrap_or(Plan::usual_after(arguments.seconds, arguments.clients)),
        clients: arguments.clients,
        ours: !arguments.external,
    };
    if arguments.external {
        if Side::BOTH.iter().any(|side| plan.server(*side).port() == 0) {
            return Err("with --external, --async-addr and --blocking-addr say where servers run already: \
                        port 0 is nowhere"
                .into());
        }
        return Ok((plan, None));
    }
    // Both, before anything is started: if one address is taken, nothing has happened yet.
    let async_listener = listen("--async-addr", arguments.async_addr, BACKLOG).map_err(or_ask_those)?;
    let blocking_listener =
        listen("--blocking-addr", arguments.blocking_addr, BACKLOG).map_err(or_ask_those)?;
    plan.async_server = async_listener.local_addr()?;
    plan.blocking_server = blocking_listener.local_addr()?;
    plan.seconds = Some(plan.sleep());
    let flags = &arguments.event_loop;
    let hosts = Hosts::start(async_listener, blocking_listener, flags, recording, wire, asked)?;
    Ok((plan, Some(hosts)))
}

/// Says what else can be done, if the ports are taken by the servers themselves.
fn or_ask_those(error: CannotListen) -> Box<dyn Error + Send + Sync> {
    if error.is_in_use() {
        return format!("{error}. To ask servers that run there already, add --external").into();
    }
    error.into()
}

/// Makes signals news like any other, so that one who waits for news waits for Ctrl-C too.
fn hear_signals(wire: Wire, asked: Asked) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(cannot("hear signals"))?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in asked.by().into_iter().chain(signals.forever()) {
            wire.tell(What::Signal(signal));
        }
    })?;
    Ok(())
}

/// Ends the program when the experiment could not go on to its end.
fn stop_early(stopped: Stopped, recording: Option<&Recording>) -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(match stopped {
        Stopped::Io(error) => error.into(),
        // A shell calls the end by a signal 128 and its number.
        Stopped::Signal(signal) => {
            finish(recording);
            process::exit(128 + signal)
        }
        Stopped::Server(side, error) => format!("the {} server cannot go on: {error}", side.name()).into(),
        Stopped::NobodyThere(side, address) => {
            let name = side.name();
            format!(
                "nobody listens on {address}: start a server there first (ours: cargo run --bin {name}-server), \
                 say with --{name}-addr where it is, or leave --external out and both are started here"
            )
            .into()
        }
    })
}

/// Whether all requests were answered as they should be.
fn check(courses: &[Course]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut troubles = Vec::new();
    for course in courses {
        if let Some(trouble) = course.trouble() {
            let request = &course.request;
            troubles.push(format!("{} {}: {trouble}", request.side.name(), request.label));
        }
    }
    if troubles.is_empty() {
        return Ok(());
    }
    let (bad, all) = (troubles.len(), courses.len());
    Err(format!("{bad} of {all} requests went wrong: {}", troubles.join("; ")).into())
}

/// Lets the servers go on until somebody asks them to stop.
fn keep_serving(
    hosts: Hosts,
    news: &Receiver<News>,
    recording: Option<&Recording>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for News { what, .. } in news {
        match what {
            What::Signal(_) => {
                announce_the_end();
                break;
            }
            What::ServerFailed(side, error) => return stop_early(Stopped::Server(side, error), recording),
            // Requests of others.
            _ => {}
        }
    }
    hosts.finish();
    Ok(())
}
