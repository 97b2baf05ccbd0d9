//! Callbacks on sockets: asyncio's `add_reader` and `add_writer`, and what a waiting task does.

use std::cell::Cell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use executor::net::UnixStream;
use executor::{ClockKind, block, call_later, call_soon, sleep, spawn, turn, yield_now};

use crate::HOUR;
use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::transcript::{say, says, says_by_wake};

const MILLI: Duration = Duration::from_millis(1);

fn pair() -> (UnixStream, Rc<UnixStream>) {
    let (a, b) = UnixStream::pair().unwrap();
    (a, Rc::new(b))
}

/// What `CPython` prints for the same program: bytes that stay unread call the reader again in every
/// turn.
#[test]
fn a_reader_is_level_triggered() {
    async fn main() {
        let (a, b) = pair();
        b.add_reader(|b| {
            let mut byte = [0];
            b.try_read(&mut byte).unwrap();
            say!("reader callback read {}", char::from(byte[0]));
        })
        .unwrap();
        a.try_write(b"xyz").unwrap();
        say!("3 bytes were sent at once");
        for i in 0..5 {
            yield_now().await;
            say!("main is back {i}");
        }
        say!("remove_reader: {} {}", b.remove_reader(), b.remove_reader());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: 3 bytes were sent at once
        tick 2: main is back 0
        tick 2: reader callback read x
        tick 3: main is back 1
        tick 3: reader callback read y
        tick 4: main is back 2
        tick 4: reader callback read z
        tick 5: main is back 3
        tick 6: main is back 4
        tick 6: remove_reader: true false
        ",
    );
}

/// Inside one turn: what was ready, then sockets, then timers.
#[test]
fn the_phases_of_a_turn() {
    async fn main() {
        let (a, b) = pair();
        call_later(10 * MILLI, || say!("timer callback, due since long ago"));
        b.add_reader(|b| {
            let mut buffer = [0; 10];
            let count = b.try_read(&mut buffer).unwrap();
            say!("I/O callback read {count} byte");
            assert!(b.remove_reader());
        })
        .unwrap();
        a.try_write(b"x").unwrap();
        block(30 * MILLI);
        call_soon(|| say!("call_soon callback, registered last"));
        say!("main yields");
        yield_now().await;
        say!("main is back");
        sleep(20 * MILLI).await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: main yields
        tick 2: call_soon callback, registered last
        tick 2: main is back
        tick 2: I/O callback read 1 byte
        tick 2: timer callback, due since long ago
        ",
    );
}

/// asyncio's `sock_recv` and `sock_sendall`: first a try, and a turn only where there is something to
/// wait for.
#[test]
fn a_task_tries_first_and_then_waits() {
    async fn main() {
        let (a, b) = pair();
        let mut buffer = [0; 10];
        let reads = Rc::clone(&b);
        let waiter = spawn(async move {
            say!("waiter waits");
            let mut buffer = [0; 10];
            say!("waiter got {}", reads.read(&mut buffer).await.unwrap());
        });
        yield_now().await;
        say!("main sends");
        a.write_all(b"x").await.unwrap();
        yield_now().await;
        say!("main is back");
        waiter.await.unwrap();
        say!("main done");
        a.write_all(b"hello").await.unwrap();
        for most in [3, 3] {
            say!("recv {}", b.read(&mut buffer[..most]).await.unwrap());
        }
        a.write_all(b"tea").await.unwrap();
        say!("recv {}", b.read(&mut buffer).await.unwrap());
        drop(a);
        say!("end {}", b.read(&mut buffer).await.unwrap());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: waiter waits
        tick 2: main sends
        tick 3: main is back
        tick 3: waiter got 1
        tick 4: main done
        tick 4: recv 3
        tick 4: recv 2
        tick 4: recv 3
        tick 4: end 0
        ",
        "
        tick 2: waiter waits
        tick 2: main sends
        tick 3: main is back
        tick 4: waiter got 1
        tick 5: main done
        tick 5: recv 3
        tick 5: recv 2
        tick 5: recv 3
        tick 5: end 0
        ",
    );
}

/// A socket can be written nearly always, so its writer is called nearly always.
#[test]
fn a_writer_is_called_while_there_is_room() {
    async fn main() {
        let (a, b) = pair();
        let mut calls = 0;
        b.add_writer(move |b| {
            calls += 1;
            say!("writer called");
            if calls == 2 {
                while b.try_write(&[b'.'; 5000]).is_ok() {}
                say!("full");
            }
            if calls == 3 {
                say!("removed: {} {}", b.remove_writer(), b.remove_writer());
            }
        })
        .unwrap();
        for _ in 0..5 {
            yield_now().await;
        }
        say!("the peer reads");
        crate::take(&a);
        sleep(HOUR).await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: writer called
        tick 3: writer called
        tick 3: full
        tick 6: the peer reads
        tick 7: writer called
        tick 7: removed: true false
        ",
    );
}

/// asyncio cancels the handle that is in `_ready` already.
#[test]
fn a_reader_that_is_removed_in_its_own_turn_is_not_called() {
    async fn main() {
        let (a, b) = pair();
        let (c, d) = pair();
        let other = Rc::clone(&d);
        b.add_reader(move |b| {
            say!("the first removes the second: {}", other.remove_reader());
            b.remove_reader();
        })
        .unwrap();
        d.add_reader(|_| say!("the second (must not be said)")).unwrap();
        // The kernel reports them in this order.
        a.try_write(b"x").unwrap();
        c.try_write(b"x").unwrap();
        sleep(HOUR).await;
        assert!(!d.remove_reader());
    }
    says(|event_loop| event_loop.block_on(main()), "tick 2: the first removes the second: true");
}

#[test]
fn a_second_reader_takes_the_place_of_the_first() {
    async fn main() {
        let (a, b) = pair();
        let (mark, marked) = (Rc::new(()), Rc::new(()));
        let (in_first, in_second) = (Rc::clone(&mark), Rc::clone(&marked));
        b.add_reader(move |_| say!("the first (must not be said) {in_first:?}")).unwrap();
        a.try_write(b"x").unwrap();
        b.add_reader(move |b| {
            say!("the second {in_second:?}");
            b.remove_reader();
        })
        .unwrap();
        assert_eq!(Rc::strong_count(&mark), 1, "what it held is dropped at once");
        sleep(HOUR).await;
        assert_eq!(Rc::strong_count(&marked), 1);
        // One that replaces itself while it is called.
        b.add_reader(|b| {
            b.add_reader(|b| {
                say!("the fourth");
                b.remove_reader();
            })
            .unwrap();
            say!("the third");
        })
        .unwrap();
        sleep(HOUR).await;
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: the second ()
        tick 4: the third
        tick 5: the fourth
        ",
        "
        tick 2: the second ()
        tick 5: the third
        tick 6: the fourth
        ",
    );
}

#[test]
fn a_reader_that_panics_is_not_called_again() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (a, b) = pair();
            let calls = Rc::new(Cell::new(0));
            let count = Rc::clone(&calls);
            b.add_reader(move |_| {
                count.set(count.get() + 1);
                panic!("the cup breaks");
            })
            .unwrap();
            a.try_write(b"x").unwrap();
            let before = turn();
            sleep(HOUR).await;
            assert_eq!((calls.get(), Rc::strong_count(&calls)), (1, 1));
            assert!(turn() < before + 5, "the loop does not spin for it");
            assert_eq!(b.read(&mut [0; 10]).await.unwrap(), 1, "and the bytes are still there");
        });
    });
}

#[test]
fn a_reader_hears_of_the_end_in_every_turn() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (a, b) = pair();
            let ends = Rc::new(Cell::new(0));
            let count = Rc::clone(&ends);
            b.add_reader(move |b| {
                match b.try_read(&mut [0; 10]) {
                    Ok(0) => count.set(count.get() + 1),
                    other => panic!("not the end: {other:?}"),
                }
                if count.get() == 5 {
                    b.remove_reader();
                }
            })
            .unwrap();
            drop(a);
            sleep(HOUR).await;
            assert_eq!(ends.get(), 5);
        });
    });
}

#[test]
fn a_reader_costs_nothing_while_there_is_nothing() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (a, b) = pair();
            let reads = Rc::new(Cell::new(0));
            let count = Rc::clone(&reads);
            b.add_reader(move |b| {
                count.set(count.get() + b.try_read(&mut [0; 10]).unwrap());
                assert_eq!(b.try_read(&mut [0; 10]).unwrap_err().kind(), ErrorKind::WouldBlock);
            })
            .unwrap();
            let before = turn();
            for _ in 0..3 {
                a.try_write(b"tea").unwrap();
                sleep(HOUR).await;
            }
            assert_eq!(reads.get(), 9);
            assert!(turn() <= before + 9, "{} turns", turn() - before);
        });
    });
}

#[test]
fn a_dropped_stream_drops_its_callbacks() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (a, b) = pair();
            let held = Rc::new(());
            let (in_reader, in_writer) = (Rc::clone(&held), Rc::clone(&held));
            b.add_reader(move |_| drop(Rc::clone(&in_reader))).unwrap();
            b.add_writer(move |_| drop(Rc::clone(&in_writer))).unwrap();
            yield_now().await;
            yield_now().await;
            assert_eq!(Rc::strong_count(&held), 3);
            drop(b);
            yield_now().await;
            assert_eq!(Rc::strong_count(&held), 1);
            assert_eq!(a.read(&mut [0; 10]).await.unwrap(), 0, "and it is closed");
        });
    });
}

/// A callback may hold the stream that it is on, and with it the loop: a circle that somebody has to
/// break.
#[test]
fn a_loop_that_is_dropped_drops_the_callbacks() {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let held = Rc::new(());
        let inside = Rc::clone(&held);
        event_loop.block_on(async move {
            let (a, b) = pair();
            let (own, far) = (Rc::clone(&b), Rc::new(a));
            b.add_reader(move |_| drop((Rc::clone(&inside), Rc::clone(&own), Rc::clone(&far)))).unwrap();
        });
        assert_eq!(Rc::strong_count(&held), 2, "the loop still lives");
        drop(event_loop);
        assert_eq!(Rc::strong_count(&held), 1, "on {kind:?}");
    }
}
