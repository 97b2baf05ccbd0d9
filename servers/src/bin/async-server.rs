//! The HTTP server on the event loop.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic;
use std::sync::mpsc;
use std::thread;

use clap::Parser;
use executor::signals::Signals;
use executor::{Choice, EventLoop, StepChoice, inspect};
use servers::async_server;
use servers::command_line::{
    Asked, BACKLOG, announce, announce_the_end, cannot, exit_on_second_signal, exit_with, listen,
    listen_together, parse_address, raise_descriptor_limit,
};
use servers::limit_flags::{RoomFlags, TimeFlags};
use servers::loop_flags::LoopFlags;
use servers::options::Options;
use servers::origins::{Origins, ServerUrl};

/// An HTTP server on a single-threaded event loop: while one request waits, it serves the others.
///
/// Ask it for GET / to learn what can be asked. RUST_LOG=loop=debug shows every turn of the loop,
/// RUST_LOG=http=info its requests; kill -USR1 makes it print who waits for what. SIGINT (Ctrl-C) or
/// SIGTERM stops it when what is under way is answered; a second one at once.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Parser, Clone)]
#[command(name = "async-server", version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, default_value = "127.0.0.1:8001")]
    addr: SocketAddr,
    /// Where the blocking server is: the page at /loop asks both
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8002")]
    blocking_url: ServerUrl,
    /// How many loops to run, each on a thread of its own and with a listener of its own, as gunicorn
    /// -w N runs processes: the kernel deals the connections out among them
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=1024),
        default_value = "1",
        conflicts_with = "step"
    )]
    workers: u16,
    #[command(flatten)]
    room: RoomFlags,
    #[command(flatten)]
    times: TimeFlags,
    #[command(flatten)]
    event_loop: LoopFlags,
}

fn main() {
    exit_with(start(&Arguments::parse()));
}

type Failure = Box<dyn Error + Send + Sync>;

fn start(arguments: &Arguments) -> Result<(), Failure> {
    inspect::init_logging();
    raise_descriptor_limit();
    let asked = exit_on_second_signal()?;
    match arguments.workers {
        1 => {
            let event_loop = arguments.event_loop.build()?;
            let listener = listen("--addr", arguments.addr, BACKLOG)?;
            serve(arguments, &event_loop, listener, asked, announce, announce_the_end)
        }
        several => start_several(arguments, several.into(), &asked),
    }
}

/// A loop on each of so many threads, of which this is one. They share nothing but the port: a request
/// that blocks its loop holds up the connections of that loop and no others.
fn start_several(arguments: &Arguments, workers: usize, asked: &Asked) -> Result<(), Failure> {
    if StepChoice::from_environment()? == StepChoice::On {
        return Err(
            "LOOP_STEP=1 wants one loop, and --workers asks for several: leave one of them out".into()
        );
    }
    let recording = arguments.event_loop.begin_recording()?;
    let event_loop = arguments.event_loop.build_among(recording.as_ref(), "loop 1")?;
    let mut listeners = listen_together("--addr", arguments.addr, BACKLOG, workers)?;
    let own = listeners.swap_remove(0);
    let (report, reports) = mpsc::channel();
    let mut others = Vec::new();
    for (number, listener) in (2..).zip(listeners) {
        let name: &'static str = format!("loop {number}").leak();
        let (arguments, recording, asked) = (arguments.clone(), recording.clone(), asked.clone());
        let (report, all_is_well) = (report.clone(), report.clone());
        let work = move || {
            let result = arguments.event_loop.build_among(recording.as_ref(), name).and_then(|event_loop| {
                // Nobody listens any more if another has failed: then the program ends.
                let started = move |_: &TcpListener| all_is_well.send(Ok(())).map_err(io::Error::other);
                serve(&arguments, &event_loop, listener, asked, started, || {})
            });
            if result.is_err() {
                let _ = report.send(result);
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
        others.push(thread.map_err(cannot("start a thread for each worker"))?);
    }
    // Before anybody is told that they serve, all of them hear signals.
    for _ in &others {
        reports.recv()??;
    }
    serve(arguments, &event_loop, own, asked.clone(), announce, announce_the_end)?;
    for other in others {
        other.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
    }
    reports.try_iter().collect::<Result<(), Failure>>()
}

/// Runs one loop until a signal asks it to stop. It says when it is ready to hear one, and when it has.
fn serve(
    arguments: &Arguments,
    event_loop: &EventLoop,
    listener: TcpListener,
    asked: Asked,
    started: impl FnOnce(&TcpListener) -> io::Result<()> + 'static,
    stopping: fn(),
) -> Result<(), Failure> {
    let options = Options {
        max_connections: arguments.room.max_connections(),
        inspector: Some(arguments.blocking_url.clone()),
        origins: Origins::of_servers(&[listener.local_addr()?.into(), arguments.blocking_url.clone()]),
        ..arguments.times.options()
    };
    event_loop.block_on(async move {
        // Heard from before the first connection can be made; and one that came before is not missed.
        let mut signals = Signals::new().map_err(cannot("hear signals"))?;
        started(&listener)?;
        let stop = async move {
            if asked.by().is_none() {
                // If signals cannot be heard any more, stopping is the safe thing to do.
                let _ = signals.recv().await;
            }
            stopping();
        };
        async_server::serve(listener, options, stop).await
    })?;
    Ok(())
}
