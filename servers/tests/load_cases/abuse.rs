//! Clients that take what they can get.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::load_support::{ACTIVER, Server, alone, ask, connect, percentile, reset, within};

#[test]
#[ignore = "measures: needs a release build"]
fn more_clients_than_descriptors() {
    let _alone = alone();
    let server = Server::with_descriptors(64);
    let clients: Vec<TcpStream> = (0..200).map(|_| server.connect()).collect();
    within(Duration::from_secs(1), "descriptors to run out", || (server.descriptors() >= 64).then_some(()));
    let cpu = server.cpu();
    thread::sleep(Duration::from_secs(2));
    let cpu = server.cpu().saturating_sub(cpu);
    let closing = Instant::now();
    drop(clients);
    ask(&mut server.connect());
    let took = closing.elapsed();
    println!("no descriptors left: {cpu:?} of the processor in 2 s, answers again after {took:?}");
    assert!(cpu < Duration::from_millis(50), "{cpu:?} of the processor in 2 s");
    assert!(took < Duration::from_millis(100), "answers again only after {took:?}");
}

/// Writes requests until the server takes no more of them, and says how many it took whole.
fn ask_and_ask(stream: &mut TcpStream, most: usize) -> usize {
    stream.set_nonblocking(true).unwrap();
    let requests = ACTIVER.repeat(most);
    let mut written = 0;
    let mut idle_since = Instant::now();
    while written < requests.len() && idle_since.elapsed() < Duration::from_millis(100) {
        match stream.write(&requests[written..]) {
            Ok(count) => {
                written += count;
                idle_since = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
    stream.set_nonblocking(false).unwrap();
    written / ACTIVER.len()
}

/// A hundred clients that ask up to `most` times each and read nothing, so that the server has to keep answers, or to
/// stop making them. Then they read, and must find all of them.
fn ask_and_do_not_read(most: usize) {
    const CLIENTS: usize = 100;
    let _alone = alone();
    let server = Server::start(&[]);
    ask(&mut server.connect());
    let before = server.memory();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut stream = server.connect_narrowly();
        let asked = ask_and_ask(&mut stream, most);
        clients.push((stream, asked));
    }
    assert!(server.p99() < Duration::from_millis(20), "others are served meanwhile");
    let grown = server.memory().saturating_sub(before);
    let asked: usize = clients.iter().map(|(_, asked)| asked).sum();
    println!("{CLIENTS} clients ask {asked} times and read nothing: {} KiB grown", grown / 1024);
    assert!(grown < 5 << 20, "{grown} bytes grown");

    for (mut stream, asked) in clients {
        // It may have sent the beginning of one more.
        stream.shutdown(Shutdown::Write).unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        let answers = text.windows(13).filter(|window| window == b"HTTP/1.1 200 ").count();
        assert_eq!(answers, asked);
    }
}

#[test]
#[ignore = "measures: needs a release build"]
fn a_hundred_clients_ask_a_thousand_times_and_do_not_read() {
    ask_and_do_not_read(1_000);
}

#[test]
#[ignore = "measures: needs a release build"]
fn a_hundred_clients_ask_for_more_than_the_kernel_keeps_and_do_not_read() {
    ask_and_do_not_read(40_000);
}

/// Asks as fast as it goes, and on a new connection when the server closes one, as it does after a million requests.
fn ask_without_end(address: SocketAddr, enough: &AtomicBool) {
    while !enough.load(Ordering::Relaxed) {
        let mut receiver = connect(address);
        let mut sender = receiver.try_clone().unwrap();
        let sending = thread::spawn(move || while sender.write_all(&ACTIVER.repeat(1_000)).is_ok() {});
        let mut answers = [0; 16 * 1024];
        while !enough.load(Ordering::Relaxed) && receiver.read(&mut answers).is_ok_and(|count| count > 0) {}
        let _ = receiver.shutdown(Shutdown::Both);
        sending.join().unwrap();
    }
}

#[test]
#[ignore = "measures: needs a release build"]
fn a_client_that_asks_without_end_lets_others_have_their_turn() {
    let _alone = alone();
    let server = Server::start(&[]);
    let enough = AtomicBool::new(false);
    let others = thread::scope(|scope| {
        scope.spawn(|| ask_without_end(server.address, &enough));
        let others = server.p99();
        enough.store(true, Ordering::Relaxed);
        others
    });
    println!("beside a client that asks without end: /activer under {others:?} (p99)");
    assert!(others < Duration::from_millis(20), "p99 of /activer is {others:?}");
}

#[test]
#[ignore = "measures: needs a release build"]
fn five_hundred_clients_that_send_a_byte_now_and_then() {
    const LIMIT: Duration = Duration::from_secs(4);
    let _alone = alone();
    let server = Server::start(&["--header-timeout", "4"]);
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = (0..500).map(|_| server.connect()).collect();
    let mut times = Vec::new();
    for byte in ACTIVER.iter().take(6) {
        for stream in &mut slow {
            stream.write_all(&[*byte]).unwrap();
        }
        times.extend(server.ask_often(100));
        thread::sleep(Duration::from_millis(300));
    }
    let others = percentile(times, 99);
    for mut stream in slow {
        let mut answer = String::new();
        // To the end: neither a reset nor an open connection would do.
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let all = began.elapsed();
    println!("500 slow senders: /activer beside them under {others:?} (p99), all closed after {all:?}");
    assert!(others < Duration::from_millis(20), "p99 of /activer is {others:?}");
    assert!(all >= LIMIT && all < LIMIT + Duration::from_millis(500), "all were closed after {all:?}");
}

const SLEEPER: &[u8] = b"GET /sleeper?seconds=30 HTTP/1.1\r\nHost: x\r\n\r\n";

/// One client that waits for its answer, says more or says that it has said all, and then goes away.
fn go_away_waiting(server: &Server, says_more: bool) {
    let mut stream = server.connect();
    stream.write_all(SLEEPER).unwrap();
    let let_it_come_there = || thread::sleep(Duration::from_millis(2));
    let_it_come_there();
    if says_more {
        stream.write_all(ACTIVER).unwrap();
    } else {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let_it_come_there();
    reset(stream);
}

/// One client that goes away in the middle of something: what it does, and where it stops, `number`
/// decides.
fn go_away(server: &Server, number: u32) {
    let mut stream = server.connect();
    let talk: &[u8] = match number % 6 {
        0 => b"",
        1 => ACTIVER,
        2 => SLEEPER,
        3 => b"POST /activer HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf a body",
        4 => {
            b"GET /threaded?seconds=0.01 HTTP/1.1\r\nHost: x\r\n\r\nGET /activer HTTP/1.1\r\nHost: x\r\n\r\n"
        }
        _ => b"nonsense\r\n\r\n",
    };
    // Sometimes all of it, sometimes only a part.
    let length = if number.is_multiple_of(3) { talk.len() } else { talk.len() * (number as usize % 7) / 7 };
    // The server may have closed already.
    let _ = stream.write_all(&talk[..length]);
    if number.is_multiple_of(4) {
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let _ = stream.read(&mut [0; 20]);
    }
    if number.is_multiple_of(11) {
        drop(stream);
    } else {
        reset(stream);
    }
}

#[test]
#[ignore = "measures: needs a release build"]
fn two_thousand_resets_leave_nothing_behind() {
    let _alone = alone();
    let mut server = Server::start(&[]);
    ask(&mut server.connect());
    let descriptors = server.descriptors();
    let mut memory = Vec::new();
    // The first thousand lets every table grow to its size.
    for round in 0..3_u32 {
        // A multiplicative hash: any order will do, if it is the same every time.
        for number in 0..1_000 {
            match number % 10 {
                0 => go_away_waiting(&server, true),
                5 => go_away_waiting(&server, false),
                _ => go_away(&server, (round * 1_000 + number).wrapping_mul(2_654_435_761) >> 7),
            }
        }
        within(Duration::from_secs(2), "all descriptors to be closed", || {
            (server.descriptors() <= descriptors).then_some(())
        });
        memory.push(server.memory());
    }
    let grown = memory[2].saturating_sub(memory[0]);
    println!("2,000 resets after 1,000: {grown} bytes grown");
    assert!(grown < 64 * 1024, "{grown} bytes grown");
    // A sleeper that was left would be waited for.
    let asked = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(1), "something was still under way");
}
