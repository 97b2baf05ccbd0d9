//! The server without an event loop: one thread, one connection at a time.
//!
//! To be read beside `async_server.rs`: the two have the same functions in the same order, and
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

use executor::inspect::Line;
use log::Level;

use crate::bounds::{LINGER, LINGER_BYTES, READ_SIZE, WRITE_TIMEOUT};
use crate::http::{Connection, DateText, Limits, Response, SpareBuffers, Step};
use crate::options::Options;
use crate::routes::{self, Reply, Target};

/// What the server keeps from one connection to the next.
struct Server<'a> {
    limits: Rc<Limits>,
    options: Options,
    read_buffer: Box<[u8]>,
    spare: SpareBuffers,
    date: DateText,
    stop: &'a Stop,
    started: Instant,
    /// The connection being served, by its number: for log lines.
    serving: u64,
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
    /// blocking server's counterpart to the loop's notifier.
    pub fn ask(&self, address: SocketAddr) {
        self.asked.store(true, Ordering::Release);
        // If nobody listens any more, there is nobody left to stop.
        let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
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
        date: DateText::new(),
        stop,
        started: Instant::now(),
        serving: 0,
    };
    loop {
        server.tell(Level::Debug, "wait for a connection");
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_or_give_up(error)?;
                continue;
            }
        };
        if stop.is_asked() {
            return Ok(());
        }
        server.serving += 1;
        server.tell(Level::Info, &format!("accepted {peer}: until it is closed, everybody else waits"));
        // A client that is gone gets no answer, and nobody else needs to hear of it.
        let _ = serve_connection(&mut server, &stream, peer);
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
fn serve_connection(server: &mut Server<'_>, stream: &TcpStream, client: SocketAddr) -> io::Result<()> {
    let mut connection = Connection::new(Rc::clone(&server.limits));
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
    loop {
        match connection.next(server.started.elapsed()) {
            Step::Read => read(server, stream, &mut connection)?,
            Step::Write => write(stream, &mut connection)?,
            Step::Answer(request) => {
                if let Some(on_request) = &server.options.on_request {
                    on_request(client);
                }
                if !routes::is_quiet(&request) {
                    server.tell(Level::Info, &format!("> {} {}", request.method().name(), Target(request)));
                }
                let reply = routes::reply(&request);
                let response = carry_out(server, stream, &mut connection, reply);
                if server.stop.is_asked() || !more_is_there(stream, &connection) {
                    connection.finish();
                }
                connection.borrow_buffers(&mut server.spare);
                connection.answer(&response, server.date.at(SystemTime::now()));
                server.tell(Level::Info, &format!("< {}", response.status().code()));
            }
            Step::Refuse(error) => {
                connection.answer(&error.response(), server.date.at(SystemTime::now()));
                server.tell(Level::Info, &format!("< {} {}", error.status().code(), error.sentence()));
            }
            Step::Close => {
                if connection.output().is_empty() {
                    // No answer that could get lost, as when a browser opened it in advance: others wait.
                    return Ok(());
                }
                write(stream, &mut connection)?;
                return linger(server, stream);
            }
        }
    }
}

/// Does what a route wants done. This is the `match` in which the two servers differ.
fn carry_out(
    server: &mut Server<'_>,
    stream: &TcpStream,
    connection: &mut Connection,
    reply: Reply,
) -> Response {
    if let Reply::Now(response) = reply {
        return response;
    }
    // It will take time: answers to earlier requests should not wait for this one, nor buffers for
    // anything.
    let _ = write(stream, connection);
    connection.return_buffers(&mut server.spare);
    match reply {
        Reply::Now(response) => response,
        // With one thread and no loop these are all the same, which is itself a lesson.
        Reply::After(time, response) | Reply::Block(time, response) | Reply::Pool(time, response) => {
            server.tell(Level::Debug, &format!("sleep {:.3}s, holding the only thread", time.as_secs_f64()));
            thread::sleep(time);
            response
        }
    }
}

/// Whether the next request has begun to arrive: in our buffer, or still in the kernel's.
fn more_is_there(stream: &TcpStream, connection: &Connection) -> bool {
    if connection.has_input() {
        return true;
    }
    let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    let more = matches!(looked, Ok(count) if count > 0);
    more & stream.set_nonblocking(false).is_ok()
}

/// Writes what waits to be sent, reads what the client says next, and waits for it no longer than
/// the connection's deadline.
fn read(server: &mut Server<'_>, stream: &TcpStream, connection: &mut Connection) -> io::Result<()> {
    write(stream, connection)?;
    connection.return_buffers(&mut server.spare);
    let patience = match connection.deadline() {
        Some(deadline) => Some(deadline.saturating_sub(server.started.elapsed()).max(SHORTEST_TIMEOUT)),
        None => None,
    };
    stream.set_read_timeout(patience)?;
    server.tell(Level::Debug, "wait for what the client says");
    match (&mut &*stream).read(&mut server.read_buffer) {
        Ok(0) => connection.receive_end(),
        Ok(count) => {
            connection.borrow_buffers(&mut server.spare);
            connection.receive(&server.read_buffer[..count]);
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

/// Writes what waits to be sent.
fn write(mut stream: &TcpStream, connection: &mut Connection) -> io::Result<()> {
    let count = connection.output().len();
    if count == 0 {
        return Ok(());
    }
    let written = stream.write_all(connection.output());
    connection.sent(count);
    written
}

/// Closes so that the last answer arrives: a socket closed with bytes unread sends a reset, which
/// overtakes it. So our side ends first, and what still comes is read and dropped until the client
/// has closed too, within bounds.
fn linger(server: &mut Server<'_>, mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + LINGER;
    let mut dropped = 0;
    while dropped < LINGER_BYTES {
        let patience = until.saturating_duration_since(Instant::now());
        if patience.is_zero() {
            break;
        }
        stream.set_read_timeout(Some(patience))?;
        match stream.read(&mut server.read_buffer)? {
            0 => break,
            count => dropped += count,
        }
    }
    Ok(())
}

impl Server<'_> {
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
