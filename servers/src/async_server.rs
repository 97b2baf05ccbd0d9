//! The server on the event loop: one thread, a task for each connection.
//!
//! To be read beside `blocking_server.rs`: the two have the same functions in the same order, and
//! drive the same [`Connection`] with the same routes. What differs is how they wait. Where this
//! one says `.await`, the thread goes and serves somebody else. asyncio: Starlette on uvicorn, with
//! one worker.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, SystemTime};

use executor::net::{TcpListener, TcpStream};
use executor::{
    Elapsed, Instant, JoinHandle, block, inspect, sleep, spawn_named, timeout, timeout_at, to_thread,
};
use slab::Slab;

use crate::bounds::{GRACE, LINGER, LINGER_BYTES, READ_SIZE, WRITE_TIMEOUT};
use crate::http::{Connection, DateText, Limits, Response, SpareBuffers, Step};
use crate::options::Options;
use crate::routes::{self, Reply, Target};

/// What all connections share. They are served in turn and never at once, so one of each is enough.
struct Server {
    limits: Rc<Limits>,
    options: Options,
    /// Where bytes are read into, and what a busy connection borrows: an idle one holds no buffer.
    read_buffer: RefCell<Box<[u8]>>,
    spare: RefCell<SpareBuffers>,
    date: RefCell<DateText>,
    connections: RefCell<Slab<Open>>,
    stopping: Cell<bool>,
}

/// A connection that is being served.
struct Open {
    task: JoinHandle<()>,
    idle: Rc<Cell<bool>>,
}

/// Serves until `stop` is done; then answers what is under way, closes idle connections and
/// returns. To be run as a loop's main task.
///
/// # Errors
///
/// When the listener is of no more use.
pub async fn serve<S>(listener: std::net::TcpListener, options: Options, stop: S) -> io::Result<()>
where
    S: Future<Output = ()> + 'static,
{
    let listener = TcpListener::from_std(listener)?;
    let server = Rc::new(Server {
        limits: Rc::new(options.limits.clone()),
        options,
        read_buffer: RefCell::new(vec![0; READ_SIZE].into()),
        spare: RefCell::default(),
        date: RefCell::default(),
        connections: RefCell::default(),
        stopping: Cell::new(false),
    });
    let accepting = spawn_named("accept", accept(listener, Rc::clone(&server)));
    let no_more = accepting.abort_handle();
    let stopping = spawn_named("stop", async move {
        stop.await;
        // With the task goes its listener: new connections are refused from now on.
        no_more.abort();
    });
    if let Ok(result) = accepting.await {
        stopping.abort();
        return result;
    }

    server.stopping.set(true);
    let until = executor::now() + GRACE;
    let mut open = Vec::new();
    for (_, connection) in server.connections.take() {
        if connection.idle.get() {
            connection.task.abort();
        }
        open.push(connection.task);
    }
    for connection in open {
        // Whatever became of it, it is over, or out of time.
        let _ = timeout_at(until, connection).await;
    }
    Ok(())
}

/// Takes connections as they come, and makes a task for each.
async fn accept(listener: TcpListener, server: Rc<Server>) -> io::Result<()> {
    let mut number = 0_u64;
    loop {
        let (stream, client) = listener.accept().await?;
        number += 1;
        let idle = Rc::new(Cell::new(true));
        let mut connections = server.connections.borrow_mut();
        let place = connections.vacant_entry();
        let entry = Entry { server: Rc::clone(&server), key: place.key() };
        let service = serve_connection(entry, stream, client, Rc::clone(&idle));
        let task = spawn_named(&format!("conn{number}"), service);
        place.insert(Open { task, idle });
    }
}

/// A connection's place among the open ones: given up when the connection is over, however it ends.
struct Entry {
    server: Rc<Server>,
    key: usize,
}

impl Drop for Entry {
    fn drop(&mut self) {
        // A stopping server has taken them all out.
        self.server.connections.borrow_mut().try_remove(self.key);
    }
}

/// Serves one connection, from its first byte to its last.
async fn serve_connection(entry: Entry, stream: TcpStream, client: SocketAddr, idle: Rc<Cell<bool>>) {
    let server = &entry.server;
    let mut connection = Connection::new(Rc::clone(&server.limits));
    let mut open = stream.set_nodelay(true);
    // A client that is gone gets no answer, and nobody else needs to hear of it.
    while open.is_ok() {
        open = match connection.next(now()) {
            Step::Read => {
                idle.set(connection.is_idle());
                let read = read(server, &stream, &mut connection).await;
                idle.set(false);
                read
            }
            Step::Write => write(&stream, &mut connection).await,
            Step::Answer(request) => {
                if let Some(on_request) = &server.options.on_request {
                    on_request(client);
                }
                let quiet = routes::is_quiet(&request);
                if !quiet {
                    inspect::request_begins(request.method().name(), &Target(request));
                }
                let reply = routes::reply(&request);
                let response = carry_out(server, &stream, &mut connection, reply).await;
                if server.stopping.get() {
                    connection.finish();
                }
                connection.borrow_buffers(&mut server.spare.borrow_mut());
                connection.answer(&response, server.date.borrow_mut().at(SystemTime::now()));
                if !quiet {
                    inspect::request_ends(response.status().code());
                }
                Ok(())
            }
            Step::Refuse(error) => {
                connection.answer(&error.response(), server.date.borrow_mut().at(SystemTime::now()));
                inspect::request_ends(error.status().code());
                Ok(())
            }
            Step::Close => {
                if connection.output().is_empty() {
                    // No answer that could get lost, as when a browser opened it in advance.
                    return;
                }
                if write(&stream, &mut connection).await.is_ok() {
                    linger(server, &stream).await;
                }
                return;
            }
        };
    }
}

/// Does what a route wants done. This is the `match` in which the two servers differ.
async fn carry_out(
    server: &Server,
    stream: &TcpStream,
    connection: &mut Connection,
    reply: Reply,
) -> Response {
    if let Reply::Now(response) = reply {
        return response;
    }
    // It will take time: answers to earlier requests should not wait for this one, nor buffers for
    // anything.
    let _ = write(stream, connection).await;
    connection.return_buffers(&mut server.spare.borrow_mut());
    match reply {
        Reply::Now(response) => response,
        Reply::After(time, response) => {
            sleep(time).await;
            response
        }
        Reply::Block(time, response) => {
            // The mistake, on purpose: no `.await`, so nobody else is served meanwhile.
            block(time);
            response
        }
        Reply::Pool(time, response) => {
            let waited = to_thread(move || thread::sleep(time)).await;
            waited.expect("sleeping does not panic");
            response
        }
    }
}

/// Writes what waits to be sent, reads what the client says next, and waits for it no longer than
/// the connection's deadline.
async fn read(server: &Server, stream: &TcpStream, connection: &mut Connection) -> io::Result<()> {
    write(stream, connection).await?;
    connection.return_buffers(&mut server.spare.borrow_mut());
    let deadline = connection.deadline().map_or(Instant::FAR_FUTURE, |deadline| Instant::START + deadline);
    match timeout_at(deadline, stream.readable()).await {
        // Out of time: the next step will say what that means.
        Err(Elapsed) => return Ok(()),
        Ok(ready) => ready?,
    }
    let mut bytes = server.read_buffer.borrow_mut();
    match stream.try_read(&mut bytes) {
        Ok(0) => connection.receive_end(),
        Ok(count) => {
            connection.borrow_buffers(&mut server.spare.borrow_mut());
            connection.receive(&bytes[..count]);
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Writes what waits to be sent.
async fn write(stream: &TcpStream, connection: &mut Connection) -> io::Result<()> {
    let count = connection.output().len();
    if count == 0 {
        return Ok(());
    }
    match timeout(WRITE_TIMEOUT, stream.write_all(connection.output())).await {
        Err(Elapsed) => Err(io::ErrorKind::TimedOut.into()),
        Ok(written) => {
            connection.sent(count);
            written
        }
    }
}

/// Closes so that the last answer arrives: a socket closed with bytes unread sends a reset, which
/// overtakes it. So our side ends first, and what still comes is read and dropped until the client
/// has closed too, within bounds.
async fn linger(server: &Server, stream: &TcpStream) {
    if stream.shutdown(Shutdown::Write).is_err() {
        return;
    }
    let _ = timeout(LINGER, async {
        let mut dropped = 0;
        while dropped < LINGER_BYTES && stream.readable().await.is_ok() {
            match stream.try_read(&mut server.read_buffer.borrow_mut()) {
                Ok(0) => break,
                Ok(count) => dropped += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
    })
    .await;
}

/// The time as connections count it.
fn now() -> Duration {
    executor::now().since(Instant::START)
}
