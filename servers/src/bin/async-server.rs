//! The HTTP server on the event loop.

use std::error::Error;
use std::net::SocketAddr;

use clap::Parser;
use executor::inspect;
use executor::signals::Signals;
use servers::async_server;
use servers::command_line::{
    BACKLOG, announce, exit_on_second_signal, exit_with, listen, raise_descriptor_limit,
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
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8001")]
    addr: SocketAddr,
    /// Where the blocking server is: the page at /loop asks both
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8002")]
    blocking_url: ServerUrl,
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

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    inspect::init_logging();
    raise_descriptor_limit();
    exit_on_second_signal()?;
    let event_loop = arguments.event_loop.build()?;
    let listener = listen("--addr", arguments.addr, BACKLOG)?;
    let options = Options {
        max_connections: arguments.room.max_connections(),
        inspector: Some(arguments.blocking_url.clone()),
        origins: Origins::of_servers(&[listener.local_addr()?.into(), arguments.blocking_url.clone()]),
        ..arguments.times.options()
    };
    event_loop.block_on(async move {
        // Heard from before the first connection can be made, so that no signal is missed.
        let mut signals = Signals::new()?;
        announce(&listener)?;
        let stop = async move {
            // If signals cannot be heard any more, stopping is the safe thing to do.
            let _ = signals.recv().await;
        };
        async_server::serve(listener, options, stop).await
    })?;
    Ok(())
}
