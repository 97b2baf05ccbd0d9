//! Waiting, and giving up waiting: on Unix sockets and the virtual clock.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use executor::net::{TcpListener, TcpStream};
use executor::{ClockKind, Elapsed, now, run, sleep, spawn, timeout, yield_now};

use crate::anywhere;
use crate::support::loops::on_every_kind;
use crate::support::sockets::socket_pair;

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn try_then_wait_then_try_again() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let mut buffer = [0; 10];
            // Nobody knows yet that there is nothing, so the first wait is none.
            near.readable().await.unwrap();
            assert_eq!(near.try_read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
            assert!(timeout(HOUR, near.readable()).await.is_err());

            assert_eq!(far.try_write(b"coffee").unwrap(), 6);
            near.readable().await.unwrap();
            // What is left over is still readable.
            assert_eq!(near.try_read(&mut buffer[..4]).unwrap(), 4);
            near.readable().await.unwrap();
            assert_eq!(near.try_read(&mut buffer[4..]).unwrap(), 2);
            assert_eq!(&buffer[..6], b"coffee");
            assert!(timeout(HOUR, near.readable()).await.is_err());

            drop(far);
            near.readable().await.unwrap();
            assert_eq!(near.try_read(&mut buffer).unwrap(), 0);
            // The end stays the end.
            near.readable().await.unwrap();
            assert_eq!(near.try_read(&mut buffer).unwrap(), 0);
        });
    });
}

#[test]
fn a_buffer_grows_by_what_is_read_into_its_room() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let mut buffer = Vec::with_capacity(16);
            buffer.extend_from_slice(b"a ");
            assert_eq!(near.try_read_buf(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
            assert_eq!(buffer, b"a ");

            let order = b"coffee, and a book to read";
            assert_eq!(far.try_write(order).unwrap(), order.len());
            near.readable().await.unwrap();
            let first = near.try_read_buf(&mut buffer).unwrap();
            assert_eq!((first, buffer.len()), (buffer.capacity() - 2, buffer.capacity()));
            assert_eq!(buffer[2..], order[..first]);
            // There is more where that came from, and who asks is told so at once.
            near.readable().await.unwrap();
            buffer.clear();
            buffer.reserve(order.len());
            assert_eq!(near.try_read_buf(&mut buffer).unwrap(), order.len() - first);
            assert_eq!(buffer, order[first..]);
            assert!(timeout(HOUR, near.readable()).await.is_err());

            drop(far);
            near.readable().await.unwrap();
            assert_eq!(near.try_read_buf(&mut buffer).unwrap(), 0);
        });
    });
}

#[test]
#[should_panic(expected = "without room")]
fn a_buffer_without_room_is_no_end_of_stream() {
    run(async {
        let (near, _far) = socket_pair();
        let _ = near.try_read_buf(&mut Vec::new());
    })
    .unwrap();
}

/// Writes until the kernel takes no more.
fn fill(stream: &TcpStream) -> usize {
    let mut written = 0;
    loop {
        match stream.try_write(&[b'.'; 1000]) {
            Ok(count) => written += count,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return written;
            }
        }
    }
}

/// Reads until there is nothing.
fn drain(stream: &TcpStream) -> usize {
    let mut read = 0;
    while let Ok(count) = stream.try_read(&mut [0; 1000]) {
        read += count;
    }
    read
}

#[test]
fn a_full_socket_is_writable_when_the_peer_has_read() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let written = fill(&near);
            assert!(timeout(HOUR, near.writable()).await.is_err());
            assert_eq!(drain(&far), written);
            near.writable().await.unwrap();
            assert!(near.try_write(b"x").is_ok());
        });
    });
}

#[test]
fn write_all_waits_for_the_peer() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let much = vec![b'.'; 3 << 20];
            let mut write = pin!(near.write_all(&much));
            assert_eq!(timeout(HOUR, &mut write).await.unwrap_err(), Elapsed);
            let reader = spawn(async move {
                let (mut total, mut buffer) = (0, vec![0; 100_000]);
                loop {
                    let count = far.read(&mut buffer).await.unwrap();
                    if count == 0 {
                        return total;
                    }
                    total += count;
                    // A slow reader: the writer is slowed down to its pace, and loses nothing.
                    sleep(Duration::from_secs(1)).await;
                }
            });
            write.await.unwrap();
            assert!(now() > executor::Instant::START + HOUR + Duration::from_secs(20));
            near.shutdown(Shutdown::Write).unwrap();
            assert_eq!(reader.await.unwrap(), much.len());
        });
    });
}

#[test]
fn a_read_that_is_given_up_loses_nothing() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let mut buffer = [0; 10];
            for word in ["coffee", "tea"] {
                assert!(timeout(HOUR, near.read(&mut buffer)).await.is_err());
                far.try_write(word.as_bytes()).unwrap();
                // Nobody waits while it arrives.
                sleep(HOUR).await;
                let count = near.read(&mut buffer).await.unwrap();
                assert_eq!(&buffer[..count], word.as_bytes());
            }
        });
    });
}

#[test]
fn a_task_that_is_aborted_in_a_read_wakes_nobody_later() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let near = Rc::new(near);
            let reads = Rc::clone(&near);
            let reader = spawn(async move { reads.read(&mut [0; 10]).await });
            yield_now().await;
            reader.abort();
            assert!(reader.await.unwrap_err().is_cancelled());
            let turns = executor::turn();
            far.try_write(b"coffee").unwrap();
            sleep(HOUR).await;
            let for_the_sleep_alone = executor::turn() - turns;
            assert!(for_the_sleep_alone <= 2, "{for_the_sleep_alone} turns");
            assert_eq!(near.read(&mut [0; 10]).await.unwrap(), 6);
        });
    });
}

#[test]
fn an_accept_that_is_given_up_loses_no_connection() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind(anywhere()).unwrap();
            let address = listener.local_addr().unwrap();
            assert!(timeout(Duration::from_millis(1), listener.accept()).await.is_err());
            let first = TcpStream::connect(address).await.unwrap();
            let (_, peer) = listener.accept().await.unwrap();
            assert_eq!(peer, first.local_addr().unwrap());
            assert!(timeout(Duration::from_millis(1), listener.accept()).await.is_err());
            // In the order in which they came, though nobody waited for them.
            let (second, third) = (TcpStream::connect(address).await, TcpStream::connect(address).await);
            for client in [second.unwrap(), third.unwrap()] {
                let (_, peer) = listener.accept().await.unwrap();
                assert_eq!(peer, client.local_addr().unwrap());
            }
        });
    });
}

#[test]
fn a_socket_may_be_dropped_while_others_wait() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = socket_pair();
            let (other, _other_far) = socket_pair();
            let waits = spawn(async move { near.read(&mut [0; 10]).await });
            let is_dropped = spawn(async move { other.read(&mut [0; 10]).await });
            yield_now().await;
            is_dropped.abort();
            yield_now().await;
            // The new one may get the old one's place and descriptor; it hears its own news only.
            let (newcomer, newcomers_far) = socket_pair();
            let newcomer = spawn(async move { newcomer.read(&mut [0; 10]).await });
            yield_now().await;
            far.try_write(b"coffee").unwrap();
            assert_eq!(waits.await.unwrap().unwrap(), 6);
            assert!(!newcomer.is_finished());
            newcomers_far.try_write(b"tea").unwrap();
            assert_eq!(newcomer.await.unwrap().unwrap(), 3);
        });
    });
}
