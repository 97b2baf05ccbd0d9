//! The server on the event loop: one thread, a task for each connection.
//!
//! To be read beside `blocking_server.rs`: what both do is in the same order, by the same names, and they
//! drive the same [`Connection`] with the same routes. What differs is how they wait. Where this
//! one says `.await`, the thread goes and serves somebody else. asyncio: Starlette on uvicorn, with
//! one worker.

use std::cell::{Cell, RefCell};
use std::future::{self, Future};
use std::io;
use std::net::Shutdown;
use std::panic;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

use executor::net::{TcpListener, TcpStream};
use executor::{
    Elapsed, Instant, JoinError, JoinHandle, Patience, block, inspect, sleep, spawn_named, timeout_at,
    to_thread, yield_now,
};
use slab::Slab;

use crate::bounds::{ACCEPTED_AT_ONCE, LINGER, LINGER_BYTES, READ_SIZE};
use crate::http::{Connection, DateLine, Limits, Request, Response, SpareBuffers, Step};
use crate::inspector::{Inspector, Look, Viewer, is_from_here};
use crate::options::Options;
use crate::origins::permit;
use crate::routes::{self, Reply, Target, Way};

/// What all connections share. They are served in turn and never at once, so one of each is enough.
struct Server {
    limits: Rc<Limits>,
    options: Options,
    /// What is read into, and what a busy connection borrows: an idle one holds no buffer.
    spare: RefCell<SpareBuffers>,
    date: RefCell<DateLine>,
    connections: RefCell<Slab<Open>>,
    /// What shows the loop.
    inspector: Option<Inspector>,
    /// The accept task, while it waits for a connection to end.
    room_wanted: Cell<Option<Waker>>,
    stopping: Cell<bool>,
}

/// A connection that is being served, as the server sees it.
struct Open {
    task: JoinHandle<io::Result<()>>,
    idle: Rc<Cell<bool>>,
}

/// A connection that is being served, as its task sees it.
struct Client {
    /// 1 for the first: for those who look on.
    number: u64,
    stream: TcpStream,
    connection: Connection,
    /// Whether it waits for a request: such a one is closed when the server stops.
    idle: Rc<Cell<bool>>,
    /// One timer for all that it waits for.
    patience: Patience,
    /// Whether the last read took all that there was room for: then there is more to read.
    has_more: bool,
    /// Whether it has waited since, for a slow route or to write: then more may have come.
    has_waited: bool,
}

impl Client {
    /// Whether it waits for a request, and none is here that has not been read yet.
    fn is_idle(&self) -> bool {
        self.connection.is_idle() && !self.has_more
    }
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
    let port = listener.local_addr()?.port();
    let listener = TcpListener::from_std(listener)?;
    let server = Rc::new(Server {
        inspector: options.inspector.clone().map(|blocking| Inspector::new(port, blocking)),
        limits: Rc::new(options.limits.clone()),
        options,
        spare: RefCell::default(),
        date: RefCell::default(),
        connections: RefCell::default(),
        room_wanted: Cell::new(None),
        stopping: Cell::new(false),
    });
    let accepting = spawn_named("accept", accept(listener, Rc::clone(&server)));
    let no_more = accepting.abort_handle();
    let stopping = spawn_named("stop", async move {
        stop.await;
        // With the task goes its listener: new connections are refused from now on.
        no_more.abort();
    });
    match accepting.await {
        Ok(result) => {
            stopping.abort();
            return result;
        }
        Err(JoinError::Panicked(panic)) => panic::resume_unwind(panic),
        // It was asked to stop.
        Err(_) => {}
    }

    server.stopping.set(true);
    let until = executor::now() + server.options.grace;
    let mut open = Vec::new();
    for (_, connection) in server.connections.take() {
        if connection.idle.get() {
            connection.task.abort();
        }
        open.push(connection.task);
    }
    for mut task in open {
        // Whatever became of it, it is over, or out of time.
        if timeout_at(until, &mut task).await.is_err() {
            task.abort();
        }
    }
    Ok(())
}

/// Takes connections as they come, and makes a task for each.
async fn accept(listener: TcpListener, server: Rc<Server>) -> io::Result<()> {
    let mut number = 0_u64;
    loop {
        room(&server).await;
        let (stream, _) = listener.accept().await?;
        number += 1;
        welcome(&server, stream, number);
        // However many want to come in: those who are here are served in between.
        if number.is_multiple_of(ACCEPTED_AT_ONCE) {
            yield_now().await;
        }
    }
}

/// Makes a task for a connection.
fn welcome(server: &Rc<Server>, stream: TcpStream, number: u64) {
    let connection = Connection::new(Rc::clone(&server.limits));
    let idle = Rc::new(Cell::new(true));
    let client = Client {
        number,
        stream,
        connection,
        idle: Rc::clone(&idle),
        patience: Patience::new(),
        has_more: false,
        has_waited: false,
    };
    let mut connections = server.connections.borrow_mut();
    let place = connections.vacant_entry();
    let entry = Entry { server: Rc::clone(server), key: place.key() };
    let task = spawn_named(&format!("conn{number}"), serve_connection(entry, client));
    place.insert(Open { task, idle });
}

/// Waits until one more connection may be served. Until then, those who come wait in the kernel's
/// backlog, as everybody does on the blocking server.
async fn room(server: &Server) {
    future::poll_fn(|cx| {
        if server.connections.borrow().len() < server.options.max_connections {
            return Poll::Ready(());
        }
        server.room_wanted.set(Some(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

/// A connection's place among the open ones: given up when the connection is over, however it ends.
struct Entry {
    server: Rc<Server>,
    key: usize,
}

impl Drop for Entry {
    fn drop(&mut self) {
        // A server that stops has taken them all out already.
        let _open = self.server.connections.borrow_mut().try_remove(self.key);
        if let Some(accepting) = self.server.room_wanted.take() {
            accepting.wake();
        }
    }
}

/// Serves one connection, from its first byte to its last.
///
/// The error is that of a client that is gone: it gets no answer, and nobody else needs to hear of it.
#[expect(clippy::manual_async_fn, reason = "a task is as large as its future, and there may be thousands")]
fn serve_connection(entry: Entry, mut client: Client) -> impl Future<Output = io::Result<()>> {
    // An `async fn` has its arguments twice: as they came, and as its variables. A block has them once.
    async move {
        let server = &*entry.server;
        client.stream.set_nodelay(true)?;
        // Looked at when it has waited: nothing else here takes long.
        let mut time = now();
        loop {
            match client.connection.next(time) {
                Step::Read { until } => {
                    write(server, &mut client).await?;
                    if server.stopping.get() && client.is_idle() {
                        // It was still writing when those who were idle were closed, and is idle now.
                        return linger(server, &mut client).await;
                    }
                    client.idle.set(client.is_idle());
                    read(server, &mut client, until).await?;
                    client.idle.set(false);
                    time = now();
                }
                Step::Write => {
                    write(server, &mut client).await?;
                    // A write that had to wait has given the buffers back.
                    client.connection.borrow_buffers(&mut server.spare.borrow_mut());
                    time = now();
                }
                Step::Answer(request) => {
                    let is_told = tell_begin(server, &client.stream, client.number, request);
                    let origin = server.options.origins.allowed(&request);
                    let mut response = match (server.options.routes)(&request) {
                        Reply::Now(response) => response,
                        // In a box: only a connection that waits here needs the room for it.
                        reply => {
                            let response = Box::pin(carry_out(server, &mut client, reply)).await?;
                            time = now();
                            let Some(response) = response else { continue };
                            client.connection.borrow_buffers(&mut server.spare.borrow_mut());
                            response
                        }
                    };
                    if let Some(origin) = origin {
                        response = permit(response, origin);
                    }
                    if server.stopping.get() {
                        client.connection.finish();
                    }
                    client.connection.answer(&response, server.date.borrow_mut().at(time, SystemTime::now));
                    if is_told {
                        inspect::request_ends(response.status().code());
                    }
                }
                Step::Refuse(error) => {
                    let date = &mut server.date.borrow_mut();
                    client.connection.answer(&error.response(), date.at(time, SystemTime::now));
                    inspect::request_ends(error.status().code());
                }
                Step::Close => {
                    if client.connection.output().is_empty() {
                        // No answer that could get lost, as when a browser opened it in advance.
                        return Ok(());
                    }
                    write(server, &mut client).await?;
                    // Nothing unread is left behind, and nothing is to come.
                    if client.connection.may_just_close() && !client.has_more && !client.has_waited {
                        client.connection.return_buffers(&mut server.spare.borrow_mut());
                        return Ok(());
                    }
                    return linger(server, &mut client).await;
                }
            }
        }
    }
}

/// Tells those who look on that a request begins to be served; whether they are to hear of its end.
fn tell_begin(server: &Server, stream: &TcpStream, number: u64, request: Request<'_>) -> bool {
    if let Some(on_request) = &server.options.on_request
        && let Ok(address) = stream.peer_addr()
    {
        on_request(address);
    }
    !routes::is_quiet(&request)
        && inspect::request_begins(request.method().name(), &Target(request), "async", number)
}

/// Does what a route wants done, if that takes time. Gives back nothing if the answer has been given
/// already, and has ended.
async fn carry_out(server: &Server, client: &mut Client, reply: Reply) -> io::Result<Option<Response>> {
    // Answers to earlier requests should not wait for this one, nor buffers for anything.
    write(server, client).await?;
    client.connection.return_buffers(&mut server.spare.borrow_mut());
    client.has_waited = true;
    let began = now();
    let response = match reply {
        Reply::Now(response) => response,
        Reply::Loop(asked) => {
            let Some(inspector) = &server.inspector else { return Ok(Some(routes::no_loop())) };
            let (address, own) = (client.stream.peer_addr()?, client.stream.local_addr()?);
            match inspector.look(asked, is_from_here(address.ip(), own.ip())) {
                Look::Now(response) => {
                    // What this connection does is not shown: so it does nothing that should be.
                    client.connection.finish();
                    return Ok(Some(response));
                }
                Look::On(viewer) => {
                    client.idle.set(true);
                    stream(server, client, viewer).await?;
                    return Ok(None);
                }
            }
        }
        Reply::After(time, way, response) => {
            spend(time, way, client).await?;
            response
        }
    };
    Ok(Some(routes::served(response, now().saturating_sub(began))))
}

/// Lets the time of a slow route pass. This is where the two servers differ: each `.await` gives the
/// thread back, and others are served with it.
async fn spend(time: Duration, way: Way, client: &Client) -> io::Result<()> {
    match way {
        Way::Sleep => unless_gone(client, sleep(time)).await?,
        // The mistake, on purpose: no `.await`, so nobody else is served meanwhile.
        Way::Block => block(time),
        Way::Pool => {
            let slept = unless_gone(client, to_thread(move || thread::sleep(time))).await?;
            slept.expect("sleeping does not panic");
        }
    }
    Ok(())
}

/// Takes the connection over for an answer without an end: its head, and then what the viewer gets to
/// see. When that is over, so is the connection.
async fn stream(server: &Server, client: &mut Client, viewer: Viewer) -> io::Result<()> {
    client.connection.answer(&viewer.head(), server.date.borrow_mut().at(now(), SystemTime::now));
    write(server, client).await?;
    client.connection.return_buffers(&mut server.spare.borrow_mut());
    if server.stopping.get() {
        // Those who were looking on before have been closed already.
        return Ok(());
    }
    viewer.show(&client.stream, server.options.write_timeout).await
}

/// Waits for `work`, unless the client's connection fails meanwhile: then `work` is dropped, for
/// nobody would get its result. A client that has only ended its sending half is still answered.
async fn unless_gone<W: Future>(client: &Client, work: W) -> io::Result<W::Output> {
    let mut failure = pin!(client.stream.failure());
    let mut work = pin!(work);
    future::poll_fn(|cx| {
        if let Poll::Ready(error) = failure.as_mut().poll(cx) {
            return Poll::Ready(Err(error));
        }
        // Asked last, so that it is what a trace says the task waits for.
        work.as_mut().poll(cx).map(Ok)
    })
    .await
}

/// Reads what the client says next, and waits for it no longer than `until`.
async fn read(server: &Server, client: &mut Client, until: Duration) -> io::Result<()> {
    client.connection.return_buffers(&mut server.spare.borrow_mut());
    if client.has_more {
        // A client that sends faster than it is served would never let this task wait, or any other
        // run.
        yield_now().await;
    }
    match client.patience.wait_until(Instant::START + until, client.stream.readable()).await {
        // Out of time: the next step will say what that means.
        Err(Elapsed) => return Ok(()),
        Ok(ready) => ready?,
    }
    let mut spare = server.spare.borrow_mut();
    match client.stream.try_read_buf(spare.room(READ_SIZE)) {
        Ok(0) => client.connection.receive_end(),
        Ok(count) => {
            client.has_more = count >= READ_SIZE;
            client.has_waited = false;
            client.connection.receive_spare(&mut spare);
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Writes what waits to be sent, all of it within one time limit: a client that takes a byte now and
/// then does not put it off.
async fn write(server: &Server, client: &mut Client) -> io::Result<()> {
    let mut until = None;
    while !client.connection.output().is_empty() {
        match client.stream.try_write(client.connection.output()) {
            Ok(count) => client.connection.sent(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                client.connection.return_buffers(&mut server.spare.borrow_mut());
                client.has_waited = true;
                let until = *until.get_or_insert_with(|| executor::now() + server.options.write_timeout);
                match client.patience.wait_until(until, client.stream.writable()).await {
                    Err(Elapsed) => return Err(io::ErrorKind::TimedOut.into()),
                    Ok(ready) => ready?,
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Closes so that the last answer arrives: a socket closed with bytes unread sends a reset, which
/// overtakes it. So our side ends first, and what still comes is read and dropped until the client
/// has closed too, within bounds. A client that sends more than that is not listened to any longer, but has
/// its time to read.
async fn linger(server: &Server, client: &mut Client) -> io::Result<()> {
    client.connection.return_buffers(&mut server.spare.borrow_mut());
    client.stream.shutdown(Shutdown::Write)?;
    let until = executor::now() + LINGER;
    let mut dropped = 0;
    while dropped < LINGER_BYTES {
        match client.patience.wait_until(until, client.stream.readable()).await {
            Err(Elapsed) => return Ok(()),
            Ok(ready) => ready?,
        }
        match client.stream.try_read_buf(server.spare.borrow_mut().room(READ_SIZE)) {
            Ok(0) => return Ok(()),
            Ok(count) => dropped += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    // In a box: only a connection that comes here needs the room for it.
    let failure = Box::pin(client.stream.failure());
    let _ = client.patience.wait_until(until, failure).await;
    Ok(())
}

/// The time as connections count it.
fn now() -> Duration {
    executor::now().since(Instant::START)
}
