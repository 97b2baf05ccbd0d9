//! Where does a sleeping task sleep? In a heap, as a deadline and a waker. And the loop sleeps for all of them at once.
//!
//! Watch for: nobody counts the time. When no task can go on, the loop looks for the earliest deadline, lets the thread sleep
//! until then, and wakes its owner. Three naps take as long as the longest of them.
//!
//! The buzzers are in a list beside the heap and not in it: they have no order, and a sleeper that is asked again leaves another
//! one. The lists of tasks and of buzzers only grow here, and a sleep that is dropped keeps its timer: the eighth rung does better.
//!
//! ```text
//! $ cargo run --example 05_timers_in_a_heap
//! Ada naps for 150 ms
//! Bob naps for 50 ms
//! Cleo naps for 100 ms
//! Bob is awake
//! Cleo is awake
//! Ada is awake
//! one after the other would be 300 ms; took less: true
//! ```

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::{self, Future};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

type Task = Pin<Box<dyn Future<Output = ()>>>;

static READY: Mutex<VecDeque<usize>> = Mutex::new(VecDeque::new());

thread_local! {
    /// Which sleeper sleeps until when, the earliest on top (asyncio: `loop._scheduled`), and the sleepers' buzzers.
    static TIMERS: RefCell<BinaryHeap<Reverse<(Instant, usize)>>> = RefCell::default();
    static SLEEPERS: RefCell<Vec<Option<Waker>>> = RefCell::default();
    static TASKS: RefCell<Vec<Option<Task>>> = RefCell::default();
}

struct Buzzer(usize);

impl Wake for Buzzer {
    fn wake(self: Arc<Self>) {
        READY.lock().expect("nobody panics").push_back(self.0);
    }
}

fn spawn(future: impl Future<Output = ()> + 'static) {
    let number = TASKS.with_borrow(Vec::len);
    TASKS.with_borrow_mut(|tasks| tasks.push(Some(Box::pin(future))));
    READY.lock().expect("nobody panics").push_back(number);
}

async fn sleep(time: Duration) {
    let (deadline, sleeper) = (Instant::now() + time, SLEEPERS.with_borrow(Vec::len));
    SLEEPERS.with_borrow_mut(|sleepers| sleepers.push(None));
    TIMERS.with_borrow_mut(|timers| timers.push(Reverse((deadline, sleeper))));
    future::poll_fn(|context| {
        if Instant::now() >= deadline {
            return Poll::Ready(());
        }
        SLEEPERS.with_borrow_mut(|sleepers| sleepers[sleeper] = Some(context.waker().clone()));
        Poll::Pending
    })
    .await;
}

fn run() {
    loop {
        // In braces, so that the lock is free again before the task is polled: it may wake somebody.
        while let Some(task) = { READY.lock().expect("nobody panics").pop_front() } {
            let Some(mut future) = TASKS.with_borrow_mut(|tasks| tasks[task].take()) else { continue };
            let waker = Waker::from(Arc::new(Buzzer(task)));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                TASKS.with_borrow_mut(|tasks| tasks[task] = Some(future));
            }
        }
        // Nobody can go on. Who is the next that can, and when?
        let Some(Reverse((deadline, sleeper))) = TIMERS.with_borrow_mut(BinaryHeap::pop) else { break };
        // No notifier can cut this sleep short: what another thread wakes meanwhile has to wait until it is over.
        std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
        let buzzer = SLEEPERS.with_borrow_mut(|sleepers| sleepers[sleeper].take());
        buzzer.into_iter().for_each(Waker::wake);
    }
}

fn main() {
    let began = Instant::now();
    for (name, millis) in [("Ada", 150), ("Bob", 50), ("Cleo", 100)] {
        spawn(async move {
            println!("{name} naps for {millis} ms");
            sleep(Duration::from_millis(millis)).await;
            println!("{name} is awake");
        });
    }
    run();
    let less = began.elapsed() < Duration::from_millis(290);
    println!("one after the other would be 300 ms; took less: {less}");
}
