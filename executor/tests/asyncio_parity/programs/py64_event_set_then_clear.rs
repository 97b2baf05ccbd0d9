//! `Event.set()` wakes all present waiters in order, even if `clear()` follows at once.
use crate::ticks::{run, say};
use executor::sync::Event;
use executor::{spawn, yield_now};
use std::rc::Rc;

async fn waiter(name: &str, event: Rc<Event>) {
    say!(name, "waits");
    event.wait().await;
    say!(name, "wakes; is_set:", event.is_set());
}

async fn main() {
    let event = Rc::new(Event::new());
    let [_, _, last] = ["A", "B", "C"].map(|n| spawn(waiter(n, Rc::clone(&event))));
    yield_now().await;
    event.set();
    event.clear();
    say!("main did set() and clear()");
    let late = spawn(waiter("late", Rc::clone(&event)));
    last.await.unwrap();
    yield_now().await;
    say!("late is still waiting:", !late.is_finished());
    event.set();
    late.await.unwrap();
}

pub(crate) fn program() {
    run(main());
}
