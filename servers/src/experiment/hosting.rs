//! Both servers in this process, each on one thread of its own.
//!
//! They are the servers of the other two programs, down to their limits; all they do besides is tell
//! when they begin to serve a request.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use executor::inspect::Recording;
use executor::signals::Signals;

use super::news::{What, Wire};
use super::plan::Side;
use crate::blocking_server::Stop;
use crate::bounds::BLOCKING_IDLE_TIMEOUT;
use crate::command_line::Asked;
use crate::http::Limits;
use crate::loop_flags::LoopFlags;
use crate::options::Options;
use crate::{async_server, blocking_server};

/// What goes wrong on a server's thread, told on another.
type Problem = Box<dyn Error + Send + Sync>;

/// The two servers, running.
#[derive(Debug)]
pub struct Hosts {
    async_thread: JoinHandle<()>,
    blocking_thread: JoinHandle<()>,
    blocking_address: SocketAddr,
    blocking_stop: Arc<Stop>,
}

impl Hosts {
    /// Starts both, on listeners that are already open: connections are taken from the first moment.
    ///
    /// # Errors
    ///
    /// If the loop cannot be built as the flags and the environment say, or a thread cannot be had.
    pub fn start(
        async_listener: TcpListener,
        blocking_listener: TcpListener,
        flags: &LoopFlags,
        recording: Option<&Recording>,
        wire: &Wire,
        asked: &Asked,
    ) -> Result<Self, Problem> {
        let (built, is_built) = mpsc::channel();
        let (its_wire, its_flags, its_recording) = (wire.clone(), flags.clone(), recording.cloned());
        let asked = asked.clone();
        let async_thread = thread::Builder::new().name("async-server".to_owned()).spawn(move || {
            if let Err(error) =
                serve_async(async_listener, &its_flags, its_recording.as_ref(), &its_wire, asked, &built)
            {
                its_wire.tell(What::ServerFailed(Side::Async, error));
            }
        })?;
        // A loop belongs to the thread that builds it, so it is there that one learns whether it can be
        // built.
        is_built.recv()??;

        let blocking_address = blocking_listener.local_addr()?;
        let blocking_stop = Arc::new(Stop::default());
        let (stop, its_wire, recording) = (Arc::clone(&blocking_stop), wire.clone(), recording.cloned());
        let blocking_thread = thread::Builder::new().name("blocking-server".to_owned()).spawn(move || {
            let limits = Limits { idle_timeout: BLOCKING_IDLE_TIMEOUT, ..Limits::default() };
            let options = Options { limits, recording, ..telling(Side::Blocking, &its_wire) };
            if let Err(error) = blocking_server::serve(&blocking_listener, options, &stop) {
                its_wire.tell(What::ServerFailed(Side::Blocking, error));
            }
        })?;
        Ok(Hosts { async_thread, blocking_thread, blocking_address, blocking_stop })
    }

    /// Waits until both have answered what was under way and ended, after a signal: the loop hears
    /// signals itself, the server that blocks has to be asked.
    pub fn finish(self) {
        self.blocking_stop.ask(self.blocking_address, Instant::now() + Options::default().grace);
        for thread in [self.blocking_thread, self.async_thread] {
            // One that panicked has ended too, and has said so.
            let _ = thread.join();
        }
    }
}

/// Serves on a loop, and says whether there is one to serve on: whoever started this thread waits to
/// hear.
fn serve_async(
    listener: TcpListener,
    flags: &LoopFlags,
    recording: Option<&Recording>,
    wire: &Wire,
    asked: Asked,
    built: &mpsc::Sender<Result<(), Problem>>,
) -> io::Result<()> {
    let tell = built.clone();
    let event_loop = match flags.build_among(recording, "async") {
        Ok(event_loop) => event_loop,
        Err(problem) => {
            let _ = tell.send(Err(problem));
            return Ok(());
        }
    };
    let options = telling(Side::Async, wire);
    event_loop.block_on(async move {
        let mut signals = match Signals::new() {
            Ok(signals) => signals,
            Err(error) => {
                let _ = tell.send(Err(error.into()));
                return Ok(());
            }
        };
        let _ = tell.send(Ok(()));
        let stop = async move {
            if asked.by().is_none() {
                // If signals cannot be heard any more, stopping is the safe thing to do.
                let _ = signals.recv().await;
            }
        };
        async_server::serve(listener, options, stop).await
    })
}

/// The options of a server that tells when it begins to serve a request.
fn telling(side: Side, wire: &Wire) -> Options {
    let wire = wire.clone();
    let on_request = Arc::new(move |client| wire.tell(What::Begun(side, client)));
    Options { on_request: Some(on_request), ..Options::default() }
}
