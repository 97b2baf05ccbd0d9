//! The server without an event loop: one thread, one connection at a time.
//!
//! To be read beside `async_server.rs`: what both do is in the same order, by the same names, and they
//! drive the same [`Connection`] with the same routes. What differs is how they wait. Where the
//! other says `.await`, this one holds its only thread, and everybody else waits in the kernel's
//! backlog. Python: Flask on gunicorn, with one sync worker.
//!
//! It keeps a connection open only while the next request is already there, as gunicorn's sync
//! worker does: waiting for one that may never come would mean serving nobody.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use executor::inspect::{Event, Line};
use log::Level;

use crate::bounds::{LINGER, LINGER_BYTES, READ_SIZE};
use crate::http::{Connection, DateLine, Limits, Request, Response, SpareBuffers, Step};
use crate::options::Options;
use crate::origins::permit;
use crate::routes::{self, Reply, Target, Way};

/// What recordings call this server.
const NAME: &str = "blocking";

/// What the server keeps from one connection to the next.
struct Server<'a> {
    limits: Rc<Limits>,
    options: Options,
    read_buffer: Box<[u8]>,
    spare: SpareBuffers,
    date: DateLine,
    stop: &'a Stop,
    started: Instant,
    /// The connection being served, by its number: for log lines.
    serving: u64,
}

/// A connection that is being served.
struct Client {
    stream: TcpStream,
    connection: Connection,
}

/// How another thread asks the blocking server to stop.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
}

impl Stop {
    /// Asks the server that listens on `address` to stop after the connection it serves.
    ///
    /// A thread that blocks in `accept` notices nothing but connections, so this makes one: the
    /// blocking server's counterpart to the loop's notifier. If there is no descriptor left for it, it
    /// tries until `until`.
    pub fn ask(&self, address: SocketAddr, until: Instant) {
        self.asked.store(true, Ordering::Release);
        loop {
            match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
                Ok(_) => return,
                // Nobody listens any more: there is nobody left to stop.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return,
                Err(_) if Instant::now() >= until => return,
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}

/// Serves until somebody asks it to stop; then answers what is under way and returns.
///
/// # Errors
///
/// When the listener is of no more use.
pub fn serve(listener: &TcpListener, options: Options, stop: &Stop) -> io::Result<()> {
    let mut server = Server {
        limits: Rc::new(options.limits.clone()),
        options,
        read_buffer: vec![0; READ_SIZE].into(),
        spare: SpareBuffers::new(),
        date: DateLine::new(),
        stop,
        started: Instant::now(),
        serving: 0,
    };
    loop {
        server.tell(Level::Debug, "wait for a connection");
        let accepted = listener.accept();
        if stop.is_asked() {
            return Ok(());
        }
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_or_give_up(error)?;
                continue;
            }
        };
        server.serving += 1;
        server.tell(Level::Info, &format!("accepted {address}: until it is closed, everybody else waits"));
        let connection = Connection::new(Rc::clone(&server.limits));
        // The error is that of a client that is gone.
        let _ = serve_connection(&mut server, Client { stream, connection });
        server.tell(Level::Debug, "closed");
    }
}

/// Decides whether a failed `accept` is the end. Most failures are about one connection, or pass.
fn pause_or_give_up(error: io::Error) -> io::Result<()> {
    use io::ErrorKind::{BrokenPipe, InvalidInput, NotConnected, Unsupported};
    match error.kind() {
        // The listener itself is broken.
        InvalidInput | NotConnected | Unsupported | BrokenPipe => Err(error),
        // A connection that failed before it was accepted, or no descriptor left: in a moment there
        // may be one.
        _ => {
            thread::sleep(Duration::from_millis(20));
            Ok(())
        }
    }
}

/// Serves one connection, from its first byte to its last.
///
/// The error is that of a client that is gone: it gets no answer, and nobody else needs to hear of it.
fn serve_connection(server: &mut Server<'_>, mut client: Client) -> io::Result<()> {
    client.stream.set_nodelay(true)?;
    // Looked at when it has waited: nothing else here takes long.
    let mut time = server.started.elapsed();
    loop {
        match client.connection.next(time) {
            Step::Read { until } => {
                write(server, &mut client)?;
                read(server, &mut client, until)?;
                time = server.started.elapsed();
            }
            Step::Write => {
                write(server, &mut client)?;
                time = server.started.elapsed();
            }
            Step::Answer(request) => {
                let is_told = tell_begin(server, &client.stream, &request);
                let origin = server.options.origins.allowed(&request);
                let mut response = match (server.options.routes)(&request) {
                    Reply::Now(response) => response,
                    reply => {
                        let response = carry_out(server, &mut client, reply)?;
                        time = server.started.elapsed();
                        response
                    }
                };
                if let Some(origin) = origin {
                    response = permit(response, origin);
                }
                if server.stop.is_asked() || !more_is_there(&client) {
                    client.connection.finish();
                }
                client.connection.borrow_buffers(&mut server.spare);
                client.connection.answer(&response, server.date.at(time, SystemTime::now));
                if is_told {
                    server.tell(Level::Info, &format!("< {}", response.status().code()));
                    server.record_end(response.status().code());
                }
            }
            Step::Refuse(error) => {
                client.connection.answer(&error.response(), server.date.at(time, SystemTime::now));
                server.tell(Level::Info, &format!("< {} {}", error.status().code(), error.sentence()));
                server.record_end(error.status().code());
            }
            Step::Close => {
                if client.connection.output().is_empty() {
                    // No answer that could get lost, as when a browser opened it in advance: others wait.
                    return Ok(());
                }
                write(server, &mut client)?;
                return linger(server, &mut client);
            }
        }
    }
}

/// Tells those who look on that a request begins to be served; whether they are to hear of its end.
fn tell_begin(server: &Server<'_>, stream: &TcpStream, request: &Request<'_>) -> bool {
    if let Some(on_request) = &server.options.on_request
        && let Ok(address) = stream.peer_addr()
    {
        on_request(address);
    }
    let is_told = !routes::is_quiet(request);
    if is_told {
        server.tell(Level::Info, &format!("> {} {}", request.method().name(), Target(*request)));
        server.record_begin(request);
    }
    is_told
}

/// Does what a route wants done, if that takes time.
fn carry_out(server: &mut Server<'_>, client: &mut Client, reply: Reply) -> io::Result<Response> {
    // Answers to earlier requests should not wait for this one, nor buffers for anything.
    write(server, client)?;
    client.connection.return_buffers(&mut server.spare);
    let began = server.started.elapsed();
    let response = match reply {
        Reply::Now(response) => response,
        Reply::Loop(_) => return Ok(routes::no_loop()),
        Reply::After(time, way, response) => {
            spend(time, way, server);
            response
        }
    };
    Ok(routes::served(response, server.started.elapsed().saturating_sub(began)))
}

/// Lets the time of a slow route pass. This is where the two servers differ: with one thread and no
/// loop, every way comes to the same. And while it sleeps it does not notice that a client is gone.
fn spend(time: Duration, _: Way, server: &Server<'_>) {
    server.tell(Level::Debug, &format!("sleep {:.3}s, holding the only thread", time.as_secs_f64()));
    thread::sleep(time);
}

/// Whether the next request has begun to arrive: in our buffer, or still in the kernel's.
fn more_is_there(client: &Client) -> bool {
    if client.connection.has_input() {
        return true;
    }
    let looked = client.stream.set_nonblocking(true).and_then(|()| client.stream.peek(&mut [0]));
    let blocks_again = client.stream.set_nonblocking(false).is_ok();
    blocks_again && matches!(looked, Ok(count) if count > 0)
}

/// Reads what the client says next, and waits for it no longer than `until`.
fn read(server: &mut Server<'_>, client: &mut Client, until: Duration) -> io::Result<()> {
    client.connection.return_buffers(&mut server.spare);
    let patience = until.saturating_sub(server.started.elapsed()).max(SHORTEST_TIMEOUT);
    client.stream.set_read_timeout(Some(patience))?;
    server.tell(Level::Debug, "wait for what the client says");
    match client.stream.read(&mut server.read_buffer) {
        Ok(0) => client.connection.receive_end(),
        Ok(count) => {
            client.connection.borrow_buffers(&mut server.spare);
            client.connection.receive(&server.read_buffer[..count]);
        }
        // Out of time (Unix calls it `WouldBlock`): the next step will say what that means.
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The operating system takes a timeout of zero for none at all.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(1);

/// Writes what waits to be sent, all of it within one time limit: a client that takes a byte now and
/// then does not put it off.
fn write(server: &Server<'_>, client: &mut Client) -> io::Result<()> {
    let until = Instant::now() + server.options.write_timeout;
    while !client.connection.output().is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client.stream.set_write_timeout(Some(left.max(SHORTEST_TIMEOUT)))?;
        match client.stream.write(client.connection.output()) {
            Ok(count) => client.connection.sent(count),
            // Out of time, or nearly: the loop's condition tells.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Closes so that the last answer arrives: a socket closed with bytes unread sends a reset, which
/// overtakes it. So our side ends first, and what still comes is read and dropped until the client
/// has closed too, within bounds.
fn linger(server: &mut Server<'_>, client: &mut Client) -> io::Result<()> {
    client.stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + LINGER;
    let mut dropped = 0;
    while dropped < LINGER_BYTES {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        client.stream.set_read_timeout(Some(left.max(SHORTEST_TIMEOUT)))?;
        match client.stream.read(&mut server.read_buffer) {
            Ok(0) => break,
            Ok(count) => dropped += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Server<'_> {
    fn record_begin(&self, request: &Request<'_>) {
        if let Some(recording) = &self.options.recording {
            let (method, target) = (request.method().name().to_owned(), Target(*request).to_string());
            let connection = self.serving;
            recording.tell(NAME, Event::RequestBegin { method, target, server: NAME, connection });
        }
    }

    fn record_end(&self, status: u16) {
        if let Some(recording) = &self.options.recording {
            recording.tell(NAME, Event::RequestEnd { status });
        }
    }

    /// One log line, laid out like the loop's: `RUST_LOG=blocking=debug`.
    fn tell(&self, level: Level, text: &str) {
        if !log::log_enabled!(target: "blocking", level) {
            return;
        }
        let who = if self.serving == 0 { String::new() } else { format!("conn{}", self.serving) };
        let time = self.started.elapsed();
        let line = Line { time, turn: None, level, target: "block", who: &who, text, place: None };
        log::log!(target: "blocking", level, "{line}");
    }
}
