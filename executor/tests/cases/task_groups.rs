//! Task groups.

use std::future::pending;

use executor::{
    AbortHandle, Cancelled, GroupError, TaskError, TaskGroup, cancellable, cancelling, now, sleep, spawn,
    task_group, timeout, yield_now,
};

use crate::ms;
use crate::support::transcript::{say, says_by_wake};

async fn fail(name: &'static str, millis: u64) -> Result<(), &'static str> {
    sleep(ms(millis)).await;
    say!("{name} fails");
    Err(name)
}

#[test]
fn a_group_waits_for_its_children_and_gives_the_bodys_value() {
    async fn main() {
        let result = task_group::<_, _, _, ()>(async |group| {
            let child = group.spawn(async {
                sleep(ms(20)).await;
                say!("child");
                Ok(1)
            });
            let inner = group.clone();
            group.spawn(async move {
                sleep(ms(10)).await;
                // A child may have siblings made.
                inner.spawn(async {
                    sleep(ms(30)).await;
                    say!("late sibling");
                    Ok(())
                });
                Ok(())
            });
            Ok(child)
        });
        let child = result.await.unwrap();
        say!("group is over at {}; child returned {:?}", now(), child.await);
        let empty = task_group::<_, _, _, ()>(async |_group| Ok("nothing to wait for")).await;
        say!("{empty:?}");
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        r#"
        tick 5: child
        tick 6: late sibling
        tick 7: group is over at 0.040; child returned Ok(1)
        tick 7: Ok("nothing to wait for")
        "#,
        r#"
        tick 7: child
        tick 10: late sibling
        tick 12: group is over at 0.040; child returned Ok(1)
        tick 12: Ok("nothing to wait for")
        "#,
    );
}

#[test]
fn one_failure_cancels_the_others_and_the_body() {
    async fn main() {
        let result = task_group::<_, _, (), _>(async |group| {
            let failing = group.spawn(fail("A", 20));
            group.spawn_cancellable::<_, ()>(async {
                let woken = cancellable(pending::<()>()).await;
                say!("sibling sees {woken:?}");
                sleep(ms(20)).await;
                say!("sibling has cleaned up");
                woken.map(|()| Ok(()))
            });
            let woken = cancellable(failing).await;
            say!("body sees {woken:?}");
            woken.map(drop).or(Ok(()))
        });
        let error = result.await.unwrap_err();
        say!("{error} at {}; {} requests left", now(), cancelling());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: A fails
        tick 4: body sees Err(Cancelled)
        tick 4: sibling sees Err(Cancelled)
        tick 5: sibling has cleaned up
        tick 6: 1 task of the group failed: A at 0.040; 0 requests left
        ",
        "
        tick 4: A fails
        tick 5: body sees Ok(Err(the task failed, and its group has the error))
        tick 6: sibling sees Err(Cancelled)
        tick 8: sibling has cleaned up
        tick 10: 1 task of the group failed: A at 0.040; 0 requests left
        ",
    );
}

#[test]
fn a_child_that_fails_before_the_body_began_stops_the_body() {
    async fn main() {
        let group = task_group(|group: TaskGroup<&str>| {
            group.spawn(async { Err::<(), _>("no milk") });
            async {
                say!("the body begins");
                Ok(())
            }
        });
        yield_now().await;
        yield_now().await;
        yield_now().await;
        say!("{}", group.await.unwrap_err());
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "tick 4: 1 task of the group failed: no milk",
        "tick 4: 1 task of the group failed: no milk",
    );
}

#[test]
fn all_errors_come_together() {
    async fn main() {
        let result = task_group::<_, _, (), _>(async |group| {
            group.spawn::<_, ()>(async {
                yield_now().await;
                panic!("on purpose")
            });
            group.spawn_cancellable::<_, ()>(async {
                let _ = cancellable(pending::<()>()).await;
                Ok(Err("clean-up failed"))
            });
            let _ = cancellable(pending::<()>()).await;
            Err("body")
        });
        let Err(GroupError::Failed(failures)) = result.await else { panic!("nobody failed") };
        for failure in failures {
            say!("{failure}; cancelled: {}", matches!(failure, TaskError::Cancelled));
        }
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 4: the task panicked: on purpose; cancelled: false
        tick 4: clean-up failed; cancelled: false
        tick 4: body; cancelled: false
        ",
        "
        tick 7: the task panicked: on purpose; cancelled: false
        tick 7: clean-up failed; cancelled: false
        tick 7: body; cancelled: false
        ",
    );
}

#[test]
fn cancelling_the_task_cancels_the_group() {
    async fn main() {
        let task = spawn(async {
            let result = task_group::<_, _, (), &str>(async |group| {
                group.spawn_cancellable::<_, ()>(async {
                    let woken = cancellable(pending::<()>()).await;
                    say!("child sees {woken:?}");
                    woken.map(|()| Ok(()))
                });
                pending().await
            });
            say!("{:?}", result.await);
        });
        yield_now().await;
        yield_now().await;
        task.cancel();
        task.await.unwrap();
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 5: child sees Err(Cancelled)
        tick 6: Err(Cancelled)
        ",
        "
        tick 5: child sees Err(Cancelled)
        tick 7: Err(Cancelled)
        ",
    );
}

/// asyncio: what the body has in its `finally` runs first, and then `__aexit__` cancels the children.
#[test]
fn the_body_is_dropped_before_the_children_are_asked() {
    struct Cancels(AbortHandle);

    impl Drop for Cancels {
        fn drop(&mut self) {
            say!("the body is dropped");
            self.0.cancel();
        }
    }
    async fn hears(name: &'static str) -> Result<Result<(), ()>, Cancelled> {
        let woken = cancellable(pending::<()>()).await;
        say!("{name} hears");
        woken.map(Ok)
    }
    async fn main() {
        let other = spawn(hears("another task"));
        let cancels = Cancels(other.abort_handle());
        let task = spawn(task_group::<_, _, (), ()>(async move |group| {
            group.spawn_cancellable(hears("the child"));
            let _cancels = cancels;
            pending().await
        }));
        yield_now().await;
        yield_now().await;
        task.cancel();
        assert!(matches!(task.await, Ok(Err(GroupError::Cancelled))));
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 4: the body is dropped
        tick 5: another task hears
        tick 5: the child hears
        ",
        "
        tick 4: the body is dropped
        tick 5: another task hears
        tick 5: the child hears
        ",
    );
}

#[test]
fn what_is_left_when_the_group_is_dropped_is_aborted() {
    struct Witness;
    impl Drop for Witness {
        fn drop(&mut self) {
            say!("child is dropped");
        }
    }
    async fn main() {
        let group = task_group::<_, _, (), &str>(async |group| {
            group.spawn::<_, ()>(async {
                let _witness = Witness;
                pending().await
            });
            pending().await
        });
        say!("{:?}", timeout(ms(10), group).await);
        yield_now().await;
        yield_now().await;
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: Err(Elapsed)
        tick 4: child is dropped
        ",
        "
        tick 4: Err(Elapsed)
        tick 5: child is dropped
        ",
    );
}
