//! What does an idle client cost? The same echo service in three ways, with more and more clients who say nothing, and
//! one who does.
//!
//! Watch for: one blocking thread serves whoever came first, and if that is an idle client nobody else is ever served. A
//! thread for each connection serves all, and has as many threads as clients. The loop serves all on one thread (the
//! second one waits for SIGUSR1), and an idle client costs it little more than the memory of its task.
//!
//! ```text
//! $ cargo run --example exp_idle_clients
//! An echo service, clients who say nothing, and one who says 200 words.
//!
//! service               idle   threads     memory   a word's echo
//! one blocking thread      0         1     2.9 MB          13 us
//! one blocking thread      1         1     2.8 MB   never served
//! one blocking thread    100         1     2.8 MB   never served
//! one blocking thread   1000         1     2.9 MB   never served
//! a thread for each        0         2     3.2 MB          14 us
//! a thread for each        1         3     3.2 MB          14 us
//! a thread for each      100       102     4.2 MB          14 us
//! a thread for each     1000      1002    12.6 MB          14 us
//! the event loop           0         2     3.6 MB          25 us
//! the event loop           1         2     3.8 MB          25 us
//! the event loop         100         2     3.9 MB          25 us
//! the event loop        1000         2     5.4 MB          58 us
//!
//! One blocking thread belongs to whoever came first. A thread for each connection is served by the
//! kernel, at the price of a thread for everybody who says nothing. The loop serves them all on one, and
//! asks the kernel who has something to say: it does not look at those who have not.
//! ```
//!
//! The figures are measured, so yours will be others. An echo between two cores takes several times as long as one on
//! a single core, and which of them it is the kernel decides: so the last column jumps, but it does not grow with the
//! idle ones. Arguments say how many clients are idle. Memory is what the process has in use ("resident"); what the
//! kernel needs for each thread and socket is not in it.
//!
//! In Python: Flask's development server with `threaded=False`, the same with threads (or gunicorn's `gthread`), and
//! `asyncio.start_server`. The calls under the loop are `epoll` and `kqueue`: they keep the list of sockets in the
//! kernel and give back only those that are ready, so a thousand idle ones cost nothing in a turn.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use executor::{ClockKind, EventLoop, inspect, net, spawn};
use servers::command_line::{BACKLOG, listen, raise_descriptor_limit};

const SERVICES: [(&str, &str); 3] =
    [("blocking", "one blocking thread"), ("threads", "a thread for each"), ("loop", "the event loop")];

/// How long the active client waits for an echo before it says "never".
const PATIENCE: Duration = Duration::from_millis(300);
const ROUNDS: usize = 200;

/// (a) One thread: one connection after the other, each to its end.
fn serve_blocking(listener: &TcpListener) -> io::Result<()> {
    loop {
        echo(listener.accept()?.0);
    }
}

/// (b) A thread for each connection.
fn serve_with_threads(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::Builder::new().spawn(move || echo(stream))?;
    }
}

fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    // A client that is gone has no echo to wait for.
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        if stream.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
}

/// (c) One thread, a task for each connection.
async fn serve_on_the_loop(listener: TcpListener) -> io::Result<()> {
    let listener = net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                if stream.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// The service, in a process of its own: only so its threads and its memory can be told from the clients'.
fn serve(service: &str) -> Result<(), Box<dyn Error>> {
    let listener = listen("", (Ipv4Addr::LOCALHOST, 0).into(), BACKLOG)?;
    println!("{}", listener.local_addr()?);
    match service {
        "blocking" => serve_blocking(&listener)?,
        "threads" => serve_with_threads(&listener)?,
        _ => EventLoop::builder().clock(ClockKind::Real).build()?.block_on(serve_on_the_loop(listener))?,
    }
    Ok(())
}

/// Ends the service with the measurement, however that ends.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // It is gone already, or it goes now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One line of the table.
fn measure(service: &str, title: &str, idle: usize) -> Result<(), Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    let mut child = Service(command.args(["serve", service]).stdout(Stdio::piped()).spawn()?);
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().ok_or("stdout is piped")?).read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;

    let mut clients = Vec::new();
    for _ in 0..idle {
        let mut client = TcpStream::connect(address)?;
        client.set_read_timeout(Some(PATIENCE))?;
        if service != "blocking" {
            // One word and its echo: then it has surely been accepted, and from now on says nothing.
            round_trip(&mut client)?;
        }
        clients.push(client);
    }
    let mut active = TcpStream::connect(address)?;
    active.set_nodelay(true)?;
    active.set_read_timeout(Some(PATIENCE))?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        match round_trip(&mut active) {
            Ok(time) => times.push(time),
            // Unix calls it `WouldBlock` when the time is over.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            Err(error) => return Err(error.into()),
        }
    }
    times.sort_unstable();
    let latency = match times.get(ROUNDS / 2) {
        Some(median) => format!("{:.0} us", median.as_secs_f64() * 1e6),
        None => "never served".to_owned(),
    };
    let (threads, memory) = usage(child.0.id())?;
    println!("{title:20} {idle:5}   {threads:>7}   {memory:5.1} MB   {latency:>12}");
    Ok(())
}

fn round_trip(client: &mut TcpStream) -> io::Result<Duration> {
    let began = Instant::now();
    client.write_all(b"x")?;
    client.read_exact(&mut [0])?;
    Ok(began.elapsed())
}

/// How many threads a process has, and how much memory, in megabytes.
fn usage(process: u32) -> Result<(String, f64), Box<dyn Error>> {
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) {
        let field = |name| status.lines().find_map(|line: &str| line.strip_prefix(name)).unwrap_or_default();
        let kilobytes: f64 = field("VmRSS:").trim().trim_end_matches(" kB").parse()?;
        return Ok((field("Threads:").trim().to_owned(), kilobytes / 1024.0));
    }
    // Elsewhere `ps` knows: its second table has a line for each thread, and one above them.
    let ps = |arguments: &[&str]| -> io::Result<String> {
        let output = Command::new("ps").args(arguments).args(["-p", &process.to_string()]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let kilobytes: f64 = ps(&["-o", "rss="])?.trim().parse()?;
    Ok((ps(&["-M"])?.lines().skip(1).count().to_string(), kilobytes / 1024.0))
}

fn main() -> Result<(), Box<dyn Error>> {
    inspect::init_logging();
    raise_descriptor_limit();
    let words: Vec<String> = env::args().skip(1).collect();
    if let [first, service] = &words[..]
        && first == "serve"
    {
        return serve(service);
    }
    let mut counts = vec![0, 1, 100, 1000];
    if !words.is_empty() {
        let usage = |_| "the arguments are numbers of idle clients";
        counts = words.iter().map(|word| word.parse().map_err(usage)).collect::<Result<_, _>>()?;
    }

    println!("An echo service, clients who say nothing, and one who says {ROUNDS} words.\n");
    println!("service               idle   threads     memory   a word's echo");
    for (service, title) in SERVICES {
        for idle in &counts {
            measure(service, title, *idle)?;
        }
    }
    println!(
        "\nOne blocking thread belongs to whoever came first. A thread for each connection is served by the\n\
         kernel, at the price of a thread for everybody who says nothing. The loop serves them all on one, and\n\
         asks the kernel who has something to say: it does not look at those who have not."
    );
    Ok(())
}
