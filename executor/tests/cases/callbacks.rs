//! Callbacks: cancelled ones, and bad ones.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use executor::{
    CallbackHandle, Deferred, call_later, call_soon, now, set_exception_handler, sleep, yield_now,
};

use crate::support::transcript::{say, says, says_by_wake};

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn a_cancelled_callback_does_not_run() {
    async fn main() {
        let soon = call_soon(|| say!("soon (must not be said)"));
        call_soon(|| say!("another"));
        let later = call_later(MILLI, || say!("later (must not be said)"));
        soon.cancel();
        later.cancel();
        // Once more changes nothing.
        soon.cancel();
        later.cancel();
        sleep(2 * MILLI).await;
        say!("main done");
        // Too late changes nothing either.
        soon.cancel();
        later.cancel();
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: another
        tick 3: main done
        ",
        "
        tick 2: another
        tick 4: main done
        ",
    );
}

#[test]
fn what_a_cancelled_callback_holds_is_dropped_at_once() {
    async fn main() {
        let (held_soon, held_later) = (Rc::new(()), Rc::new(()));
        let (in_soon, in_later) = (Rc::clone(&held_soon), Rc::clone(&held_later));
        let soon = call_soon(move || drop(in_soon));
        let later = call_later(MILLI, move || drop(in_later));
        assert_eq!((Rc::strong_count(&held_soon), Rc::strong_count(&held_later)), (2, 2));
        soon.cancel();
        later.cancel();
        assert_eq!((Rc::strong_count(&held_soon), Rc::strong_count(&held_later)), (1, 1));
    }
    says(|event_loop| event_loop.block_on(main()), "");
}

#[test]
fn a_dropped_handle_cancels_nothing() {
    async fn main() {
        drop(call_soon(|| say!("soon")));
        drop(call_later(MILLI, || say!("later")));
        sleep(2 * MILLI).await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: soon
        tick 3: later
        ",
    );
}

/// asyncio: both handles are in `_ready` already, and `_run_once` skips the cancelled one.
#[test]
fn a_callback_cancels_another_of_the_same_turn() {
    async fn main() {
        let second: Rc<Cell<Option<CallbackHandle>>> = Rc::default();
        let to_cancel = Rc::clone(&second);
        call_later(MILLI, move || {
            say!("the first timer cancels the second");
            to_cancel.take().unwrap().cancel();
        });
        second.set(Some(call_later(MILLI, || say!("the second (must not be said)"))));
        let third: Rc<Cell<Option<CallbackHandle>>> = Rc::default();
        let to_cancel = Rc::clone(&third);
        call_soon(move || to_cancel.take().unwrap().cancel());
        third.set(Some(call_soon(|| say!("the third (must not be said)"))));
        sleep(2 * MILLI).await;
    }
    says(|event_loop| event_loop.block_on(main()), "tick 3: the first timer cancels the second");
}

#[test]
fn a_callback_may_cancel_itself() {
    async fn main() {
        let own: Rc<Cell<Option<CallbackHandle>>> = Rc::default();
        let inside = Rc::clone(&own);
        own.set(Some(call_soon(move || {
            inside.take().unwrap().cancel();
            say!("still here");
        })));
        yield_now().await;
        yield_now().await;
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: still here
        tick 3: main done
        ",
    );
}

#[test]
fn a_panicking_callback_does_not_stop_the_loop() {
    async fn main() {
        call_soon(|| panic!("the cup breaks"));
        call_soon(|| say!("behind it in the queue"));
        call_later(MILLI, || panic!("another one"));
        sleep(2 * MILLI).await;
        say!("main goes on");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: behind it in the queue
        tick 4: main goes on
        ",
        "
        tick 2: behind it in the queue
        tick 5: main goes on
        ",
    );
}

#[test]
fn a_bad_callback_goes_to_the_exception_handler_and_the_loop_goes_on() {
    async fn main() {
        set_exception_handler(|unhandled| say!("handler: {unhandled}"));
        call_soon(|| panic!("on purpose"));
        call_soon(|| say!("the next callback"));
        yield_now().await;
        say!("main goes on");
    }
    says(
        |event_loop| {
            event_loop.set_exception_handler(|_| say!("must not be said"));
            event_loop.block_on(main());
        },
        "
        tick 2: handler: a callback panicked: on purpose
        tick 2: the next callback
        tick 2: main goes on
        ",
    );
}

#[test]
fn a_handle_knows_when_and_whether_it_was_cancelled() {
    async fn main() {
        let soon = call_soon(|| ());
        let later = call_later(MILLI, || ());
        assert_eq!((soon.when(), later.when()), (None, Some(now() + MILLI)));
        soon.cancel();
        say!("{} {}", soon.is_cancelled(), later.is_cancelled());
    }
    says(|event_loop| event_loop.block_on(main()), "tick 1: true false");
}

#[test]
fn a_bad_handler_does_not_stop_the_loop_either_and_may_hold_it() {
    async fn main() {
        let deferred = Deferred::new();
        let theirs = deferred.clone();
        set_exception_handler(move |_| {
            let _ = theirs.set("told");
            panic!("the handler too, on purpose");
        });
        call_soon(|| panic!("on purpose"));
        say!("{:?}", deferred.await);
    }
    for _ in 0..3 {
        says(|event_loop| event_loop.block_on(main()), r#"tick 3: Ok("told")"#);
    }
}
