//! A value that is set from outside.

use executor::{Cancelled, Deferred, call_soon, spawn, yield_now};

use crate::support::transcript::{say, says};

#[test]
fn waiters_and_callbacks_stand_in_one_line() {
    async fn main() {
        let deferred = Deferred::new();
        for name in ["A", "B"] {
            let theirs = deferred.clone();
            drop(spawn(async move { say!("{name} got {:?}", theirs.await) }));
        }
        yield_now().await;
        let callback = deferred.add_done_callback(|outcome| say!("callback got {outcome:?}"));
        let removed = deferred.add_done_callback(|_| say!("must not run"));
        let theirs = deferred.clone();
        drop(spawn(async move { say!("C got {:?}", theirs.await) }));
        yield_now().await;
        assert!(deferred.remove_done_callback(removed));
        assert!(!deferred.remove_done_callback(removed));
        say!("set: {:?}, again: {:?}", deferred.set(1), deferred.set(2));
        assert!(deferred.is_done() && !deferred.is_cancelled());
        yield_now().await;
        assert!(!deferred.remove_done_callback(callback));
        say!("at once: {:?}", (&deferred).await);
        deferred.add_done_callback(|outcome| say!("late callback got {outcome:?}"));
        yield_now().await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: set: Ok(()), again: Err(2)
        tick 4: A got Ok(1)
        tick 4: B got Ok(1)
        tick 4: callback got Ok(1)
        tick 4: C got Ok(1)
        tick 4: at once: Ok(1)
        tick 5: late callback got Ok(1)
        ",
    );
}

#[test]
fn a_cancelled_waiter_cancels_it_for_all_as_in_asyncio() {
    async fn main() {
        let deferred = Deferred::<()>::new();
        let mut tasks = Vec::new();
        for name in ["A", "B"] {
            let theirs = deferred.clone();
            tasks.push(spawn(async move { say!("{name} got {:?}", theirs.await) }));
        }
        yield_now().await;
        say!("cancel: {}", tasks[0].cancel());
        say!("{:?} {:?} {}", deferred.get(), deferred.set(()), deferred.cancel());
        assert_eq!((&deferred).await, Err(Cancelled));
        yield_now().await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: cancel: true
        tick 2: Some(Err(Cancelled)) Err(()) false
        tick 3: A got Err(Cancelled)
        tick 3: B got Err(Cancelled)
        ",
    );
}

#[test]
fn who_is_dropped_leaves_the_line_and_disturbs_nobody() {
    async fn main() {
        let deferred = Deferred::new();
        let mut tasks = Vec::new();
        for name in ["A", "B", "C"] {
            let theirs = deferred.clone();
            tasks.push(spawn(async move { say!("{name} got {:?}", theirs.await) }));
        }
        yield_now().await;
        tasks[1].abort();
        yield_now().await;
        let theirs = deferred.clone();
        call_soon(move || theirs.set("news").unwrap());
        yield_now().await;
        yield_now().await;
    }
    says(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 5: A got Ok("news")
        tick 5: C got Ok("news")
        "#,
    );
}
