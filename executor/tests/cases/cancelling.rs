//! Cancellation as an error at an await.

use std::future::pending;

use executor::{
    Cancelled, JoinError, cancellable, cancelling, shield, sleep, spawn, spawn_cancellable, uncancel,
    yield_now,
};

use crate::ms;
use crate::support::transcript::{say, says, says_by_wake};

#[test]
fn a_task_sees_it_at_its_await_and_may_clean_up() {
    async fn main() {
        let task = spawn_cancellable(async {
            let woken = cancellable(sleep(ms(1_000))).await;
            say!("sees {woken:?}, {} request", cancelling());
            sleep(ms(20)).await;
            say!("has cleaned up");
            woken
        });
        yield_now().await;
        say!("main cancels: {}", task.cancel());
        let result = task.await;
        say!("{}", result.unwrap_err());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: main cancels: true
        tick 3: sees Err(Cancelled), 1 request
        tick 4: has cleaned up
        tick 5: the task was cancelled
        ",
        "
        tick 2: main cancels: true
        tick 3: sees Err(Cancelled), 1 request
        tick 5: has cleaned up
        tick 6: the task was cancelled
        ",
    );
}

#[test]
fn a_task_may_refuse_and_take_the_request_back() {
    async fn main() {
        let task = spawn_cancellable(async {
            assert_eq!(cancellable(sleep(ms(1_000))).await, Err(Cancelled));
            say!("refuses: {} left", uncancel());
            cancellable(yield_now()).await?;
            Ok("went on")
        });
        yield_now().await;
        task.cancel();
        say!("{:?}", task.await);
    }
    says(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: refuses: 0 left
        tick 5: Ok("went on")
        "#,
    );
}

#[test]
fn the_innermost_await_is_the_one_that_is_told() {
    async fn main() {
        let task = spawn(async {
            let outer = cancellable(async {
                let inner = cancellable(pending::<()>()).await;
                say!("inner: {inner:?}");
                yield_now().await;
                "outer went on"
            });
            say!("outer: {:?}", outer.await);
        });
        yield_now().await;
        task.cancel();
        task.await.unwrap();
    }
    says(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: inner: Err(Cancelled)
        tick 4: outer: Ok("outer went on")
        "#,
    );
}

#[test]
fn where_nobody_would_hear_the_task_is_dropped() {
    async fn main() {
        let task = spawn(pending::<()>());
        yield_now().await;
        task.cancel();
        say!("{}", task.await.unwrap_err());
        let never_begun = spawn(async { say!("must not run") });
        say!("{} {}", never_begun.cancel(), never_begun.is_finished());
        say!("{}", never_begun.await.unwrap_err());
        let over = spawn(async { 42 });
        yield_now().await;
        say!("{} {:?}", over.cancel(), over.await.unwrap());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 4: the task was cancelled
        tick 4: true false
        tick 6: the task was cancelled
        tick 7: false 42
        ",
    );
}

#[test]
fn what_a_task_waits_for_hears_first() {
    async fn main() {
        let inner = spawn_cancellable(async {
            let woken = cancellable(pending::<()>()).await;
            say!("inner");
            woken
        });
        let middle = spawn(async move {
            let result = inner.await;
            say!("middle: {}", result.unwrap_err());
        });
        let outer = spawn(async move {
            middle.await.unwrap();
            say!("outer: middle returned");
        });
        yield_now().await;
        yield_now().await;
        outer.cancel();
        outer.await.unwrap();
        say!("main");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 4: inner
        tick 5: middle: the task was cancelled
        tick 6: outer: middle returned
        tick 7: main
        ",
    );
}

#[test]
fn a_task_that_cancels_itself_hears_at_its_next_await_that_waits() {
    async fn main() {
        let task = spawn(async {
            let me = executor::spawn(async {});
            // A join that is over does not wait.
            me.await.unwrap();
            yield_now().await;
        });
        task.await.unwrap();
        let (sender, receiver) = std::sync::mpsc::channel::<executor::JoinHandle<()>>();
        let task = spawn_cancellable(async move {
            let me = receiver.recv().unwrap();
            say!("cancels itself: {}", me.cancel());
            assert_eq!(cancellable(async { "at once" }).await, Ok("at once"));
            let woken = cancellable(yield_now()).await;
            say!("{woken:?}");
            woken
        });
        let watched = shield(async move { yield_now().await });
        sender.send(task).unwrap();
        watched.await.unwrap();
        yield_now().await;
        say!("main");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 7: cancels itself: true
        tick 8: Err(Cancelled)
        tick 10: main
        ",
        "
        tick 7: cancels itself: true
        tick 8: Err(Cancelled)
        tick 11: main
        ",
    );
}

#[test]
fn a_request_that_comes_with_the_result_wins() {
    async fn main() {
        let task = spawn_cancellable(async { cancellable(sleep(ms(10))).await });
        executor::call_later(ms(5), || executor::block(ms(50)));
        let canceller = spawn(async move {
            sleep(ms(10)).await;
            task.cancel();
            task.await
        });
        say!("{:?}", canceller.await.unwrap().map_err(|error| matches!(error, JoinError::Cancelled)));
    }
    // With direct wake-ups the sleeper runs before its canceller, in the same turn.
    says_by_wake(|event_loop| event_loop.block_on(main()), "tick 5: Ok(())", "tick 6: Ok(())");
}
