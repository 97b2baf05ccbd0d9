//! Many clients at once, all of them well-behaved.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use executor::net::TcpStream;
use executor::{JoinHandle, run, sleep, spawn};

use crate::load_support::{ACTIVER, Server, alone, ask, eventually};

const SLEEP: Duration = Duration::from_secs(2);

/// When a request was sent and answered, and whether with 200.
struct Answer {
    sent: Instant,
    answered: Instant,
    ok: bool,
    /// Still open: closing is more work than answering, and would mix with it.
    _stream: TcpStream,
}

impl Answer {
    fn took(&self) -> Duration {
        self.answered - self.sent
    }
}

async fn ask_to_sleep(stream: TcpStream) -> Answer {
    let sent = Instant::now();
    let request = b"GET /sleeper?seconds=2 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).await.expect("the server reads");
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer).await.expect("the server answers");
    let answered = Instant::now();
    let ok = buffer[..count].starts_with(b"HTTP/1.1 200 ");
    Answer { sent, answered, ok, _stream: stream }
}

/// A connection that the server has taken.
async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("the backlog has room");
    stream.write_all(ACTIVER).await.expect("the server reads");
    assert!(stream.read(&mut [0; 1024]).await.expect("the server answers") > 0);
    stream
}

async fn all<T: 'static>(tasks: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("no client panics"));
    }
    results
}

/// So many sleepers at once. The clients are tasks of our own loop, so this is a test of it from both ends.
fn sleepers(address: SocketAddr, count: usize) -> Vec<Answer> {
    run(async move {
        let mut clients = Vec::new();
        for number in 0..count {
            clients.push(spawn(connect(address)));
            // As fast as the server accepts, and not faster: the kernel's backlog is shorter than this.
            if number % 500 == 499 {
                sleep(Duration::from_millis(1)).await;
            }
        }
        let streams = all(clients).await;
        all(streams.into_iter().map(|stream| spawn(ask_to_sleep(stream))).collect()).await
    })
    .expect("the loop can be built")
}

#[test]
#[ignore = "needs 10,000 descriptors in each of two processes, and a release build"]
fn ten_thousand_sleepers_on_one_thread() {
    const SLEEPERS: usize = 10_000;
    let _alone = alone();
    let server = Server::start(&[]);
    let answers = sleepers(server.address, SLEEPERS);

    let last_sent = answers.iter().map(|answer| answer.sent).max().unwrap();
    let last_answered = answers.iter().map(|answer| answer.answered).max().unwrap();
    let shortest = answers.iter().map(Answer::took).min().unwrap();
    let after = last_answered - last_sent;
    println!("{SLEEPERS} sleepers: shortest {shortest:?}, all answered {after:?} after the last was sent");
    assert!(answers.iter().all(|answer| answer.ok), "every answer is a 200");
    assert!(shortest >= SLEEP, "one was answered after {shortest:?}, too early");
    assert!(after <= Duration::from_millis(3_500), "the last answer came {after:?} after the last request");
    // The second waits for SIGUSR1 and serves nobody.
    assert_eq!(server.threads(), ["async-server", "sigusr1"]);
}

#[test]
#[ignore = "needs 2,000 descriptors in each of two processes, and a release build"]
fn two_thousand_sleepers_are_punctual() {
    let _alone = alone();
    let server = Server::start(&[]);
    // The best of five rounds, since the machine has other things to do as well.
    let (mut quickest, mut most_punctual) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let began = Instant::now();
        let answers = sleepers(server.address, 2_000);
        let all = began.elapsed();
        let shortest = answers.iter().map(Answer::took).min().unwrap();
        let latest = answers.iter().map(Answer::took).max().unwrap().saturating_sub(SLEEP);
        println!("2,000 sleepers of 2 s: all in {all:?}, shortest {shortest:?}, latest {latest:?} late");
        assert!(answers.iter().all(|answer| answer.ok), "every answer is a 200");
        assert!(shortest >= SLEEP, "one was answered after {shortest:?}, too early");
        quickest = quickest.min(all);
        most_punctual = most_punctual.min(latest);
    }
    assert!(quickest <= Duration::from_millis(2_400), "all together took {quickest:?}");
    assert!(most_punctual <= Duration::from_millis(25), "the latest was {most_punctual:?} late");
}

#[test]
#[ignore = "needs 5,000 descriptors in each of two processes, and a release build"]
fn five_thousand_idle_connections_cost_next_to_nothing() {
    const IDLE: usize = 5_000;
    let _alone = alone();
    let server = Server::start(&[]);
    ask(&mut server.connect());
    let before = server.memory();
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let mut stream = server.connect();
        ask(&mut stream);
        idle.push(stream);
    }
    let each = (server.memory() - before) / IDLE;
    let (p99, cpu) = (server.p99(), server.cpu());
    println!("{IDLE} idle connections: {each} bytes each, /activer beside them under {p99:?} (p99)");
    assert!(each < 1024, "{each} bytes for each idle connection");
    assert!(p99 < Duration::from_millis(1), "p99 of /activer is {p99:?}");
    std::thread::sleep(Duration::from_secs(1));
    let cpu = server.cpu().saturating_sub(cpu);
    assert!(cpu < Duration::from_millis(10), "idle connections cost {cpu:?} of the processor in a second");
}

#[test]
#[ignore = "measures: needs a release build"]
fn twenty_thousand_short_connections() {
    const CONNECTIONS: u32 = 20_000;
    let _alone = alone();
    let server = Server::start(&[]);
    server.ask_often(1_000);
    let (memory, descriptors, cpu) = (server.memory(), server.descriptors(), server.cpu());
    let began = Instant::now();
    for _ in 0..CONNECTIONS / 500 {
        server.ask_often(500);
    }
    let (took, each) = (began.elapsed(), server.cpu().saturating_sub(cpu) / CONNECTIONS);
    let grown = server.memory().saturating_sub(memory);
    println!(
        "{CONNECTIONS} short connections in {took:?}: {each:?} of the server's time each, {grown} bytes grown"
    );
    assert!(grown < 512 * 1024, "{grown} bytes grown");
    eventually("all to be closed", || (server.descriptors() <= descriptors).then_some(()));
}
