//! `gather`, `wait`, `as_completed`, `shield`, `wait_for`.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use executor::{
    When, as_completed, cancellable, gather, gather_results, now, shield, sleep, spawn, spawn_cancellable,
    try_gather, try_wait, wait, wait_for, yield_now,
};

use crate::ms;
use crate::support::transcript::{say, says_by_wake};

async fn work(name: &'static str, millis: u64) -> &'static str {
    sleep(ms(millis)).await;
    say!("{name} is done");
    name
}

async fn fail(name: &'static str, millis: u64) -> Result<(), &'static str> {
    sleep(ms(millis)).await;
    say!("{name} fails");
    Err(name)
}

#[test]
fn gather_gives_results_by_position() {
    async fn main() {
        say!("{:?}", gather([work("A", 60), work("B", 20), work("C", 40)]).await);
        say!("{:?}", gather(Vec::<executor::JoinHandle<()>>::new()).await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: B is done
        tick 4: C is done
        tick 5: A is done
        tick 6: Ok(["A", "B", "C"])
        tick 6: Ok([])
        "#,
        r#"
        tick 4: B is done
        tick 7: C is done
        tick 10: A is done
        tick 12: Ok(["A", "B", "C"])
        tick 12: Ok([])
        "#,
    );
}

#[test]
fn the_first_failure_passes_through_and_the_others_go_on() {
    async fn main() {
        let children = [
            spawn(fail("A", 40)),
            spawn(fail("B", 20)),
            spawn(async {
                work("C", 60).await;
                Ok(())
            }),
        ];
        say!("{:?}", try_gather(children).await);
        sleep(ms(100)).await;
        let panics = spawn(async { panic!("on purpose") });
        say!("{:?}", gather([spawn(pending::<()>()), panics]).await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: B fails
        tick 4: Err(Failed("B"))
        tick 5: A fails
        tick 6: C is done
        tick 9: Err(the task panicked: on purpose)
        "#,
        r#"
        tick 4: B fails
        tick 6: Err(Failed("B"))
        tick 8: A fails
        tick 11: C is done
        tick 17: Err(the task panicked: on purpose)
        "#,
    );
}

#[test]
fn results_and_errors_side_by_side() {
    async fn main() {
        let cancelled = spawn(pending());
        cancelled.cancel();
        let results = gather_results([spawn(work("A", 20)), cancelled, spawn(work("B", 10))]).await;
        for result in results {
            say!("{result:?}");
        }
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: B is done
        tick 4: A is done
        tick 5: Ok("A")
        tick 5: Err(the task was cancelled)
        tick 5: Ok("B")
        "#,
        r#"
        tick 5: B is done
        tick 8: A is done
        tick 10: Ok("A")
        tick 10: Err(the task was cancelled)
        tick 10: Ok("B")
        "#,
    );
}

#[test]
fn cancelling_who_gathers_cancels_the_children_first() {
    async fn main() {
        let parent = spawn(async {
            let children = ["A", "B"].map(|name| {
                spawn_cancellable(async move {
                    let woken = cancellable(pending::<()>()).await;
                    say!("{name} was cancelled");
                    woken
                })
            });
            let result = gather(children).await;
            say!("parent: {}", result.unwrap_err());
        });
        yield_now().await;
        yield_now().await;
        say!("cancel: {}", parent.cancel());
        parent.await.unwrap();
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: cancel: true
        tick 4: A was cancelled
        tick 4: B was cancelled
        tick 5: parent: the task was cancelled
        ",
        "
        tick 3: cancel: true
        tick 4: A was cancelled
        tick 4: B was cancelled
        tick 6: parent: the task was cancelled
        ",
    );
}

#[test]
fn wait_parts_them_in_done_and_pending() {
    async fn main() {
        let mut pending = vec![spawn(work("A", 60)), spawn(work("B", 20)), spawn(work("C", 40))];
        while !pending.is_empty() {
            let (done, left) = wait(pending, When::FirstCompleted).await;
            let mut names = Vec::new();
            for handle in done {
                names.push(handle.await.unwrap());
            }
            say!("done {names:?}, pending {}", left.len());
            pending = left;
        }
        let (done, left) =
            wait([spawn(work("D", 10)), spawn(work("E", 90))], When::AllCompleted).limit(ms(50)).await;
        say!("done {}, pending {} at {}", done.len(), left.len(), now());
        let (done, left) = wait(left, When::AllCompleted).await;
        say!("done {}, pending {} at {}", done.len(), left.len(), now());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: B is done
        tick 4: done ["B"], pending 2
        tick 5: C is done
        tick 6: done ["C"], pending 1
        tick 7: A is done
        tick 8: done ["A"], pending 0
        tick 10: D is done
        tick 11: done 1, pending 1 at 0.110
        tick 12: E is done
        tick 13: done 1, pending 0 at 0.150
        "#,
        r#"
        tick 4: B is done
        tick 6: done ["B"], pending 2
        tick 8: C is done
        tick 10: done ["C"], pending 1
        tick 12: A is done
        tick 14: done ["A"], pending 0
        tick 17: D is done
        tick 20: done 1, pending 1 at 0.110
        tick 22: E is done
        tick 24: done 1, pending 0 at 0.150
        "#,
    );
}

#[test]
fn wait_for_the_first_error() {
    async fn main() {
        let ok = spawn(async {
            work("A", 10).await;
            Ok(())
        });
        let (done, left) = try_wait([ok, spawn(fail("B", 20)), spawn(fail("C", 30))], When::FirstError).await;
        say!("done {}, pending {}", done.len(), left.len());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: A is done
        tick 4: B fails
        tick 5: done 2, pending 1
        ",
        "
        tick 4: A is done
        tick 7: B fails
        tick 9: done 2, pending 1
        ",
    );
}

#[test]
fn as_completed_gives_them_as_they_come() {
    async fn main() {
        let mut results = as_completed([work("A", 60), work("B", 20), work("C", 20)]);
        while let Some(result) = results.next().await {
            say!("got {}", result.unwrap());
        }
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: B is done
        tick 3: C is done
        tick 4: got B
        tick 4: got C
        tick 5: A is done
        tick 6: got A
        ",
        "
        tick 4: B is done
        tick 4: C is done
        tick 6: got B
        tick 6: got C
        tick 8: A is done
        tick 10: got A
        ",
    );
}

#[test]
fn a_shield_keeps_the_task_from_hearing() {
    async fn main() {
        let shielded = spawn(work("shielded", 20));
        let waiter = spawn(async move { say!("waiter: {:?}", shield(shielded).await) });
        yield_now().await;
        waiter.cancel();
        waiter.await.unwrap();
        sleep(ms(50)).await;
        say!("{:?}", shield(spawn(async { 42 })).await);
        let over = spawn(async { 43 });
        yield_now().await;
        say!("{:?}", shield(over).await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: waiter: Err(the task was cancelled)
        tick 5: shielded is done
        tick 8: Ok(42)
        tick 9: Ok(43)
        ",
        "
        tick 3: waiter: Err(the task was cancelled)
        tick 6: shielded is done
        tick 11: Ok(42)
        tick 12: Ok(43)
        ",
    );
}

#[test]
fn wait_for_cancels_and_waits_for_the_clean_up() {
    async fn main() {
        let slow = spawn_cancellable(async {
            let woken = cancellable(pending::<()>()).await;
            sleep(ms(20)).await;
            say!("cleaned up");
            woken
        });
        say!("{:?} at {}", wait_for(ms(10), slow).await, now());
        let stubborn = spawn(async {
            assert!(cancellable(pending::<()>()).await.is_err());
            "a result all the same"
        });
        say!("{:?} at {}", wait_for(ms(10), stubborn).await, now());
        say!("{:?} at {}", wait_for(ms(50), work("quick", 5)).await, now());
        say!("{:?} at {}", wait_for(ms(10), pending::<()>()).await, now());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 5: cleaned up
        tick 6: Err(Elapsed) at 0.030
        tick 10: Ok(Ok("a result all the same")) at 0.040
        tick 12: quick is done
        tick 13: Ok(Ok("quick")) at 0.045
        tick 17: Err(Elapsed) at 0.055
        "#,
        r#"
        tick 7: cleaned up
        tick 9: Err(Elapsed) at 0.030
        tick 15: Ok(Ok("a result all the same")) at 0.040
        tick 18: quick is done
        tick 20: Ok(Ok("quick")) at 0.045
        tick 26: Err(Elapsed) at 0.055
        "#,
    );
}

#[test]
fn what_ends_in_the_turn_of_wait_fors_limit_has_its_result() {
    async fn main() {
        let task = spawn(work("tea", 10));
        yield_now().await;
        say!("{:?}", wait_for(ms(10), task).await);
        // By itself, and not because its time was up.
        let task = spawn_cancellable(async {
            sleep(ms(10)).await;
            Err::<(), _>(executor::Cancelled)
        });
        yield_now().await;
        say!("{:?}", wait_for(ms(10), task).await);
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 3: tea is done
        tick 3: Ok(Ok("tea"))
        tick 5: Ok(Err(the task was cancelled))
        "#,
        r#"
        tick 4: tea is done
        tick 4: Ok(Ok("tea"))
        tick 7: Ok(Err(the task was cancelled))
        "#,
    );
}

#[test]
fn a_task_that_is_waited_for_again_and_again_keeps_no_old_watchers() {
    struct Counted(Rc<Cell<usize>>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    async fn main() {
        let dropped = Rc::new(Cell::new(0));
        let mut long = spawn(pending::<Counted>());
        for _ in 0..10 {
            // What a watcher holds is gone with the wait, and not only with the task.
            let counted = Counted(Rc::clone(&dropped));
            let short = spawn(async move { counted });
            let (done, mut left) = wait([long, short], When::FirstCompleted).await;
            drop(done);
            long = left.remove(0);
        }
        say!("{} of 10", dropped.get());
    }
    says_by_wake(|event_loop| event_loop.block_on(main()), "tick 21: 10 of 10", "tick 31: 10 of 10");
}
