//! Many futures on one thread: a table of tasks, and a queue of those that can go on. That is an executor, in forty lines.
//!
//! Watch for: the two guests take turns. A task that is woken goes to the end of the line, and the loop asks nobody who does
//! not stand in it. When the line is empty, there is nothing to do: here that is the end; rung 5 puts a wait there.
//!
//! ```text
//! $ cargo run --example 04_a_queue_of_tasks
//! Ada: sip 1
//! Bob: sip 1
//! Ada: sip 2
//! Bob: sip 2
//! Ada: sip 3
//! Bob: sip 3
//! nobody can go on
//! ```

use std::collections::VecDeque;
use std::future::{self, Future};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// The ready queue: the numbers of the tasks that can go on, the longest waiting first. Behind a lock, because a waker may be
/// called from any thread.
type Ready = Arc<Mutex<VecDeque<usize>>>;

/// The buzzer of one task: it puts the task's number into the queue, and that is all.
struct Buzzer {
    task: usize,
    ready: Ready,
}

impl Wake for Buzzer {
    fn wake(self: Arc<Self>) {
        self.ready.lock().expect("nobody panics").push_back(self.task);
    }
}

#[derive(Default)]
struct Executor {
    /// An empty place is a task that is done.
    tasks: Vec<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    ready: Ready,
}

impl Executor {
    fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
        self.ready.lock().expect("nobody panics").push_back(self.tasks.len());
        self.tasks.push(Some(Box::pin(future)));
    }

    fn run(&mut self) {
        loop {
            // A statement of its own: the lock is free again before the task runs, which may wake somebody.
            let next = self.ready.lock().expect("nobody panics").pop_front();
            let Some(task) = next else { break };
            let Some(future) = &mut self.tasks[task] else { continue };
            let waker = Waker::from(Arc::new(Buzzer { task, ready: Arc::clone(&self.ready) }));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.tasks[task] = None;
            }
        }
    }
}

/// Lets the others have a turn: the first time it is asked, it presses its own buzzer.
async fn yield_now() {
    let mut asked = false;
    future::poll_fn(|context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn guest(name: &str) {
    for sip in 1..=3 {
        println!("{name}: sip {sip}");
        yield_now().await;
    }
}

fn main() {
    let mut executor = Executor::default();
    executor.spawn(guest("Ada"));
    executor.spawn(guest("Bob"));
    executor.run();
    println!("nobody can go on");
}
