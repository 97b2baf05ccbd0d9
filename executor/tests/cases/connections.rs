//! Connecting, talking, closing: over TCP.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use executor::net::{TcpListener, TcpStream};
use executor::{ClockKind, JoinHandle, spawn, timeout, yield_now};
use socket2::SockRef;

use crate::anywhere;
use crate::support::loops::on_every_kind;

/// Two connected streams.
async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(anywhere()).unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (far, _) = listener.accept().await.unwrap();
    (near, far)
}

/// Everything until the end of the stream.
async fn read_to_end(stream: &TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        if count == 0 {
            return all;
        }
        all.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn echo() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind(anywhere()).unwrap();
            let address = listener.local_addr().unwrap();
            let server = spawn(async move {
                let (stream, peer) = listener.accept().await.unwrap();
                assert_eq!(stream.peer_addr().unwrap(), peer);
                let mut buffer = [0; 100];
                loop {
                    let count = stream.read(&mut buffer).await.unwrap();
                    if count == 0 {
                        return peer;
                    }
                    stream.write_all(&buffer[..count]).await.unwrap();
                }
            });
            let client = TcpStream::connect(address).await.unwrap();
            client.set_nodelay(true).unwrap();
            for word in ["coffee", "tea", "milk"] {
                client.write_all(word.as_bytes()).await.unwrap();
                let mut answer = vec![0; word.len()];
                let mut got = 0;
                while got < answer.len() {
                    got += client.read(&mut answer[got..]).await.unwrap();
                }
                assert_eq!(answer, word.as_bytes());
            }
            let own = client.local_addr().unwrap();
            assert_eq!(client.peer_addr().unwrap(), address);
            drop(client);
            assert_eq!(server.await.unwrap(), own);
        });
    });
}

#[test]
fn a_free_port_is_a_real_one() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let one = TcpListener::bind(anywhere()).unwrap().local_addr().unwrap();
            assert!(one.port() != 0 && one.ip() == anywhere().ip());
        });
    });
}

#[test]
fn a_port_in_use() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let first = TcpListener::bind(anywhere()).unwrap();
            let error = TcpListener::bind(first.local_addr().unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AddrInUse);
            // Free again as soon as nobody listens, even if a connection of the first one lingers.
            let address = first.local_addr().unwrap();
            let client = TcpStream::connect(address).await.unwrap();
            drop(first.accept().await.unwrap());
            drop(first);
            TcpListener::bind(address).unwrap();
            drop(client);
        });
    });
}

#[test]
fn a_refused_connection() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let nobody = TcpListener::bind(anywhere()).unwrap().local_addr().unwrap();
            let error = TcpStream::connect(nobody).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        });
    });
}

#[test]
fn half_close() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = tcp_pair().await;
            let server = spawn(async move {
                let question = read_to_end(&far).await;
                // The other direction is still open.
                far.write_all(b"the answer to ").await.unwrap();
                far.write_all(&question).await.unwrap();
            });
            near.write_all(b"the question").await.unwrap();
            near.shutdown(Shutdown::Write).unwrap();
            assert_eq!(read_to_end(&near).await, b"the answer to the question");
            let error = near.write_all(b"too late").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            server.await.unwrap();
        });
    });
}

#[test]
fn a_reset_is_an_error_and_not_an_end() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = std::net::TcpListener::bind(anywhere()).unwrap();
            let far = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let near = TcpStream::from_std(listener.accept().unwrap().0).unwrap();
            let reader = spawn(async move { near.read(&mut [0; 10]).await });
            yield_now().await;
            SockRef::from(&far).set_linger(Some(Duration::ZERO)).unwrap();
            drop(far);
            let error = reader.await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        });
    });
}

#[test]
fn a_reset_is_a_failure_that_can_be_waited_for() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = std::net::TcpListener::bind(anywhere()).unwrap();
            let mut far = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let near = TcpStream::from_std(listener.accept().unwrap().0).unwrap();
            far.write_all(b"question").unwrap();
            assert_eq!(near.read(&mut [0; 100]).await.unwrap(), 8);
            let waiting = spawn(async move { near.failure().await });
            yield_now().await;
            assert!(!waiting.is_finished());
            SockRef::from(&far).set_linger(Some(Duration::ZERO)).unwrap();
            drop(far);
            assert_eq!(waiting.await.unwrap().kind(), ErrorKind::ConnectionReset);
        });
    });
}

#[test]
fn a_reset_is_a_failure_also_behind_bytes_that_nobody_reads_or_their_end() {
    // On a real clock it takes a second: it is looked for then.
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            for bytes in [b"bytes".as_slice(), b""] {
                let listener = std::net::TcpListener::bind(anywhere()).unwrap();
                let mut far = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
                let near = TcpStream::from_std(listener.accept().unwrap().0).unwrap();
                if bytes.is_empty() {
                    far.shutdown(Shutdown::Write).unwrap();
                } else {
                    far.write_all(bytes).unwrap();
                }
                near.readable().await.unwrap();
                let waiting = spawn(async move { near.failure().await });
                yield_now().await;
                SockRef::from(&far).set_linger(Some(Duration::ZERO)).unwrap();
                drop(far);
                // Linux calls it a broken pipe if the peer had ended its half.
                let failure = waiting.await.unwrap().kind();
                assert!(matches!(failure, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{failure}");
            }
        });
    });
}

#[test]
fn bytes_and_their_end_are_no_failure_and_stay_to_be_read() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            for bytes in [b"bytes".as_slice(), b""] {
                let (near, far) = tcp_pair().await;
                far.write_all(bytes).await.unwrap();
                far.shutdown(Shutdown::Write).unwrap();
                near.readable().await.unwrap();
                let limit = Duration::from_millis(1);
                assert!(timeout(limit, near.failure()).await.is_err());
                assert_eq!(read_to_end(&near).await, bytes);
                near.write_all(b"answer").await.unwrap();
                drop(near);
                assert_eq!(read_to_end(&far).await, b"answer");
            }
        });
    });
}

/// More than the kernel takes at once, many times over.
const MEGABYTES: usize = 4 << 20;

/// Bytes of which no two places nearby look alike, so that a lost or doubled piece is noticed.
fn cargo(seed: u32) -> Vec<u8> {
    (0..MEGABYTES / 4).flat_map(|number| (u32::try_from(number).unwrap() ^ seed).to_le_bytes()).collect()
}

fn writes(stream: &Rc<TcpStream>, seed: u32) -> JoinHandle<()> {
    let stream = Rc::clone(stream);
    spawn(async move {
        stream.write_all(&cargo(seed)).await.unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    })
}

#[test]
fn megabytes_in_both_directions_at_once() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = tcp_pair().await;
            let (near, far) = (Rc::new(near), Rc::new(far));
            // One task reads while another writes, at either end.
            let (there, back) = (writes(&near, 0), writes(&far, 0x5555_5555));
            let reader = spawn(async move { read_to_end(&near).await });
            assert!(read_to_end(&far).await == cargo(0));
            assert!(reader.await.unwrap() == cargo(0x5555_5555));
            there.await.unwrap();
            back.await.unwrap();
        });
    });
}

#[test]
fn a_peer_that_blocks_in_a_thread_of_its_own() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind(anywhere()).unwrap();
            let address = listener.local_addr().unwrap();
            let peer = std::thread::spawn(move || {
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                // Both of a kilobyte and of an odd number: pieces of every size arrive.
                for piece in cargo(7)[..MEGABYTES / 8].chunks(1021) {
                    stream.write_all(piece).unwrap();
                }
                stream.shutdown(Shutdown::Write).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            });
            let (stream, _) = listener.accept().await.unwrap();
            assert!(read_to_end(&stream).await == cargo(7)[..MEGABYTES / 8]);
            stream.write_all(b"thank you").await.unwrap();
            drop(stream);
            assert_eq!(peer.join().unwrap(), "thank you");
        });
    });
}

/// Who gives up a wait leaves the place to whoever has taken it meanwhile.
#[test]
fn a_wait_that_is_given_up_does_not_take_another_with_it() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = Rc::new(TcpListener::bind(anywhere()).unwrap());
            let address = listener.local_addr().unwrap();
            let accepts = |listener: Rc<TcpListener>| spawn(async move { listener.accept().await.is_ok() });
            let first = accepts(Rc::clone(&listener));
            yield_now().await;
            let second = accepts(listener);
            yield_now().await;
            first.abort();
            assert!(first.await.unwrap_err().is_cancelled());
            let _client = std::net::TcpStream::connect(address).unwrap();
            assert!(second.await.unwrap());
        });
    });
}
