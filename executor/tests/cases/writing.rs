//! The buffered writer: what it keeps, when it makes somebody wait, and how it ends.

use std::cell::Cell;
use std::io::{ErrorKind, Read};
use std::rc::Rc;
use std::time::Duration;

use executor::net::{TcpListener, TcpStream, UnixStream, open_connection};
use executor::{ClockKind, EventLoop, TimerKind, WakeMode, sleep, spawn, timeout, yield_now};
use socket2::SockRef;

use crate::support::loops::on_every_kind;
use crate::support::transcript::{say, says};
use crate::{HOUR, UnixWriter, cargo, take, writer};

const HIGH: usize = 64 * 1024;
const LOW: usize = 16 * 1024;

/// Writes until the buffer is above the high mark, and says how much that was.
fn fill(writer: &UnixWriter) -> usize {
    let mut written = 0;
    while writer.write_buffer_size() <= HIGH {
        writer.write(&[b'.'; 10_000]).unwrap();
        written += 10_000;
    }
    written
}

#[test]
fn what_the_kernel_takes_is_not_kept() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            writer.write(b"coffee").unwrap();
            writer.write(b"").unwrap();
            assert_eq!(writer.write_buffer_size(), 0);
            assert_eq!(take(&far), b"coffee");
            writer.drain().await.unwrap();
        });
    });
}

#[test]
fn what_it_does_not_take_follows_by_itself() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            let all = cargo(3 << 20);
            let (pieces, last) = all.split_at(all.len() - 10);
            for piece in pieces.chunks(100_003) {
                writer.write(piece).unwrap();
            }
            assert!(writer.write_buffer_size() > 2 << 20);
            let mut got = take(&far);
            // There is room now, but not for these before those that wait.
            writer.write(last).unwrap();
            // Nobody drains, nobody waits for the writer: it goes on as the peer reads.
            while got.len() < all.len() {
                got.extend(take(&far));
                yield_now().await;
            }
            assert!(got == all);
            assert_eq!(writer.write_buffer_size(), 0);
            assert!(!writer.stream().remove_writer(), "the callback has gone");
        });
    });
}

/// What `CPython` prints for the same program (with its two turns less to make the writer).
/// Buffers of this size belong to Linux.
#[cfg(target_os = "linux")]
#[test]
fn the_turns_of_a_slow_peer() {
    async fn main() {
        let (near, far) = UnixStream::pair().unwrap();
        SockRef::from(near.get_ref()).set_send_buffer_size(32768).unwrap();
        let (reader, writer) = near.split();
        let writer = Rc::new(writer);
        for i in 0..8 {
            writer.write(&vec![b'.'; 30000]).unwrap();
            say!("wrote {i}, above the high mark: {}", writer.write_buffer_size() > HIGH);
        }
        let drains = Rc::clone(&writer);
        let drainer = spawn(async move {
            say!("drain");
            drains.drain().await.unwrap();
            say!("drained");
        });
        yield_now().await;
        while !drainer.is_finished() {
            let count = take(&far).len();
            say!("the peer read {count}, buffered {}", writer.write_buffer_size());
            yield_now().await;
        }
        say!("at or below the low mark: {}", writer.write_buffer_size() <= LOW);
        writer.close();
        say!("closing {}", writer.is_closing());
        yield_now().await;
        assert_eq!(take(&far).len(), 0);
        writer.wait_closed().await.unwrap();
        say!("closed");
        drop(reader);
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: wrote 0, above the high mark: false
        tick 1: wrote 1, above the high mark: false
        tick 1: wrote 2, above the high mark: false
        tick 1: wrote 3, above the high mark: false
        tick 1: wrote 4, above the high mark: false
        tick 1: wrote 5, above the high mark: true
        tick 1: wrote 6, above the high mark: true
        tick 1: wrote 7, above the high mark: true
        tick 2: drain
        tick 2: the peer read 90000, buffered 150000
        tick 3: the peer read 0, buffered 150000
        tick 4: the peer read 65408, buffered 84592
        tick 5: the peer read 0, buffered 84592
        tick 6: the peer read 65408, buffered 19184
        tick 7: the peer read 0, buffered 19184
        tick 8: the peer read 19184, buffered 0
        tick 8: drained
        tick 9: at or below the low mark: true
        tick 9: closing true
        tick 10: closed
        ",
    );
}

#[test]
fn drain_waits_from_the_high_mark_to_the_low_one() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            // A kernel that takes small bites.
            SockRef::from(writer.stream().get_ref()).set_send_buffer_size(8192).unwrap();
            fill(&writer);
            assert!(writer.write_buffer_size() > HIGH);
            assert!(timeout(HOUR, writer.drain()).await.is_err(), "the peer reads nothing");
            // Step by step, so that the buffer is seen between the marks.
            let mut between = 0;
            let mut steps = 0;
            let mut buffer = vec![0; 4096];
            while timeout(Duration::from_secs(1), writer.drain()).await.is_err() {
                let size = writer.write_buffer_size();
                assert!(size > LOW, "{size} bytes are few enough");
                between += usize::from(size <= HIGH);
                steps += 1;
                far.try_read(&mut buffer).unwrap();
            }
            assert!(writer.write_buffer_size() <= LOW);
            assert!(steps > 0);
            assert!(between > 0, "never seen between the marks");
            assert!(writer.write_buffer_size() > 0, "it is not a flush");
        });
    });
}

#[test]
fn marks_of_its_own() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            let written = fill(&writer);
            let kept = writer.write_buffer_size();
            let (more, _far) = crate::writer();
            more.set_write_buffer_limits(usize::MAX, 0);
            more.write(&vec![b'.'; 10 << 20]).unwrap();
            more.drain().await.unwrap();
            // Lowered while there is more in it, the high mark counts at once.
            more.set_write_buffer_limits(0, 0);
            assert!(timeout(HOUR, more.drain()).await.is_err());

            // With both marks at zero, drain waits for the last byte.
            writer.set_write_buffer_limits(0, 0);
            let drains = spawn(async move {
                writer.drain().await.unwrap();
                writer
            });
            yield_now().await;
            let mut got = 0;
            while !drains.is_finished() {
                got += take(&far).len();
                sleep(HOUR).await;
            }
            got += take(&far).len();
            assert_eq!((got, drains.await.unwrap().write_buffer_size()), (written, 0));
            assert!(kept > HIGH);
        });
    });
}

#[test]
#[should_panic(expected = "the low mark (2) is above the high one (1)")]
fn marks_the_wrong_way_round() {
    executor::run(async { writer().0.set_write_buffer_limits(1, 2) }).unwrap();
}

#[test]
fn who_drains_stays_within_bounds() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            let reads = spawn(async move {
                let mut total = 0;
                loop {
                    // A slow peer.
                    sleep(Duration::from_secs(1)).await;
                    match far.read(&mut [0; 10_000]).await.unwrap() {
                        0 => return total,
                        count => total += count,
                    }
                }
            });
            let mut most = 0;
            for _ in 0..300 {
                writer.write(&[b'.'; 10_000]).unwrap();
                most = most.max(writer.write_buffer_size());
                writer.drain().await.unwrap();
            }
            assert!(most > HIGH && most <= HIGH + 10_000, "{most}");
            writer.close();
            writer.wait_closed().await.unwrap();
            assert_eq!(reads.await.unwrap(), 3_000_000);
        });
    });
}

#[test]
fn all_who_write_and_drain_have_their_turn() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (writer, far) = writer();
            let writer = Rc::new(writer);
            let drained = Rc::new([const { Cell::new(0_u32) }; 4]);
            let tasks: Vec<_> = (0..4)
                .map(|number| {
                    let (writer, drained) = (Rc::clone(&writer), Rc::clone(&drained));
                    spawn(async move {
                        loop {
                            writer.write(&vec![b'.'; 100_000]).unwrap();
                            writer.drain().await.unwrap();
                            drained[number].set(drained[number].get() + 1);
                        }
                    })
                })
                .collect();
            while drained.iter().map(Cell::get).sum::<u32>() < 100 {
                take(&far);
                yield_now().await;
            }
            // Whoever is woken first and pauses the writer again does not keep the others waiting.
            assert!(drained.iter().all(|count| count.get() >= 10), "{drained:?}");
            for task in tasks {
                task.abort();
            }
        });
    });
}

#[test]
fn several_tasks_drain_and_one_gives_up() {
    async fn main() {
        let (writer, far) = writer();
        let writer = Rc::new(writer);
        fill(&writer);
        let drains = |name: &'static str| {
            let writer = Rc::clone(&writer);
            spawn(async move {
                writer.drain().await.unwrap();
                say!("{name} goes on");
            })
        };
        let (_a, b, c) = (drains("A"), drains("B"), drains("C"));
        yield_now().await;
        b.abort();
        yield_now().await;
        while !c.is_finished() {
            take(&far);
            yield_now().await;
        }
    }
    let event_loop = EventLoop::builder().wake(WakeMode::Direct).timers(TimerKind::Wheel);
    let event_loop = event_loop.clock(ClockKind::Virtual).build().unwrap();
    event_loop.block_on(main());
    let said = crate::support::transcript::transcript();
    let names: Vec<&str> = said.iter().map(|line| line.split(": ").last().unwrap()).collect();
    assert_eq!(names, ["A goes on", "C goes on"]);
}

#[test]
fn write_eof_follows_what_was_written() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = UnixStream::pair().unwrap();
            let (mut reader, writer) = near.split();
            let written = fill(&writer);
            writer.write_eof().unwrap();
            writer.write_eof().unwrap();
            assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
            assert!(!writer.is_closing());
            let (mut far_reader, far_writer) = far.split();
            assert_eq!(far_reader.read_to_end().await.unwrap().len(), written);
            // The other direction is still open.
            far_writer.write(b"thank you\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"thank you\n");
            // With nothing in the buffer, the end comes at once.
            far_writer.write_eof().unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"");
        });
    });
}

#[test]
fn close_writes_the_rest_and_ends_both_directions() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = UnixStream::pair().unwrap();
            let (mut reader, writer) = near.split();
            let written = fill(&writer);
            assert!(timeout(HOUR, writer.wait_closed()).await.is_err(), "nobody has closed it");
            writer.close();
            writer.close();
            assert!(writer.is_closing());
            assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
            assert!(timeout(HOUR, writer.wait_closed()).await.is_err(), "the peer reads nothing");
            let reads = spawn(async move { far.split().0.read_to_end().await.unwrap().len() });
            writer.wait_closed().await.unwrap();
            writer.wait_closed().await.unwrap();
            assert_eq!(reads.await.unwrap(), written);
            assert_eq!(reader.read_line().await.unwrap(), b"", "who still reads reads the end");
            assert_eq!(writer.drain().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        });
    });
}

/// As in asyncio: `connection_lost` is a callback of the next turn, and wakes those who wait.
#[test]
fn the_turns_of_closing() {
    async fn main() {
        let (writer, _far) = writer();
        writer.drain().await.unwrap();
        say!("drain takes no turn");
        writer.write(b"x").unwrap();
        writer.close();
        say!("close");
        writer.wait_closed().await.unwrap();
        say!("closed");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: drain takes no turn
        tick 1: close
        tick 3: closed
        ",
    );
}

#[test]
fn a_dropped_writer_writes_the_rest_and_then_the_end() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, far) = UnixStream::pair().unwrap();
            let (mut reader, writer) = near.split();
            let written = fill(&writer);
            drop(writer);
            let (mut far_reader, far_writer) = far.split();
            assert_eq!(far_reader.read_to_end().await.unwrap().len(), written);
            far_writer.write(b"still open\n").unwrap();
            assert_eq!(reader.read_line().await.unwrap(), b"still open\n");
            // The connection is closed with its last half.
            drop(reader);
            assert!(far_writer.write(b"x").is_err());
        });
    });
}

/// What waits in the background holds the socket, and the socket the loop: dropping the loop lets
/// go of all of it.
#[test]
fn a_loop_that_is_dropped_closes_what_was_being_written() {
    use crate::support::kinds::Kind;
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let (near, mut far) = std::os::unix::net::UnixStream::pair().unwrap();
        event_loop.block_on(async {
            let writer = UnixStream::from_std(near).unwrap().split().1;
            fill(&writer);
        });
        far.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        drop(event_loop);
        let mut rest = Vec::new();
        far.read_to_end(&mut rest).unwrap_or_else(|error| panic!("still open on {kind:?}: {error}"));
        assert!(!rest.is_empty());
    }
}

#[test]
fn a_peer_that_is_gone() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            // Found by the write itself.
            let (at_once, far) = writer();
            drop(far);
            assert_eq!(at_once.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
            assert!(at_once.is_closing());

            // Found in the background: it comes out of whatever is called next.
            let (later, far) = writer();
            fill(&later);
            let later = Rc::new(later);
            let drains = Rc::clone(&later);
            let drains = spawn(async move { drains.drain().await });
            yield_now().await;
            take(&far);
            drop(far);
            let error = drains.await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            assert_eq!(later.write_buffer_size(), 0, "nobody will read it");
            assert!(later.write(b"x").is_err() && later.drain().await.is_err());
            later.close();
            assert_eq!(later.wait_closed().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
            assert!(!later.stream().remove_writer());
        });
    });
}

#[test]
fn a_reset_in_the_background() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let (_reader, writer) = open_connection(listener.local_addr().unwrap()).await.unwrap();
            let (far, _) = listener.accept().await.unwrap();
            while writer.write_buffer_size() <= HIGH {
                writer.write(&vec![b'.'; 100_000]).unwrap();
            }
            SockRef::from(far.get_ref()).set_linger(Some(Duration::ZERO)).unwrap();
            drop(far);
            let error = writer.drain().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
            assert!(writer.wait_closed().await.is_err());
        });
    });
}

#[test]
fn half_close_over_tcp() {
    on_every_kind(ClockKind::Real, |event_loop| {
        event_loop.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (far, _) = listener.accept().await.unwrap();
            let (mut reader, writer) = near.split();
            let answers = spawn(async move {
                let (mut reader, writer) = far.split();
                let question = reader.read_to_end().await.unwrap();
                writer.write(&question).unwrap();
                writer.close();
                writer.wait_closed().await.unwrap();
            });
            let question = cargo(2 << 20);
            writer.write(&question).unwrap();
            writer.write_eof().unwrap();
            assert!(reader.read_to_end().await.unwrap() == question);
            answers.await.unwrap();
        });
    });
}
