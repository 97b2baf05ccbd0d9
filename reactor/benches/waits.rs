//! What a wait costs: with sockets that are ready, and with another thread that ends it.

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use reactor::{BackendKind, Direction, Reactor, Registered, Until};

const BACKENDS: [(BackendKind, &str); 2] = [(BackendKind::Mio, "mio"), (BackendKind::Polling, "polling")];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    ready_sockets(&mut criterion);
    another_thread(&mut criterion);
    criterion.final_summary();
}

/// Arming so many sockets, and the wait that hands all of them back. What makes them ready in between (a byte from the
/// peer), and what empties them, is not counted.
fn ready_sockets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arm and wait");
    for sockets in [1_usize, 64] {
        for (backend, name) in BACKENDS {
            group.throughput(Throughput::Elements(sockets as u64));
            group.bench_function(format!("{sockets} ready/{name}"), |bencher| {
                let reactor = Reactor::new(backend).expect("a reactor");
                let pairs: Vec<Pair> = (0..sockets).map(|_| Pair::new(&reactor)).collect();
                let mut fired = Vec::new();
                bencher.iter_custom(|times| {
                    let mut taken = Duration::ZERO;
                    for _ in 0..times {
                        taken += armed_and_waited(&reactor, &pairs, &mut fired);
                    }
                    taken
                });
            });
        }
    }
    group.finish();
}

/// A socket in the reactor, and its peer.
struct Pair {
    registered: Registered<UnixStream, usize>,
    peer: UnixStream,
}

impl Pair {
    fn new(reactor: &Reactor<usize>) -> Self {
        let (ours, peer) = UnixStream::pair().expect("a pair of sockets");
        let registered = reactor.register(ours).expect("a socket can be watched");
        registered.drained(Direction::Read);
        Pair { registered, peer }
    }
}

fn armed_and_waited(
    reactor: &Reactor<usize>,
    pairs: &[Pair],
    fired: &mut Vec<reactor::Fired<usize>>,
) -> Duration {
    let arming = Instant::now();
    for (number, pair) in pairs.iter().enumerate() {
        pair.registered.arm(Direction::Read, number).expect("it can be armed");
    }
    let mut taken = arming.elapsed();

    for pair in pairs {
        (&pair.peer).write_all(b"x").expect("there is room for a byte");
    }

    let waiting = Instant::now();
    while fired.len() < pairs.len() {
        reactor.wait(Until::Forever, fired).expect("it waits");
    }
    taken += waiting.elapsed();

    for one in black_box(fired.drain(..)) {
        let registered = &pairs[one.waiter].registered;
        let mut buffer = [0; 8];
        assert_eq!(registered.get().read(&mut buffer).expect("it is ready"), 1);
        registered.drained(Direction::Read);
    }
    taken
}

/// From another thread's call to the end of a wait in which the loop sleeps.
fn another_thread(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("notified by another thread");
    for (backend, name) in BACKENDS {
        group.bench_function(name, |bencher| {
            let reactor = Reactor::<()>::new(backend).expect("a reactor");
            let notifier = reactor.notifier();
            let (ask, asked) = mpsc::channel::<()>();
            let (tell, told) = mpsc::channel();
            let other = thread::spawn(move || {
                while asked.recv().is_ok() {
                    // So long does it take until the loop sleeps for certain.
                    thread::sleep(Duration::from_micros(50));
                    tell.send(Instant::now()).expect("somebody waits for it");
                    notifier.notify().expect("it can be notified");
                }
            });
            bencher.iter_custom(|times| {
                let mut taken = Duration::ZERO;
                for _ in 0..times {
                    ask.send(()).expect("the other thread is there");
                    reactor.wait(Until::Forever, &mut Vec::new()).expect("it waits");
                    let woken = Instant::now();
                    taken += woken - told.recv().expect("it was told before");
                }
                taken
            });
            drop(ask);
            other.join().expect("it does not panic");
        });
    }
    group.finish();
}
