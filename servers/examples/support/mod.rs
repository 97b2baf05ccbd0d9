//! What the experiments have in common: the server, on a thread of its own, and clients that ask at the same time.

use std::error::Error;
use std::future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use executor::{ClockKind, EventLoop, LoopHandle, spawn_named};
use servers::async_server;
use servers::options::Options;

/// A server that ends when this is dropped, so that a recording of its loop is complete.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    event_loop: LoopHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.event_loop.stop();
        // A panic of the server's has been reported.
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Starts the server on a loop with a pool of so many threads. Beside it, on the same loop, runs what `beside` returns.
pub(crate) fn start_server<B, F>(threads: usize, beside: B) -> Result<Server, Box<dyn Error>>
where
    B: FnOnce() -> F + Send + 'static,
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let (tell, told) = mpsc::channel();
    let serve = move || {
        // A blocking call is what these experiments are about: no need to warn of it.
        let builder = EventLoop::builder().clock(ClockKind::Real).threads(threads).debug(false);
        let event_loop = match builder.build() {
            Ok(event_loop) => event_loop,
            Err(error) => return drop(tell.send(Err(error))),
        };
        let _ = tell.send(Ok(event_loop.handle()));
        event_loop.spawn(async move {
            let _runs_on = spawn_named("beside", beside());
            if let Err(error) = async_server::serve(listener, Options::default(), future::pending()).await {
                eprintln!("the server ended: {error}");
            }
        });
        event_loop.run_forever();
    };
    let thread = thread::Builder::new().name("server".to_owned()).spawn(serve)?;
    Ok(Server { address, event_loop: told.recv()??, thread: Some(thread) })
}

/// Lets so many clients ask for `target` at the same time, and gives how long it took until the last had its answer.
pub(crate) fn ask_at_once(address: SocketAddr, target: &str, clients: usize) -> io::Result<Duration> {
    let start = Arc::new(Barrier::new(clients + 1));
    let mut asking = Vec::new();
    for _ in 0..clients {
        let (start, target) = (Arc::clone(&start), target.to_owned());
        asking.push(thread::spawn(move || {
            start.wait();
            ask(address, &target)
        }));
    }
    start.wait();
    let began = Instant::now();
    for client in asking {
        client.join().map_err(|_| io::Error::other("a client panicked"))??;
    }
    Ok(began.elapsed())
}

/// One request, from its connection to the end of its answer.
fn ask(address: SocketAddr, target: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
}
