//! `start_server`: a task that accepts, and a task for each connection.
//!
//! This is the whole structure of a server on an event loop, and why one of them needs no threads: a
//! connection that waits is a task that waits, and costs its memory and nothing else.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use super::listener::TcpListener;
use super::reader::StreamReader;
use super::writer::StreamWriter;
use crate::abort_handle::AbortHandle;
use crate::event_loop;
use crate::inspect::names::{Spot, TaskId};
use crate::join_handle::JoinHandle;
use crate::sync::Event;

/// Listens on `address` and calls `on_connection` with the two halves of each connection: the future
/// that it returns becomes a task. An error that it ends with is logged, and concerns nobody else.
/// asyncio: `asyncio.start_server`.
///
/// # Errors
///
/// What the operating system says, for instance that the port is in use.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "create_server")]
pub fn start_server<C, F>(address: SocketAddr, on_connection: C) -> io::Result<Server>
where
    C: Fn(StreamReader, StreamWriter) -> F + 'static,
    F: Future<Output = io::Result<()>> + 'static,
{
    let place = Spot::here();
    let state = event_loop::running("start_server()");
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let connections = Rc::new(Connections::default());
    let accepted = Rc::clone(&connections);
    let on_connection = Rc::new(on_connection);
    let accepting = state.spawn(Some("server"), place, async move {
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok(connection) => connection,
                Err(error) => {
                    log::error!(target: "loop::io", "the server on {address} cannot go on: {error}");
                    return;
                }
            };
            // It may be gone already; that is found out by whoever reads from it.
            let _ = stream.set_nodelay(true);
            let entry = Entry { connections: Rc::clone(&accepted), task: Rc::default() };
            let number = Rc::clone(&entry.task);
            let on_connection = Rc::clone(&on_connection);
            let name = format!("from {peer}");
            // Nobody joins it: what becomes of it is said at once, by its own end.
            let task = event_loop::running("a server").spawn(Some(&name), place, async move {
                let _entry = entry;
                let (reader, writer) = stream.split();
                if let Err(error) = on_connection(reader, writer).await {
                    log::warn!(target: "loop::io", "the connection from {peer} ended: {error}");
                }
            });
            number.set(Some(task.id()));
            accepted.open.borrow_mut().insert(task.id(), task.abort_handle());
        }
    });
    Ok(Server { address, accepting, connections })
}

/// The connections of a server that are open.
#[derive(Debug, Default)]
struct Connections {
    open: RefCell<BTreeMap<TaskId, AbortHandle>>,
    /// Set whenever the last of them ends.
    none_left: Event,
}

/// A connection among them. It goes with its task, in whatever way that ends.
struct Entry {
    connections: Rc<Connections>,
    /// Known once there is the task.
    task: Rc<Cell<Option<TaskId>>>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(task) = self.task.get() else { return };
        let handle = self.connections.open.borrow_mut().remove(&task);
        drop(handle);
        if self.connections.open.borrow().is_empty() {
            self.connections.none_left.set();
        }
    }
}

/// A server that runs in the background. Dropping it leaves it running. asyncio: `asyncio.Server`.
#[derive(Debug)]
#[doc(alias = "AbstractServer")]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    connections: Rc<Connections>,
}

impl Server {
    /// Where it listens: with the real port. asyncio: `server.sockets[0].getsockname()`.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening, in the next turn. Connections that there are go on. asyncio:
    /// `Server.close`.
    pub fn close(&self) {
        self.accepting.abort();
    }

    /// Drops the tasks of all connections, each in a step of its own. asyncio:
    /// `Server.abort_clients`.
    #[doc(alias("abort_clients", "close_clients"))]
    pub fn abort_connections(&self) {
        let connections: Vec<AbortHandle> = self.connections.open.borrow().values().cloned().collect();
        for connection in connections {
            connection.abort();
        }
    }

    /// Waits until the server does not listen any more and all its connections have ended. Without
    /// `close`, it serves for ever. asyncio: `Server.wait_closed` (from 3.12 on),
    /// `Server.serve_forever`.
    #[doc(alias = "serve_forever")]
    pub async fn wait_closed(self) {
        // How they ended is no matter: aborted, or done.
        let _ = self.accepting.await;
        while !self.connections.open.borrow().is_empty() {
            self.connections.none_left.clear();
            self.connections.none_left.wait().await;
        }
    }
}
