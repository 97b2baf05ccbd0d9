//! A whole server out of a reactor, a queue and a `match`: this is all an event loop is. No future,
//! no `async`, no thread.
//!
//! Try it: `cargo run --example echo_callbacks`, then `nc 127.0.0.1 7007` in two other terminals.
//! Here the second client says "hello", then the first says "I was first", then both leave:
//!
//! ```text
//! listening on 127.0.0.1:7007
//! turn 1: Listener: Armed(Read)
//! turn 2: Listener: Accepted(2)
//! turn 3: Connection(2): Armed(Read)
//! turn 3: Listener: Armed(Read)
//! turn 4: Listener: Accepted(3)
//! turn 5: Connection(3): Armed(Read)
//! turn 5: Listener: Armed(Read)
//! turn 6: Connection(3): Echoed(6)
//! turn 7: Connection(3): Armed(Read)
//! turn 8: Connection(2): Echoed(12)
//! turn 9: Connection(2): Armed(Read)
//! turn 10: Connection(3): Ended(Ok(()))
//! turn 11: Connection(2): Ended(Ok(()))
//! ```
//!
//! What to watch for: nothing is printed while nothing happens, because then the loop sleeps in
//! `wait`. Both clients are answered, whichever speaks first. No step waits: one that cannot go on
//! *arms* its socket and returns, and the loop calls it again when a try is worth it. What an
//! `async fn` would keep in its variables, `Connection` has to hold; how far it has come, `echo`
//! has to find out afresh each time. To be spared that is what futures are for.
//!
//! `LOOP_BACKEND=mio|polling` chooses how the kernel is asked (it prints the same); an argument,
//! the address.

use std::collections::{HashMap, VecDeque};
use std::env;
use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};

use reactor::{BackendKind, Direction, Reactor, Registered, Source, Until};

/// Who goes on when a socket is ready: the reactor keeps this for us, and gives it back.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    Listener,
    Connection(u64),
}

type Socket<S> = Registered<S, Waiting>;

/// How a step ended.
#[derive(Debug)]
#[expect(dead_code, reason = "some of what it tells is only printed")]
enum Step {
    Accepted(u64),
    Echoed(usize),
    Armed(Direction),
    Ended(io::Result<()>),
}

struct Connection {
    socket: Socket<TcpStream>,
    /// Read but not yet echoed. Nothing is read while any of it is left, so a client that does not
    /// take its echo costs one chunk and not the machine's memory: it is held up by its own full
    /// pipe.
    unsent: Vec<u8>,
}

/// One step of an echo: as far as it goes without waiting, but one chunk at most, because others
/// want to go on too.
fn echo(me: Waiting, Connection { socket, unsent }: &mut Connection) -> Step {
    if unsent.is_empty() {
        let mut chunk = [0; 4096];
        match socket.get().read(&mut chunk) {
            // The client has said its last word, and nothing is unsent: it has heard all of them.
            Ok(0) => return Step::Ended(Ok(())),
            Ok(n) => unsent.extend_from_slice(&chunk[..n]),
            Err(error) => return arm_if_blocked(error, socket, Direction::Read, me),
        }
    }
    match socket.get().write(unsent) {
        Ok(n) => {
            unsent.drain(..n);
            Step::Echoed(n)
        }
        Err(error) => arm_if_blocked(error, socket, Direction::Write, me),
    }
}

/// `WouldBlock` is no failure. It means "not now", and the reactor will say when.
fn arm_if_blocked<S: Source>(error: io::Error, socket: &Socket<S>, way: Direction, me: Waiting) -> Step {
    if error.kind() != ErrorKind::WouldBlock {
        return Step::Ended(Err(error));
    }
    socket.would_block(way);
    socket.arm(way, me).map_or_else(|error| Step::Ended(Err(error)), |_| Step::Armed(way))
}

/// The event loop.
fn run(reactor: &Reactor<Waiting>, listener: &Socket<TcpListener>) -> io::Result<()> {
    let mut connections = HashMap::new();
    let mut ready = VecDeque::from([Waiting::Listener]);
    let mut fired = Vec::new();
    let mut listener_rests = false;
    for turn in 1_u64.. {
        // Sleep only if nobody can go on. Look in every turn all the same, or those who can would
        // shut out the rest.
        let until = if ready.is_empty() { Until::Forever } else { Until::Now };
        reactor.wait(until, &mut fired)?;
        ready.extend(fired.drain(..).map(|event| event.waiter));

        // Those who are ready now: who joins the queue meanwhile has its step in the next turn.
        for me in ready.split_off(0) {
            let step = match me {
                Waiting::Listener => match listener.get().accept().and_then(|(s, _)| reactor.register(s)) {
                    Ok(socket) => {
                        let number = socket.id().number();
                        connections.insert(number, Connection { socket, unsent: Vec::new() });
                        Step::Accepted(number)
                    }
                    Err(error) => arm_if_blocked(error, listener, Direction::Read, me),
                },
                // It is in the queue once or armed once, never both: so it is still there.
                Waiting::Connection(number) => echo(me, connections.get_mut(&number).expect("connected")),
            };
            println!("turn {turn}: {me:?}: {step:?}");
            match (me, step) {
                (_, Step::Armed(_)) => {}
                (_, Step::Echoed(_)) => ready.push_back(me),
                (_, Step::Accepted(number)) => ready.extend([Waiting::Connection(number), me]),
                (Waiting::Connection(number), Step::Ended(_)) => {
                    connections.remove(&number);
                    if mem::take(&mut listener_rests) {
                        ready.push_back(Waiting::Listener);
                    }
                }
                // The client gave up before we came to it, or we are out of descriptors: then every
                // try would say the same until somebody leaves.
                (Waiting::Listener, Step::Ended(_)) if connections.is_empty() => ready.push_back(me),
                (Waiting::Listener, Step::Ended(_)) => listener_rests = true,
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::var("LOOP_BACKEND").unwrap_or_else(|_| BackendKind::default().name().to_owned());
    let backend = name.parse().map_err(|known| format!("LOOP_BACKEND={name}: {known}"))?;
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7007".to_owned());
    let reactor = Reactor::new(backend)?;
    let listener = reactor.register(TcpListener::bind(address)?)?;
    println!("listening on {}", listener.get().local_addr()?);
    Ok(run(&reactor, &listener)?)
}
