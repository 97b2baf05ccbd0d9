//! asyncio's own answers: programs about time and sockets with the lines that `CPython` 3.11 prints
//! for them, turn for turn.
//!
//! A task that waits for time or for a socket goes on a turn later in asyncio's way to wake; that
//! is the whole difference between the two columns of expected lines.

use std::time::Duration;

use executor::{
    EventLoop, Instant, block, call_at, call_later, call_soon, now, sleep, sleep_until, spawn, yield_now,
};

use crate::support::sockets::socket_pair;
use crate::support::transcript::{say, says, says_by_wake};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Timers fire by deadline, not by registration.
#[test]
fn timers_fire_by_deadline() {
    async fn main() {
        for millis in [60, 20, 40] {
            call_later(ms(millis), move || say!("timer {millis} ms"));
        }
        say!("registered 60, 20, 40");
        sleep(ms(80)).await;
        say!("main done");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: registered 60, 20, 40
        tick 2: timer 20 ms
        tick 3: timer 40 ms
        tick 4: timer 60 ms
        tick 5: main done
        ",
        "
        tick 1: registered 60, 20, 40
        tick 2: timer 20 ms
        tick 3: timer 40 ms
        tick 4: timer 60 ms
        tick 6: main done
        ",
    );
}

/// The one place where we do not want to be like asyncio, whose heap compares deadlines only: eight
/// equal ones come out as A C G F H B D E there.
#[test]
fn equal_deadlines_fire_in_the_order_of_arming() {
    async fn main() {
        let deadline = now() + ms(20);
        for name in 'A'..='H' {
            call_at(deadline, move || say!("timer {name}"));
        }
        say!("registered A to H for the same instant");
        sleep(ms(40)).await;
        say!("main done");
    }
    let lines = "
        tick 1: registered A to H for the same instant
        tick 2: timer A
        tick 2: timer B
        tick 2: timer C
        tick 2: timer D
        tick 2: timer E
        tick 2: timer F
        tick 2: timer G
        tick 2: timer H
        ";
    let direct = format!("{lines} tick 3: main done");
    let asyncio = format!("{lines} tick 4: main done");
    says_by_wake(|event_loop| event_loop.block_on(main()), &direct, &asyncio);
}

/// Deadlines in the past are due at once, the most overdue first.
#[test]
fn deadlines_in_the_past() {
    async fn main() {
        let now = now();
        call_at(now - ms(100), || say!("0.1 s overdue"));
        call_at(now - ms(300), || say!("0.3 s overdue"));
        call_at(now - ms(200), || say!("0.2 s overdue"));
        say!("registered");
        yield_now().await;
        say!("main is back before the timers of its own tick");
        sleep(ms(20)).await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: registered
        tick 2: main is back before the timers of its own tick
        tick 2: 0.3 s overdue
        tick 2: 0.2 s overdue
        tick 2: 0.1 s overdue
        ",
    );
}

/// A timer's callback runs in the turn that finds it due. So does a sleeping task here; in asyncio
/// it runs a turn later.
#[test]
fn a_sleeper_and_a_callback_that_are_due_in_the_same_turn() {
    async fn sleeper() {
        say!("sleeper goes to sleep for 20 ms");
        sleep(ms(20)).await;
        say!("sleeper is back");
    }
    async fn main() {
        let _detached = spawn(sleeper());
        yield_now().await;
        call_later(ms(20), || say!("call_later(20 ms) callback"));
        block(ms(40));
        say!("main blocked past both deadlines");
        sleep(ms(20)).await;
        say!("main done");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: sleeper goes to sleep for 20 ms
        tick 2: main blocked past both deadlines
        tick 3: sleeper is back
        tick 3: call_later(20 ms) callback
        tick 4: main done
        ",
        "
        tick 2: sleeper goes to sleep for 20 ms
        tick 2: main blocked past both deadlines
        tick 3: call_later(20 ms) callback
        tick 4: sleeper is back
        tick 6: main done
        ",
    );
}

/// Two periodic tasks interleave by their own deadlines.
#[test]
fn two_periodic_tasks() {
    async fn every(name: &str, period: Duration, times: u32) {
        for i in 0..times {
            sleep(period).await;
            say!("{name} beat {i}");
        }
    }
    async fn main() {
        let a = spawn(every("A (40 ms)", ms(40), 4));
        let b = spawn(every("B (100 ms)", ms(100), 1));
        a.await.unwrap();
        b.await.unwrap();
        say!("main done");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: A (40 ms) beat 0
        tick 4: A (40 ms) beat 1
        tick 5: B (100 ms) beat 0
        tick 6: A (40 ms) beat 2
        tick 7: A (40 ms) beat 3
        tick 8: main done
        ",
        "
        tick 4: A (40 ms) beat 0
        tick 6: A (40 ms) beat 1
        tick 8: B (100 ms) beat 0
        tick 10: A (40 ms) beat 2
        tick 12: A (40 ms) beat 3
        tick 13: main done
        ",
    );
}

/// Inside one turn: first what was ready already, then sockets, then due timers.
#[test]
fn the_phases_of_a_turn() {
    async fn main() {
        let (near, far) = socket_pair();
        let _detached = spawn(async move {
            let mut bytes = [0; 10];
            let count = near.read(&mut bytes).await.unwrap();
            say!("reader got {:?}", str::from_utf8(&bytes[..count]).unwrap());
        });
        // So that the reader has tried, found nothing, and waits.
        yield_now().await;
        call_later(ms(10), || say!("timer callback, due since long ago"));
        far.try_write(b"x").unwrap();
        block(ms(30));
        call_soon(|| say!("call_soon callback, registered last"));
        say!("main yields");
        yield_now().await;
        say!("main is back");
        sleep(ms(20)).await;
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 2: main yields
        tick 3: call_soon callback, registered last
        tick 3: main is back
        tick 3: reader got "x"
        tick 3: timer callback, due since long ago
        "#,
        r#"
        tick 2: main yields
        tick 3: call_soon callback, registered last
        tick 3: main is back
        tick 3: timer callback, due since long ago
        tick 4: reader got "x"
        "#,
    );
}

/// A timer that is armed by a timer's callback never fires in the same turn, not even with a delay
/// of zero.
#[test]
fn a_timer_of_zero_inside_a_timer() {
    fn step(n: u32) {
        say!("timer callback {n}");
        if n < 3 {
            call_later(Duration::ZERO, move || step(n + 1));
            call_soon(move || say!("call_soon from timer callback {n}"));
        }
    }
    async fn main() {
        call_later(ms(20), || step(1));
        say!("main armed the first timer");
        sleep(ms(50)).await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: main armed the first timer
        tick 2: timer callback 1
        tick 3: call_soon from timer callback 1
        tick 3: timer callback 2
        tick 4: call_soon from timer callback 2
        tick 4: timer callback 3
        ",
    );
}

/// The headline: making coffee takes five seconds, reading a book takes three, and both together
/// take five.
#[test]
fn the_cafe() {
    async fn make_coffee() {
        say!("Making coffee...");
        sleep(Duration::from_secs(5)).await;
        say!("Coffee is ready!");
    }
    async fn read_book() {
        say!("Reading a book...");
        sleep(Duration::from_secs(3)).await;
        say!("Finished reading the book!");
    }
    async fn main() {
        let coffee = spawn(make_coffee());
        let book = spawn(read_book());
        coffee.await.unwrap();
        book.await.unwrap();
        say!("It took {:?}", now().since(Instant::START));
    }
    says_by_wake(
        |event_loop: &EventLoop| event_loop.block_on(main()),
        "
        tick 2: Making coffee...
        tick 2: Reading a book...
        tick 3: Finished reading the book!
        tick 4: Coffee is ready!
        tick 5: It took 5s
        ",
        "
        tick 2: Making coffee...
        tick 2: Reading a book...
        tick 4: Finished reading the book!
        tick 6: Coffee is ready!
        tick 7: It took 5s
        ",
    );
}

/// The same cafe with a coffee maker that stares at its machine: nobody reads meanwhile, and
/// together it takes eight.
#[test]
fn the_cafe_that_blocks() {
    async fn make_coffee() {
        say!("Making coffee, and I stare at it...");
        block(Duration::from_secs(5));
        say!("Coffee is ready!");
    }
    async fn read_book() {
        say!("Reading a book...");
        sleep_until(now() + Duration::from_secs(3)).await;
    }
    async fn main() {
        let coffee = spawn(make_coffee());
        let book = spawn(read_book());
        coffee.await.unwrap();
        book.await.unwrap();
        assert_eq!(now().since(Instant::START), Duration::from_secs(8));
    }
    says(
        |event_loop: &EventLoop| event_loop.block_on(main()),
        "
        tick 2: Making coffee, and I stare at it...
        tick 2: Coffee is ready!
        tick 2: Reading a book...
        ",
    );
}
