//! What the experiments have in common: the server, on a thread of its own, and clients that ask at the same time.

use std::error::Error;
use std::future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use executor::{ClockKind, EventLoop, spawn_named};
use servers::async_server;
use servers::options::Options;

/// Starts the server on a loop with a pool of so many threads, and gives its address. Beside it, on the same loop,
/// runs what `beside` returns. Both end with the program.
pub(crate) fn start_server<B, F>(threads: usize, beside: B) -> io::Result<SocketAddr>
where
    B: FnOnce() -> F + Send + 'static,
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let serve = move || -> Result<(), Box<dyn Error>> {
        // A blocking call is what these experiments are about: no need to warn of it.
        let builder = EventLoop::builder().clock(ClockKind::Real).threads(threads).debug(false);
        builder.build()?.block_on(async move {
            let _runs_on = spawn_named("beside", beside());
            async_server::serve(listener, Options::default(), future::pending()).await
        })?;
        Ok(())
    };
    thread::Builder::new().name("server".to_owned()).spawn(move || {
        if let Err(error) = serve() {
            eprintln!("the server ended: {error}");
        }
    })?;
    Ok(address)
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
