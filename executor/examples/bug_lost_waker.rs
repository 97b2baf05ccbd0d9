//! A future that says `Pending` and leaves its waker with nobody: its task is never looked at again.
//!
//! Watch for: the coffee is made, and the guest waits on. `Pending` is a promise that somebody will call the
//! waker; here nobody has it. The loop can tell, because its own hold on the guest's waker is the only one.
//!
//! ```text
//! $ cargo run --example bug_lost_waker
//! guest:   is it ready? no
//! machine: brewing
//! machine: ready, and no buzzer to press
//! nothing is ready to run, and nobody holds the guest's waker: it would wait for ever
//! ```
//!
//! The cure is the line that leaves the waker where the machine finds it:
//!
//! ```text
//! $ cargo run --example bug_lost_waker -- cured
//! guest:   is it ready? no
//! machine: brewing
//! machine: ready, and presses the buzzer
//! guest:   is it ready? yes
//! both are done
//! ```
//!
//! In the wild: one task stands still, without an error and without using the processor, and goes on as soon
//! as anything else happens to wake it: a timeout around it "repairs" it. In tokio it is a hand-written `poll`
//! that returns `Pending` without having polled anything that does, or that kept the waker of an earlier poll
//! and now wakes a task that has long moved on. In Python it is a future whose `set_result` nobody calls, or
//! calls from another thread without `call_soon_threadsafe`: it is set, but the loop sleeps on.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::env;
use std::future::{self, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// What the guest and the machine share.
#[derive(Default)]
struct Counter {
    ready: Cell<bool>,
    buzzer: RefCell<Option<Waker>>,
}

/// Wakes a task by putting its name into the ready queue.
struct ByName(&'static str, Arc<Mutex<VecDeque<&'static str>>>);

impl Wake for ByName {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("nobody panics").push_back(self.0);
    }
}

async fn guest(counter: Rc<Counter>, cured: bool) {
    future::poll_fn(|cx| {
        if counter.ready.get() {
            println!("guest:   is it ready? yes");
            return Poll::Ready(());
        }
        println!("guest:   is it ready? no");
        if cured {
            counter.buzzer.replace(Some(cx.waker().clone()));
        }
        Poll::Pending
    })
    .await;
}

#[expect(clippy::unused_async, reason = "a task is a future, whether it waits or not")]
async fn machine(counter: Rc<Counter>) {
    println!("machine: brewing");
    counter.ready.set(true);
    match counter.buzzer.take() {
        Some(buzzer) => {
            println!("machine: ready, and presses the buzzer");
            buzzer.wake();
        }
        None => println!("machine: ready, and no buzzer to press"),
    }
}

fn main() {
    let cured = env::args().any(|word| word == "cured");
    let counter = Rc::new(Counter::default());
    let ready = Arc::new(Mutex::new(VecDeque::from(["guest", "machine"])));
    let waker = |name| Arc::new(ByName(name, Arc::clone(&ready)));
    let mut guest: Pin<Box<dyn Future<Output = ()>>> = Box::pin(guest(Rc::clone(&counter), cured));
    let mut machine: Pin<Box<dyn Future<Output = ()>>> = Box::pin(machine(counter));
    let (guest_waker, machine_waker) = (waker("guest"), waker("machine"));

    let mut guest_is_done = false;
    loop {
        let Some(name) = ready.lock().expect("nobody panics").pop_front() else { break };
        let (task, waker) = match name {
            "guest" => (&mut guest, &guest_waker),
            _ => (&mut machine, &machine_waker),
        };
        let waker = Waker::from(Arc::clone(waker));
        let poll = task.as_mut().poll(&mut Context::from_waker(&waker));
        guest_is_done |= name == "guest" && poll.is_ready();
    }
    if guest_is_done {
        println!("both are done");
    } else {
        assert_eq!(Arc::strong_count(&guest_waker), 1, "somebody may yet wake the guest");
        println!("nothing is ready to run, and nobody holds the guest's waker: it would wait for ever");
    }
}
