//! The HTTP server that blocks.

use std::error::Error;
use std::net::SocketAddr;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use clap::Parser;
use executor::inspect;
use servers::blocking_server::{self, Stop};
use servers::bounds::BLOCKING_IDLE_TIMEOUT;
use servers::command_line::{
    BACKLOG, announce, announce_the_end, cannot, exit_on_second_signal, exit_with, listen, parse_address,
};
use servers::limit_flags::{RoomFlags, Seconds, TimeFlags};
use servers::loop_flags::RecordFlag;
use servers::options::Options;
use servers::origins::{Origins, ServerUrl};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An HTTP server with one thread and no event loop: while one request waits, everybody else waits
/// too.
///
/// Ask it for GET / to learn what can be asked. RUST_LOG=blocking=debug shows what it waits for.
/// SIGINT (Ctrl-C) or SIGTERM stops it when what is under way is answered; a second one at once.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Parser)]
#[command(
    name = "blocking-server",
    version,
    mut_arg("idle_timeout", |flag| flag.default_value(Seconds::from(BLOCKING_IDLE_TIMEOUT).to_string())),
    mut_arg("max_connections", |flag| flag.default_value(BACKLOG.to_string()).help(
        "Connections at once: the one that is served, and those that stand in line for it in the kernel's backlog"
    ))
)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, default_value = "127.0.0.1:8002")]
    addr: SocketAddr,
    /// Where the server on the event loop is: its page at /loop asks both
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8001")]
    async_url: ServerUrl,
    #[command(flatten)]
    times: TimeFlags,
    #[command(flatten)]
    room: RoomFlags,
    /// Its requests are recorded: there is no loop that takes steps.
    #[command(flatten)]
    record: RecordFlag,
}

fn main() {
    exit_with(start(&Arguments::parse()));
}

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    inspect::init_logging();
    let already = exit_on_second_signal()?;
    let recording = arguments.record.begin()?;
    let listener = listen("--addr", arguments.addr, arguments.room.in_line())?;
    let address = listener.local_addr()?;
    let stop = Arc::new(Stop::default());
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(cannot("hear signals"))?;
    let asked = Arc::clone(&stop);
    let grace = arguments.times.grace();
    let recorded = recording.clone();
    // The server's own thread cannot wait for signals: it is busy waiting for something else. Nor
    // can it be told that the time is over, so that ends the process.
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if already.by().is_some() || signals.forever().next().is_some() {
            announce_the_end();
            let until = Instant::now() + grace;
            asked.ask(address, until);
            thread::sleep(until.saturating_duration_since(Instant::now()));
            if let Some(recording) = recorded {
                recording.finish();
            }
            process::exit(0);
        }
    })?;
    announce(&listener)?;
    let origins = Origins::of_servers(&[address.into(), arguments.async_url.clone()]);
    let options = Options { origins, recording: recording.clone(), ..arguments.times.options() };
    let result = blocking_server::serve(&listener, options, &stop);
    // The thread that hears signals holds it, too, and ends with the process.
    if let Some(recording) = recording {
        recording.finish();
    }
    Ok(result?)
}
