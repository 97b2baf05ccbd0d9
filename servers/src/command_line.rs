//! What the two server programs do alike: listen, say where, and stop when asked.

use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use socket2::{Domain, Protocol, Socket, Type};

/// How many connections the kernel may complete before they are accepted: as many as it allows. On
/// the blocking server this is where everybody waits.
pub const BACKLOG: i32 = 4096;

/// An address on the command line.
///
/// # Errors
///
/// A sentence that shows one, for a text that is none.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let advice = "an IP address and a port are needed, such as 127.0.0.1:8000 or [::1]:8000";
    text.parse().map_err(|_| advice.to_owned())
}

/// Listens on `address`, which came from the command line's `flag`; port 0 takes a free one. So many
/// as `backlog` says may have connected before they are accepted.
///
/// # Errors
///
/// A sentence for the person who started the program: what failed, and what to do about it.
pub fn listen(flag: &'static str, address: SocketAddr, backlog: i32) -> Result<TcpListener, CannotListen> {
    bind(address, backlog, false).map_err(|error| CannotListen { flag, address, error })
}

/// As [`listen`], with so many listeners on the one address: the kernel gives each new connection to one
/// of them, chosen by a hash of where it comes from (`SO_REUSEPORT`). gunicorn: `--reuse-port` with `-w
/// N`.
///
/// # Errors
///
/// As [`listen`]: also here no other program may have the port.
pub fn listen_together(
    flag: &'static str,
    address: SocketAddr,
    backlog: i32,
    count: usize,
) -> Result<Vec<TcpListener>, CannotListen> {
    // Listeners that share a port would share it with another program's, too. One that does not would not.
    drop(listen(flag, address, backlog)?);
    let bind_all = || {
        let first = bind(address, backlog, true)?;
        // If a free port was asked for, the others are to have the same.
        let address = first.local_addr()?;
        let mut listeners = vec![first];
        while listeners.len() < count {
            listeners.push(bind(address, backlog, true)?);
        }
        Ok(listeners)
    };
    bind_all().map_err(|error| CannotListen { flag, address, error })
}

fn bind(address: SocketAddr, backlog: i32, together: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that was just restarted may have its port again, though old connections still linger.
    socket.set_reuse_address(true)?;
    if together {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}

/// Why [`listen`] failed.
#[derive(Debug)]
pub struct CannotListen {
    flag: &'static str,
    address: SocketAddr,
    error: io::Error,
}

impl CannotListen {
    /// Whether somebody listens there already.
    pub fn is_in_use(&self) -> bool {
        self.error.kind() == io::ErrorKind::AddrInUse
    }
}

impl fmt::Display for CannotListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.error.kind() {
            io::ErrorKind::AddrInUse => {
                return write!(
                    f,
                    "cannot listen on {}: another program has this port; stop it, or take a free one with {} {}:0",
                    self.address,
                    self.flag,
                    self.address.ip()
                );
            }
            io::ErrorKind::AddrNotAvailable => "this machine has no such address; try 127.0.0.1",
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 are for the administrator; choose a higher one"
            }
            _ => return write!(f, "cannot listen on {}: {}", self.address, self.error),
        };
        write!(f, "cannot listen on {}: {advice}", self.address)
    }
}

impl std::error::Error for CannotListen {}

/// Says where the server listens: the first line on stdout, there as soon as connections are.
///
/// # Errors
///
/// If nobody reads stdout any more.
pub fn announce(listener: &TcpListener) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()
}

/// Says that the server was asked to stop, for it may take a while.
pub fn announce_the_end() {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(
        io::stderr(),
        "stopping: what is under way is answered first; a second signal ends it at once"
    );
}

/// Lets a second SIGINT or SIGTERM end the process at once: the first asks it to finish, and
/// somebody who asks twice means it. From here on the first one does nothing by itself: whoever is to
/// act on it begins to listen, and then looks whether it [has come](Asked::by) before.
///
/// # Errors
///
/// If the operating system refuses the handler.
pub fn exit_on_second_signal() -> io::Result<Asked> {
    let asked = Arc::new(AtomicBool::new(false));
    let by = Arc::new(AtomicUsize::new(NOBODY));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down and raises it, the second finds it
        // up, whichever of the two it is. A shell calls the end by a signal 128 and its number.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
        flag::register_usize(signal, Arc::clone(&by), signal.unsigned_abs() as usize)?;
    }
    Ok(Asked { by })
}

/// Whether the program was asked to finish: what [`exit_on_second_signal`] has heard.
#[derive(Debug, Clone)]
pub struct Asked {
    by: Arc<AtomicUsize>,
}

/// No signal has this number.
const NOBODY: usize = 0;

impl Asked {
    /// The signal that asked, by its number.
    pub fn by(&self) -> Option<i32> {
        i32::try_from(self.by.load(Ordering::Acquire)).ok().filter(|signal| *signal > 0)
    }
}

/// What a failure of the operating system has kept the program from: an error that names it.
///
/// ```
/// # use std::io;
/// # use servers::command_line::cannot;
/// let error = cannot("hear signals")(io::Error::other("too many open files"));
/// assert_eq!(error.to_string(), "cannot hear signals: too many open files");
/// ```
pub fn cannot(what: &str) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("cannot {what}: {error}"))
}

/// As many descriptors as this process may have: each connection is one, and the usual limit of
/// 1,024 is soft.
pub fn raise_descriptor_limit() {
    // With fewer it serves fewer, and `accept` waits for free ones: no reason not to start.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
}

/// Ends the program with a sentence on stderr if something went wrong.
pub fn exit_with<E: fmt::Display>(result: Result<(), E>) -> ! {
    match result {
        Ok(()) => process::exit(0),
        Err(error) => {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            process::exit(1)
        }
    }
}
