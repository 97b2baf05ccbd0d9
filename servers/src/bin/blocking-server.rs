//! The HTTP server that blocks.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use clap::Parser;
use executor::inspect;
use servers::blocking_server::{self, Stop};
use servers::bounds::BLOCKING_IDLE_TIMEOUT;
use servers::command_line::{announce, exit_on_second_signal, exit_with, listen};
use servers::http::Limits;
use servers::options::Options;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An HTTP server with one thread and no event loop: while one request waits, everybody else waits
/// too.
///
/// Ask it for GET / to learn what can be asked. RUST_LOG=blocking=debug shows what it waits for.
/// SIGINT (Ctrl-C) or SIGTERM stops it when what is under way is answered; a second one at once.
#[expect(clippy::doc_markdown, reason = "clap prints these comments as they are: backticks would show")]
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8002")]
    addr: SocketAddr,
}

fn main() {
    exit_with(start(&Arguments::parse()));
}

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    inspect::init_logging();
    exit_on_second_signal()?;
    let listener = listen("--addr", arguments.addr)?;
    let address = listener.local_addr()?;
    let stop = Arc::new(Stop::default());
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let asked = Arc::clone(&stop);
    // The server's own thread cannot wait for signals: it is busy waiting for something else.
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals.forever().next().is_some() {
            asked.ask(address);
        }
    })?;
    announce(&listener)?;
    let limits = Limits { idle_timeout: BLOCKING_IDLE_TIMEOUT, ..Limits::default() };
    blocking_server::serve(&listener, Options { limits, ..Options::default() }, &stop)?;
    Ok(())
}
