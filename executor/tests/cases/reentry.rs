//! Foreign code runs in the middle of the loop: destructors, wakers, observers. It may use the loop
//! in every way, for no part of the loop is borrowed while it runs.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::mem::{Discriminant, discriminant};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use executor::inspect::{Event, Observer, Record};
use executor::net::TcpStream;
use executor::{
    ClockKind, EventLoop, JoinHandle, call_later, call_soon, handle, now, sleep, spawn, timeout, turn,
    yield_now,
};

use crate::support::kinds::Kind;
use crate::support::loops::on_every_kind;
use crate::support::patience::within_patience;
use crate::support::sockets::socket_pair;

const MILLI: Duration = Duration::from_millis(1);

/// Uses everything that a loop has, and so finds every borrow that is still held.
fn use_everything() {
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(sleep(MILLI)).poll(&mut context).is_pending());
    assert!(pin!(timeout(MILLI, pending::<()>())).poll(&mut context).is_pending());
    call_soon(|| ()).cancel();
    call_later(MILLI, || ()).cancel();
    call_soon(|| ());
    call_later(MILLI, || ());
    handle().call_soon_threadsafe(|| ());
    let task = spawn(async { yield_now().await });
    assert!(pin!(task.into_future()).poll(&mut context).is_pending());
    spawn(async {}).abort();
    let (near, _far) = socket_pair();
    let mut byte = [0];
    assert!(pin!(near.read(&mut byte)).poll(&mut context).is_pending());
    assert!(now() >= executor::Instant::START);
}

/// Uses everything when it is dropped, and counts that it came to the end.
struct Busy(Rc<Cell<u32>>);

impl Drop for Busy {
    fn drop(&mut self) {
        use_everything();
        assert!(turn() > 0);
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn destructors_may_use_the_loop() {
    for kind in Kind::all() {
        println!("on {kind:?}");
        let dropped = Rc::new(Cell::new(0));
        let busy = || Busy(Rc::clone(&dropped));
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let (ends, panics, aborted, left) = (busy(), busy(), busy(), busy());
        let (result, called, cancelled, in_timer, in_left_timer) = (busy(), busy(), busy(), busy(), busy());
        let (limited, unread) = (busy(), busy());
        event_loop.block_on(async move {
            drop(spawn(async move { drop(ends) }));
            drop(spawn(async move {
                let _panics = panics;
                panic!("on purpose");
            }));
            let task = spawn(async move {
                let _aborted = aborted;
                pending::<()>().await;
            });
            drop(spawn(async move {
                let _left = left;
                pending::<()>().await;
            }));
            drop(spawn(async move { result }));
            call_soon(move || drop(called));
            call_soon(move || drop(cancelled)).cancel();
            call_later(MILLI, move || drop(in_timer)).cancel();
            call_later(Duration::from_hours(1), move || drop(in_left_timer));
            let _ = timeout(MILLI, async move {
                let _limited = limited;
                pending::<()>().await;
            })
            .await;
            let (near, _far) = socket_pair();
            let reader = spawn(async move {
                let _unread = unread;
                near.read(&mut [0]).await
            });
            yield_now().await;
            task.abort();
            reader.abort();
            sleep(5 * MILLI).await;
        });
        drop(event_loop);
        assert_eq!(dropped.get(), 11);
    }
}

thread_local! {
    /// How many times a [`Nosy`] waker was used on this thread.
    static NOSY: Cell<u32> = const { Cell::new(0) };
}

/// A waker that uses the loop when it is woken and when its last copy is dropped.
struct Nosy;

fn nosy() {
    NOSY.set(NOSY.get() + 1);
    use_everything();
    assert!(turn() > 0);
}

impl Wake for Nosy {
    fn wake(self: Arc<Self>) {
        nosy();
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        nosy();
    }
}

/// Polls a future once, with a waker of ours.
fn poll_nosily<F: Future + Unpin>(future: &mut F) {
    let waker = Waker::from(Arc::new(Nosy));
    assert!(std::pin::Pin::new(future).poll(&mut Context::from_waker(&waker)).is_pending());
}

#[test]
fn wakers_may_use_the_loop() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            // Woken by its timer; taken out with its timer; replaced by another.
            let mut due = sleep(MILLI);
            poll_nosily(&mut due);
            let mut dropped = sleep(MILLI);
            poll_nosily(&mut dropped);
            poll_nosily(&mut dropped);
            drop(dropped);
            // The same of a task's end.
            let mut task = spawn(async { yield_now().await });
            let mut join = (&mut task).into_future();
            poll_nosily(&mut join);
            poll_nosily(&mut join);
            // And of a socket.
            let (near, far) = socket_pair();
            assert!(near.try_read(&mut [0]).is_err());
            let mut readable = near.readable();
            poll_nosily(&mut readable);
            poll_nosily(&mut readable);
            drop(readable);
            let mut readable = near.readable();
            poll_nosily(&mut readable);
            far.try_write(b"x").unwrap();
            sleep(5 * MILLI).await;
            task.await.unwrap();
            due.await;
        });
        // Three were woken and then dropped; five were replaced or given up, and dropped.
        assert_eq!(NOSY.get(), 3 + 3 + 5);
    });
}

thread_local! {
    static JOINED: RefCell<Option<JoinHandle<()>>> = const { RefCell::new(None) };
}

/// A waker that looks at the task whose end calls it.
struct Curious;

impl Wake for Curious {
    fn wake(self: Arc<Self>) {
        let joined = JOINED.take().unwrap();
        assert!(joined.is_finished() && !joined.abort());
        NOSY.set(NOSY.get() + 1);
    }
}

#[test]
fn a_waker_may_look_at_the_task_that_wakes_it() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let mut task = spawn(async { yield_now().await });
            let mut join = (&mut task).into_future();
            JOINED.set(Some(task));
            let waker = Waker::from(Arc::new(Curious));
            let polled = std::pin::Pin::new(&mut join).poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            sleep(MILLI).await;
            assert_eq!(NOSY.get(), 1);
            join.await.unwrap();
        });
    });
}

#[test]
fn a_waker_that_is_dropped_with_its_socket_may_use_the_loop() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let (near, _far): (TcpStream, TcpStream) = socket_pair();
            let near = Box::leak(Box::new(Some(near)));
            {
                let near = near.as_ref().unwrap();
                assert!(near.try_read(&mut [0]).is_err());
                let mut readable = near.readable();
                poll_nosily(&mut readable);
                // The wait is forgotten, so the waker stays with the socket.
                std::mem::forget(readable);
            }
            assert_eq!(NOSY.get(), 0);
            drop(near.take());
            assert_eq!(NOSY.get(), 1);
        });
    });
}

/// Uses the loop that it looks at, though it should not: nothing is borrowed while it looks.
#[derive(Default)]
struct Meddler {
    running: Cell<bool>,
    /// The kinds of events at which it has meddled. What it does makes events of its own, and
    /// things to do: once at each kind brings it to an end.
    meddled: RefCell<Vec<Discriminant<Event>>>,
}

impl Observer for Meddler {
    fn observe(&self, record: &Record) {
        match record.event {
            Event::LoopBegin { .. } => self.running.set(true),
            Event::LoopEnd => self.running.set(false),
            _ => {}
        }
        let kind = discriminant(&record.event);
        if self.running.get() && !self.meddled.borrow().contains(&kind) {
            self.meddled.borrow_mut().push(kind);
            use_everything();
            assert_eq!(turn(), record.tick);
        }
    }
}

#[test]
fn an_observer_that_meddles_finds_nothing_borrowed() {
    for kind in Kind::all() {
        println!("on {kind:?}");
        let meddler = Rc::new(Meddler::default());
        let event_loop = kind.builder(ClockKind::Virtual).observer(meddler.clone()).build().unwrap();
        event_loop.block_on(everything_there_is_to_tell());
        // All but the events of requests, and the last of a loop.
        assert_eq!(meddler.meddled.borrow().len(), 16);
    }
}

/// Does what was left with it, when it hears that the loop is about to wait.
#[derive(Default)]
struct LastMinute(Cell<Option<Box<dyn FnOnce()>>>);

impl Observer for LastMinute {
    fn observe(&self, record: &Record) {
        if let Event::WaitBegin { .. } = record.event
            && let Some(act) = self.0.take()
        {
            act();
        }
    }
}

/// A task waits, and nothing would wake it but what is done in the last minute.
#[track_caller]
fn woken_in_the_last_minute(by: fn(Waker) -> Box<dyn FnOnce()>) {
    for kind in Kind::all() {
        within_patience(move || {
            let observer = Rc::new(LastMinute::default());
            let event_loop = kind.builder(ClockKind::Real).observer(observer.clone()).build().unwrap();
            event_loop.block_on(async move {
                let mut woken = false;
                poll_fn(|cx| {
                    if woken {
                        return Poll::Ready(());
                    }
                    woken = true;
                    observer.0.set(Some(by(cx.waker().clone())));
                    Poll::Pending
                })
                .await;
            });
        });
    }
}

#[test]
fn a_loop_that_is_given_work_when_it_is_about_to_wait_does_not_wait() {
    woken_in_the_last_minute(|waker| Box::new(|| waker.wake()));
}

#[test]
fn a_loop_that_is_given_a_timer_when_it_is_about_to_wait_waits_for_that() {
    woken_in_the_last_minute(|waker| {
        Box::new(|| {
            call_later(MILLI, || waker.wake());
        })
    });
}

async fn everything_there_is_to_tell() {
    let (near, far) = socket_pair();
    let reader = spawn(async move { near.read(&mut [0]).await });
    let task = spawn(async { sleep(MILLI).await });
    yield_now().await;
    far.try_write(b"x").unwrap();
    reader.await.unwrap().unwrap();
    task.abort();
    assert!(task.await.is_err());
    assert!(spawn(async { panic!("on purpose") }).await.is_err());
    sleep(MILLI).await;
    drop(spawn(pending::<()>()));
}

#[test]
fn a_waker_may_come_from_another_loop_of_the_same_thread() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let waker = Rc::new(RefCell::new(None));
        let left = Rc::clone(&waker);
        let woken = Rc::new(Cell::new(false));
        let seen = Rc::clone(&woken);
        let task = event_loop.spawn(poll_fn(move |cx| {
            if left.borrow_mut().replace(cx.waker().clone()).is_none() {
                return Poll::Pending;
            }
            seen.set(true);
            Poll::Ready(())
        }));
        event_loop.block_on(async { yield_now().await });
        // This thread runs another loop now, which is not the one that the waker belongs to.
        let another = EventLoop::builder().clock(ClockKind::Virtual).build().unwrap();
        another.block_on(async move { waker.borrow().as_ref().unwrap().wake_by_ref() });
        assert!(!woken.get());
        event_loop.block_on(async { task.await.unwrap() });
        assert!(woken.get());
    });
}

#[test]
fn wakers_may_outlive_everything() {
    for kind in Kind::all() {
        let kept: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let polls = Arc::new(AtomicUsize::new(0));
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        let (keeps, counts) = (Arc::clone(&kept), Arc::clone(&polls));
        event_loop.block_on(async move {
            drop(spawn(poll_fn(move |cx| {
                counts.fetch_add(1, Ordering::Relaxed);
                keeps.lock().unwrap().push(cx.waker().clone());
                Poll::<()>::Pending
            })));
            yield_now().await;
        });
        drop(event_loop);
        for waker in kept.lock().unwrap().drain(..) {
            waker.wake_by_ref();
            waker.wake();
        }
        assert_eq!(polls.load(Ordering::Relaxed), 1);
    }
}
