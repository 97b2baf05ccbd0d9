//! Tasks, timers and sockets joined: the whole idea of an event loop, in 150 lines.
//!
//! Watch for: `tick`. There is one place where the thread waits, in the kernel, and it waits for all at once: until the earliest
//! timer or the first socket. The guest reads a message from a socket that the kitchen writes to after a nap; Ada
//! naps meanwhile. Everything after this rung is the same loop, made fast, and made to tell what it does.
//!
//! Three things it has not yet: a sleep that is dropped keeps its timer, the list of sleepers only grows, and another thread
//! cannot end the wait in the kernel, which takes a socket of the loop's own (`reactor/src/notifier.rs`).
//!
//! ```text
//! $ cargo run --example 07_the_whole_idea
//! turn 1
//! turn 2
//!   kitchen: here you are
//! turn 3
//!   guest: got "a coffee"
//! turn 4
//!   Ada: had a nap
//! ```

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::future::{self, Future};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Token};

/// What a task's waker does: it puts the task's number into the ready queue. `executor/src/waker.rs`.
struct TaskWaker {
    task: usize,
    ready: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.lock().expect("nobody panics").push_back(self.task);
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The loop. It is borrowed for a moment at a time, and never while a task runs.
struct EventLoop {
    /// Who can go on. `ready.rs`.
    ready: Arc<Mutex<VecDeque<usize>>>,
    /// Who is not done. `task.rs`.
    tasks: RefCell<BTreeMap<usize, Task>>,
    /// Which sleeper waits until when, the earliest on top. Wakers have no order: they lie beside it. `time/heap.rs`.
    timers: RefCell<BinaryHeap<Reverse<(Instant, usize)>>>,
    sleepers: RefCell<Vec<Option<Waker>>>,
    /// Who waits for which socket, and the kernel's end of it. `reactor/src/reactor.rs`.
    readers: RefCell<BTreeMap<Token, Waker>>,
    poll: RefCell<mio::Poll>,
}

impl EventLoop {
    fn spawn(&self, task: usize, future: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().insert(task, Box::pin(future));
        self.ready.lock().expect("nobody panics").push_back(task);
    }

    /// Runs until nobody is left.
    fn run(&self) -> io::Result<()> {
        let mut turn = 0;
        while !self.tasks.borrow().is_empty() {
            turn += 1;
            println!("turn {turn}");
            self.tick()?;
        }
        Ok(())
    }

    /// One turn. `tick.rs`; asyncio's `_run_once`.
    fn tick(&self) -> io::Result<()> {
        // 1. How long may we wait? Not at all if somebody can go on; else until the next timer.
        let timeout = if self.ready.lock().expect("nobody panics").is_empty() {
            let earliest = self.timers.borrow().peek().map(|Reverse((deadline, _))| *deadline);
            earliest.map(|deadline| deadline.saturating_duration_since(Instant::now()))
        } else {
            Some(Duration::ZERO)
        };
        // 2. Wait for the kernel, so long.
        let mut events = Events::with_capacity(64);
        self.poll.borrow_mut().poll(&mut events, timeout)?;
        // 3. Who can read: to the ready queue.
        for event in &events {
            let reader = self.readers.borrow_mut().remove(&event.token());
            reader.into_iter().for_each(Waker::wake);
        }
        // 4. Whose time has come: to the ready queue.
        let now = Instant::now();
        while self.timers.borrow().peek().is_some_and(|Reverse((deadline, _))| *deadline <= now) {
            let due = self.timers.borrow_mut().pop();
            let sleeper = due.and_then(|Reverse((_, number))| self.sleepers.borrow_mut()[number].take());
            sleeper.into_iter().for_each(Waker::wake);
        }
        // 5. Run what is ready now. Whoever is woken meanwhile waits for the next turn.
        let ready = std::mem::take(&mut *self.ready.lock().expect("nobody panics"));
        for task in ready {
            // Taken out, so that the table is free while it runs.
            let Some(mut future) = self.tasks.borrow_mut().remove(&task) else { continue };
            let waker = Waker::from(Arc::new(TaskWaker { task, ready: Arc::clone(&self.ready) }));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.borrow_mut().insert(task, future);
            }
        }
        Ok(())
    }
}

/// `time/sleep.rs`: leave the waker with the timers, say `Pending`, be woken, look again.
async fn sleep(on: &EventLoop, time: Duration) {
    let (deadline, number) = (Instant::now() + time, on.sleepers.borrow().len());
    on.sleepers.borrow_mut().push(None);
    on.timers.borrow_mut().push(Reverse((deadline, number)));
    future::poll_fn(|context| {
        if Instant::now() >= deadline {
            return Poll::Ready(());
        }
        on.sleepers.borrow_mut()[number] = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// `net/stream.rs`: try first, and only if there is nothing leave the waker with the socket.
async fn read(on: &EventLoop, token: Token, stream: &mut UnixStream) -> String {
    let mut buffer = [0; 64];
    future::poll_fn(|context| match stream.read(&mut buffer) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            on.readers.borrow_mut().insert(token, context.waker().clone());
            Poll::Pending
        }
        result => Poll::Ready(result.expect("the pair is whole")),
    })
    .await;
    String::from_utf8_lossy(&buffer).trim_end_matches('\0').to_owned()
}

fn main() -> io::Result<()> {
    let poll = RefCell::new(mio::Poll::new()?);
    let (ready, tasks, timers, sleepers, readers) = Default::default();
    let on = Rc::new(EventLoop { ready, tasks, timers, sleepers, readers, poll });
    let (mut counter, mut table) = UnixStream::pair()?;
    table.set_nonblocking(true)?;
    let fd = table.as_raw_fd();
    on.poll.borrow().registry().register(&mut SourceFd(&fd), Token(0), Interest::READABLE)?;

    let [guest, kitchen, ada] = [(); 3].map(|()| Rc::clone(&on));
    on.spawn(1, async move { println!("  guest: got {:?}", read(&guest, Token(0), &mut table).await) });
    on.spawn(2, async move {
        sleep(&kitchen, Duration::from_millis(50)).await;
        println!("  kitchen: here you are");
        counter.write_all(b"a coffee").expect("the table is there");
    });
    on.spawn(3, async move {
        sleep(&ada, Duration::from_millis(150)).await;
        println!("  Ada: had a nap");
    });
    on.run()
}
