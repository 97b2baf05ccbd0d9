//! Cancellation where the task has come to stand somewhere else, where the chain is long or a circle, and
//! where the handle is of another loop.

use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture, pending};
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use executor::{
    Cancelled, ClockKind, Deferred, Instant, JoinHandle, call_later, cancellable, cancelling, gather,
    gather_results, now, shield, sleep, spawn, spawn_cancellable, task_group, timeout, uncancel, wait_for,
    yield_now,
};

use crate::ms;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;

#[test]
fn a_wait_that_was_given_up_does_not_hear() {
    async fn main() {
        let task = spawn(async {
            let mut child = spawn(async { cancellable(sleep(ms(50))).await });
            assert!(timeout(ms(10), &mut child).await.is_err());
            let woken = cancellable(sleep(ms(1_000))).await;
            (woken, child.await.unwrap())
        });
        sleep(ms(20)).await;
        task.cancel();
        assert_eq!(task.await.unwrap(), (Err(Cancelled), Ok(())));

        let began = now();
        let task = spawn(async {
            assert!(timeout(ms(10), cancellable(pending::<()>())).await.is_err());
            sleep(ms(1_000)).await;
        });
        sleep(ms(20)).await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(now(), began + ms(20), "it is dropped at once, and not when its sleep is over");
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn a_place_that_goes_without_listening_leaves_the_request_to_the_next() {
    async fn main() {
        let give_up = Deferred::new();
        let asked = give_up.clone();
        let task = spawn(async move {
            let mut inner = Box::pin(cancellable(pending::<()>()));
            let mut asked = Box::pin(asked.into_future());
            std::future::poll_fn(|cx| {
                if asked.as_mut().poll(cx).is_ready() {
                    return std::task::Poll::Ready(());
                }
                inner.as_mut().poll(cx).map(drop)
            })
            .await;
            drop(inner);
            assert_eq!(cancellable(pending::<()>()).await, Err(Cancelled));
            "told at the next await"
        });
        yield_now().await;
        let _ = give_up.set(());
        // The place where it stands is to be told, but is not asked any more.
        task.cancel();
        assert_eq!(task.await.unwrap(), "told at the next await");
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

fn on_every_loop(work: fn(&executor::EventLoop)) {
    for kind in Kind::all() {
        within_patience(move || work(&kind.builder(ClockKind::Virtual).build().unwrap()));
    }
}

#[test]
fn a_handle_of_another_loop_cancels_nobody_here() {
    let kind = Kind::all()[0];
    within_patience(move || {
        let one = kind.builder(ClockKind::Virtual).build().unwrap();
        let other = kind.builder(ClockKind::Virtual).build().unwrap();
        let stranger = one.spawn(pending::<()>());
        other.block_on(async move {
            let same_number = spawn(async { yield_now().await });
            let refused = panic::catch_unwind(AssertUnwindSafe(|| stranger.cancel()));
            assert!(refused.is_err(), "it says whose task it is");
            let refused = panic::catch_unwind(AssertUnwindSafe(|| drop(wait_for(ms(1), stranger))));
            assert!(refused.is_err(), "at once, and not when its time is up");
            same_number.await.unwrap();
        });
    });
}

#[test]
fn a_long_chain_and_a_circle_are_cancelled() {
    type Shared = Rc<RefCell<Option<JoinHandle<()>>>>;
    async fn joins(other: Shared) {
        yield_now().await;
        let handle = other.take();
        if let Some(handle) = handle {
            let _ = handle.await;
        }
    }
    async fn gathers(other: Shared) {
        yield_now().await;
        let handle = other.take();
        let _ = gather(handle).await;
    }
    async fn main() {
        let mut last = spawn(pending::<()>());
        for _ in 0..100_000 {
            let before = last;
            last = spawn(async move {
                let _ = before.await;
            });
        }
        yield_now().await;
        yield_now().await;
        last.cancel();
        last.await.unwrap();
        let (one, other) = (Shared::default(), Shared::default());
        let first = spawn(joins(Rc::clone(&other)));
        *other.borrow_mut() = Some(spawn(joins(Rc::clone(&one))));
        *one.borrow_mut() = Some(first);
        let (one, other) = (Shared::default(), Shared::default());
        let first = spawn(gathers(Rc::clone(&other)));
        *other.borrow_mut() = Some(spawn(gathers(Rc::clone(&one))));
        *one.borrow_mut() = Some(first);
        yield_now().await;
        yield_now().await;
        // Those two and those two wait for each other, until the loop is closed.
    }
    let kind = Kind::all()[0];
    within_patience(move || {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        event_loop.block_on(main());
        event_loop.cancel_all_tasks();
    });
}

#[test]
fn whoever_gathers_results_hears_after_the_children() {
    async fn main() {
        let task = spawn_cancellable(async {
            loop {
                let results = gather_results([spawn_cancellable(cancellable(pending::<()>()))]).await;
                assert!(results[0].is_err());
                cancellable(yield_now()).await?;
            }
        });
        let _: &JoinHandle<()> = &task;
        yield_now().await;
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn a_group_that_is_dropped_takes_its_request_back() {
    async fn main() {
        let fail = Deferred::new();
        let asked = fail.clone();
        let mut group: Pin<Box<dyn Future<Output = _>>> =
            Box::pin(task_group::<_, _, (), _>(async |group| {
                group.spawn(async move {
                    asked.await.unwrap();
                    Err::<(), _>("on purpose")
                });
                pending().await
            }));
        assert!(timeout(ms(5), &mut group).await.is_err());
        fail.set(()).unwrap();
        // Its child fails and asks this task to stop the body; and the group is dropped unasked.
        yield_now().await;
        drop(group);
        assert_eq!(cancelling(), 0);
        assert_eq!(cancellable(yield_now()).await, Ok(()));
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn a_result_that_was_taken_is_not_waited_for() {
    async fn main() {
        for way in ["shield", "wait_for"] {
            let mut task = spawn(async {});
            yield_now().await;
            assert!(task.take().is_some());
            let waiter = spawn(async move {
                match way {
                    "shield" => drop(shield(task).await),
                    _ => drop(wait_for(ms(10), task).await),
                }
            });
            assert!(waiter.await.unwrap_err().is_panic(), "{way}");
        }
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

/// Polls what is in it only when its own waker was called: as futures do that wait for very many.
struct OnlyIfWoken<F> {
    inner: Pin<Box<F>>,
    bell: Arc<Bell>,
}

struct Bell {
    rung: AtomicBool,
    outer: Mutex<Waker>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Relaxed);
        self.outer.lock().unwrap().wake_by_ref();
    }
}

impl<F: Future> OnlyIfWoken<F> {
    fn new(inner: F) -> Self {
        let bell = Bell { rung: AtomicBool::new(true), outer: Mutex::new(Waker::noop().clone()) };
        OnlyIfWoken { inner: Box::pin(inner), bell: Arc::new(bell) }
    }
}

impl<F: Future> Future for OnlyIfWoken<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.bell.outer.lock().unwrap().clone_from(cx.waker());
        if !self.bell.rung.swap(false, Ordering::Relaxed) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.bell));
        self.inner.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

#[test]
fn who_is_polled_only_when_woken_is_told_as_well() {
    async fn main() {
        let mut tasks = [
            spawn_cancellable(OnlyIfWoken::new(cancellable(pending::<()>()))),
            spawn_cancellable(async {
                let inner = OnlyIfWoken::new(cancellable(OnlyIfWoken::new(cancellable(pending::<()>()))));
                inner.await.unwrap()
            }),
            spawn_cancellable(async {
                let shielded = OnlyIfWoken::new(shield(pending::<()>())).await;
                shielded.map_err(|_| Cancelled)
            }),
            spawn_cancellable(async {
                let group = task_group::<_, _, (), ()>(async |_| pending().await);
                OnlyIfWoken::new(group).await.map_err(|_| Cancelled)
            }),
        ];
        yield_now().await;
        let began = now();
        for task in &mut tasks {
            task.cancel();
            assert!(timeout(ms(10), task).await.unwrap().unwrap_err().is_cancelled());
        }
        assert_eq!(now(), began);
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn a_place_that_was_put_aside_does_not_swallow_the_request() {
    async fn main() {
        let task = spawn(async {
            let mut aside = pin!(cancellable(pending::<()>()));
            assert!(timeout(ms(10), &mut aside).await.is_err());
            pending::<()>().await;
        });
        sleep(ms(20)).await;
        task.cancel();
        assert!(timeout(ms(10), task).await.unwrap().unwrap_err().is_cancelled());
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

/// asyncio: a `timeout` whose task was cancelled before it is over is no `TimeoutError`.
#[test]
fn a_request_outlives_the_wait_that_held_it() {
    async fn slow() -> Result<(), Cancelled> {
        let told = cancellable(pending()).await;
        sleep(ms(100)).await;
        told
    }
    async fn main() {
        for way in ["its own", "join", "gather", "wait_for", "group"] {
            let told = Rc::new(Cell::new(false));
            let noted = Rc::clone(&told);
            let task = spawn_cancellable(async move {
                let waits = async {
                    match way {
                        "its own" => drop(slow().await),
                        "join" => drop(spawn_cancellable(slow()).await),
                        "gather" => drop(gather_results([spawn_cancellable(slow())]).await),
                        "wait_for" => drop(wait_for(ms(1_000), spawn_cancellable(slow())).await),
                        _ => drop(task_group(async |group| Ok::<_, Cancelled>(group.spawn(slow()))).await),
                    }
                };
                assert!(timeout(ms(20), waits).await.is_err(), "{way}");
                let woken = cancellable(sleep(ms(1_000))).await;
                noted.set(true);
                woken
            });
            sleep(ms(10)).await;
            task.cancel();
            let began = now();
            assert!(task.await.unwrap_err().is_cancelled(), "{way}");
            assert_eq!(now(), began + ms(10), "{way}");
            assert!(told.get(), "{way}: it is told, and not dropped");
        }
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

type Told = Pin<Box<dyn Future<Output = Result<(), Cancelled>>>>;

/// Polls one of its futures each time, by turns, and has itself polled again.
struct ByTurns {
    futures: Vec<Told>,
    next: usize,
}

impl Future for ByTurns {
    type Output = Result<(), Cancelled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let next = self.next;
        self.next = (next + 1) % self.futures.len();
        cx.waker().wake_by_ref();
        self.futures[next].as_mut().poll(cx)
    }
}

#[test]
fn who_was_asked_hears_when_polled_though_others_are_polled_before() {
    async fn main() {
        for count in [2, 9, 40] {
            let task = spawn_cancellable(async move {
                let mut futures: Vec<Told> = Vec::new();
                for _ in 0..count {
                    futures.push(Box::pin(cancellable(pending::<()>())));
                }
                let heard = ByTurns { futures, next: 0 }.await;
                assert_eq!(heard, Err(Cancelled));
                // It was told, and not dropped.
                Ok("cleaned up")
            });
            for _ in 0..2 * count {
                yield_now().await;
            }
            assert!(task.cancel());
            assert_eq!(task.await.unwrap(), "cleaned up", "{count}");
        }
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn a_result_that_is_there_when_a_wait_for_is_cancelled_is_given_and_the_next_await_hears() {
    async fn main() {
        let tea = spawn(async {
            sleep(ms(10)).await;
            "tea"
        });
        let waiter = spawn_cancellable(async {
            let result = wait_for(ms(1_000), tea).await;
            assert_eq!(result.unwrap().unwrap(), "tea");
            cancellable(pending::<()>()).await
        });
        let handle = waiter.abort_handle();
        yield_now().await;
        call_later(ms(10), move || assert!(handle.cancel()));
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(now(), Instant::START + ms(10));
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn after_a_wait_whose_time_was_up_the_next_is_told() {
    async fn main() {
        let task = spawn(async {
            for _ in 0..3 {
                assert!(timeout(ms(10), cancellable(pending::<()>())).await.is_err());
            }
            cancellable(sleep(ms(1_000))).await
        });
        sleep(ms(50)).await;
        task.cancel();
        assert_eq!(task.await.unwrap(), Err(Cancelled));

        let mut child = spawn_cancellable(cancellable(pending::<()>()));
        let task = spawn(async move {
            loop {
                if let Ok(ended) = timeout(ms(10), &mut child).await {
                    return ended.unwrap_err().is_cancelled();
                }
            }
        });
        sleep(ms(55)).await;
        task.cancel();
        assert!(task.await.unwrap(), "its child hears first");
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

#[test]
fn what_was_taken_back_in_time_is_not_told() {
    async fn main() {
        let task = spawn(async {
            let mut inner = pin!(cancellable(sleep(ms(100))));
            std::future::poll_fn(|cx| {
                if cancelling() > 0 {
                    uncancel();
                }
                inner.as_mut().poll(cx)
            })
            .await
        });
        sleep(ms(10)).await;
        task.cancel();
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}

/// asyncio, since 3.13: a group that fails leaves what others have asked of its task to be told.
#[test]
fn groups_that_fail_in_the_same_turn_end_one_after_the_other() {
    async fn fails() -> Result<(), &'static str> {
        sleep(ms(10)).await;
        Err("on purpose")
    }
    async fn main() {
        let outer = task_group::<_, _, (), _>(async |outer| {
            outer.spawn(fails());
            let inner = task_group::<_, _, (), _>(async |inner| {
                inner.spawn(fails());
                pending().await
            });
            assert!(inner.await.is_err());
            pending().await
        });
        let ended = timeout(ms(1_000), outer).await;
        assert!(ended.expect("its body is stopped, too").is_err());
        assert_eq!(cancelling(), 0);
    }
    on_every_loop(|event_loop| event_loop.block_on(main()));
}
