//! The buffered reader: lines, exact lengths, limits, ends, and reads that are given up.

use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::time::Duration;

use executor::net::{DEFAULT_LIMIT, PIECE, ReadError, TcpListener, TcpStream, open_connection};
use executor::{ClockKind, sleep, spawn, timeout, yield_now};
use socket2::SockRef;

use crate::support::loops::on_every_kind;
use crate::support::transcript::{say, says_by_wake};
use crate::{HOUR, UnixReader, cargo, reader};

#[test]
fn lines_to_the_last_one() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut reader, far) = reader();
            far.try_write(b"coffee\n\nmilk\nno newline").unwrap();
            far.shutdown(Shutdown::Write).unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"coffee\n");
            assert_eq!(reader.next_line().await.unwrap().unwrap(), b"\n");
            assert_eq!(reader.read_line().await.unwrap(), b"milk\n");
            assert!(!reader.at_eof());
            assert_eq!(reader.next_line().await.unwrap().unwrap(), b"no newline");
            assert!(reader.at_eof());
            assert_eq!(reader.read_line().await.unwrap(), b"");
            assert_eq!(reader.next_line().await.unwrap(), None);
        });
    });
}

#[test]
fn what_there_is_exact_lengths_and_the_rest() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut reader, far) = reader();
            far.try_write(b"0123456789").unwrap();
            assert_eq!(reader.read(3).await.unwrap(), b"012");
            assert_eq!(reader.buffered(), 7);
            assert_eq!(reader.read_exact(0).await.unwrap(), b"");
            assert_eq!(reader.read_exact(4).await.unwrap(), b"3456");
            assert_eq!(reader.read(0).await.unwrap(), b"");
            assert_eq!(reader.read(100).await.unwrap(), b"789");
            far.try_write(b"the rest").unwrap();
            drop(far);
            assert_eq!(reader.read_to_end().await.unwrap(), b"the rest");
            assert_eq!(reader.read(100).await.unwrap(), b"");
            assert_eq!(reader.read_to_end().await.unwrap(), b"");
        });
    });
}

#[test]
fn an_early_end_hands_out_what_came() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut one, far) = reader();
            far.try_write(b"coff").unwrap();
            drop(far);
            match one.read_exact(6).await.unwrap_err() {
                ReadError::Incomplete { partial, expected } => {
                    assert_eq!((partial.as_slice(), expected), (&b"coff"[..], Some(6)));
                }
                other => panic!("{other}"),
            }
            let (mut other, far) = reader();
            far.try_write(b"head\r\n\r").unwrap();
            drop(far);
            match other.read_until(b"\r\n\r\n").await.unwrap_err() {
                ReadError::Incomplete { partial, expected } => {
                    assert_eq!((partial.as_slice(), expected), (&b"head\r\n\r"[..], None));
                }
                other => panic!("{other}"),
            }
            assert!(other.at_eof(), "it has been handed out");
            let error = io::Error::from(other.read_exact(1).await.unwrap_err());
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
            assert_eq!(error.to_string(), "the stream ended after 0 of 1 bytes");
        });
    });
}

fn overrun(error: ReadError) -> usize {
    match error {
        ReadError::LimitOverrun { consumed } => consumed,
        other => panic!("{other}"),
    }
}

/// The numbers are those of asyncio's `LimitOverrunError.consumed`.
#[test]
fn a_separator_beyond_the_limit() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (reader, far) = reader();
            let mut reader = reader.with_limit(8);
            // As long as the limit, its separator not counted.
            far.try_write(b"12345678\r\n").unwrap();
            assert_eq!(reader.read_until(b"\r\n").await.unwrap(), b"12345678\r\n");
            // Found, but too late: the buffer stays, and can be read in another way.
            far.try_write(b"123456789\r\n.").unwrap();
            for _ in 0..2 {
                assert_eq!(overrun(reader.read_until(b"\r\n").await.unwrap_err()), 9);
            }
            assert_eq!(reader.read_exact(11).await.unwrap(), b"123456789\r\n");
            // Not found: all but what may be the beginning of a separator.
            far.try_write(b"23456789\r").unwrap();
            assert_eq!(overrun(reader.read_until(b"\r\n").await.unwrap_err()), 9);
            assert_eq!(reader.buffered(), 10);
            far.try_write(b"\n").unwrap();
            assert_eq!(reader.read_exact(11).await.unwrap(), b".23456789\r\n");
        });
    });
}

#[test]
fn a_line_beyond_the_limit_is_dropped() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (reader, far) = reader();
            let mut reader = reader.with_limit(5);
            far.try_write(b"much too long\nshort\n").unwrap();
            assert_eq!(overrun(reader.read_line().await.unwrap_err()), 13);
            assert_eq!(reader.read_line().await.unwrap(), b"short\n");
            // Without a newline in sight, what there is of it.
            far.try_write(b"much too ").unwrap();
            assert_eq!(overrun(reader.read_line().await.unwrap_err()), 9);
            far.try_write(b"long\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"long\n");
            let error = io::Error::from(ReadError::LimitOverrun { consumed: 9 });
            assert_eq!(error.kind(), ErrorKind::InvalidData);
        });
    });
}

#[test]
#[should_panic(expected = "at least one byte")]
fn an_empty_separator() {
    executor::run(async {
        let (mut reader, _far) = reader();
        let _ = reader.read_until(b"").await;
    })
    .unwrap();
}

#[test]
fn a_peer_that_never_ends_its_line_fills_no_memory() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut reader, far) = reader();
            let floods = spawn(async move {
                loop {
                    if far.write_all(&[b'.'; 10_000]).await.is_err() {
                        return;
                    }
                }
            });
            let consumed = overrun(reader.read_until(b"\n").await.unwrap_err());
            assert!(consumed > DEFAULT_LIMIT && reader.buffered() <= DEFAULT_LIMIT + PIECE);
            // Asking again does not read on.
            let before = reader.buffered();
            reader.read_until(b"\n").await.unwrap_err();
            assert_eq!(reader.buffered(), before);
            // Taking bytes and asking again reads on, within the same bound.
            for _ in 0..50 {
                reader.read(50_000).await.unwrap();
                overrun(reader.read_until(b"\n").await.unwrap_err());
                assert!(reader.buffered() <= DEFAULT_LIMIT + PIECE);
            }
            drop(reader);
            floods.await.unwrap();
        });
    });
}

/// Every way to read, given up before each byte arrives.
#[test]
fn a_read_that_is_given_up_at_any_point_loses_no_byte() {
    async fn is_given_up(reader: &mut UnixReader, way: usize) -> bool {
        match way {
            0 => timeout(HOUR, reader.read_exact(1000)).await.is_err(),
            1 => timeout(HOUR, reader.read_until(b"no such thing")).await.is_err(),
            2 => timeout(HOUR, reader.read_line()).await.is_err(),
            3 => timeout(HOUR, reader.next_line()).await.is_err(),
            _ => timeout(HOUR, reader.read_to_end()).await.is_err(),
        }
    }
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (mut reader, far) = reader();
            assert!(timeout(HOUR, reader.read(10)).await.is_err());
            let words = b"coffee, tea and milk, one byte at a time";
            for (at, byte) in words.iter().enumerate() {
                assert!(is_given_up(&mut reader, at % 5).await, "nobody can be content with so little");
                far.try_write(&[*byte]).unwrap();
            }
            assert_eq!(reader.read_exact(words.len()).await.unwrap(), words);
            assert!(timeout(HOUR, reader.read(1)).await.is_err(), "and there is no byte too many");
        });
    });
}

#[test]
fn bytes_that_are_there_take_no_turn() {
    async fn main() {
        let (mut reader, far) = reader();
        far.try_write(b"one\ntwo\n").unwrap();
        for _ in 0..2 {
            let line = reader.read_line().await.unwrap();
            say!("{}", String::from_utf8(line).unwrap().trim());
        }
        far.try_write(b"three\n").unwrap();
        let line = reader.read_line().await.unwrap();
        say!("{}", String::from_utf8(line).unwrap().trim());
        let late = spawn(async move {
            yield_now().await;
            say!("four is sent");
            far.try_write(b"four\n").unwrap();
            far
        });
        let line = reader.read_line().await.unwrap();
        say!("{}", String::from_utf8(line).unwrap().trim());
        drop(late.await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: one
        tick 1: two
        tick 1: three
        tick 3: four is sent
        tick 4: four
        ",
        "
        tick 1: one
        tick 1: two
        tick 1: three
        tick 3: four is sent
        tick 5: four
        ",
    );
}

#[test]
fn a_reset_stays_a_reset() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let (mut reader, writer) = open_connection(listener.local_addr().unwrap()).await.unwrap();
            let (far, _) = listener.accept().await.unwrap();
            let waits = spawn(async move {
                let first = reader.read_line().await;
                (first, reader)
            });
            far.write_all(b"half a li").await.unwrap();
            sleep(Duration::from_millis(1)).await;
            SockRef::from(far.get_ref()).set_linger(Some(Duration::ZERO)).unwrap();
            drop(far);
            let (first, mut reader) = waits.await.unwrap();
            assert_eq!(io::Error::from(first.unwrap_err()).kind(), ErrorKind::ConnectionReset);
            let again = reader.read_exact(1000).await.unwrap_err();
            assert_eq!(io::Error::from(again).kind(), ErrorKind::ConnectionReset, "and not an end");
            assert!(!reader.at_eof());
            drop(writer);
        });
    });
}

#[test]
fn megabytes_in_every_way() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (far, _) = listener.accept().await.unwrap();
            let all = cargo(3 << 20);
            let sent = all.clone();
            let writes = spawn(async move { far.write_all(&sent).await.unwrap() });
            let (mut reader, _writer) = near.split();
            let mut got = Vec::new();
            for count in [1, 1000, DEFAULT_LIMIT * 3, 7] {
                got.extend(reader.read_exact(count).await.unwrap());
            }
            for _ in 0..100 {
                got.extend(reader.read_until(&[17]).await.unwrap());
                assert_eq!(got.last(), Some(&17));
                got.extend(reader.read(5000).await.unwrap());
            }
            writes.await.unwrap();
            got.extend(reader.read_to_end().await.unwrap());
            assert!(got == all);
        });
    });
}
