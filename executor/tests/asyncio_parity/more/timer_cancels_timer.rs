//! A timer can cancel another timer of the same tick, and one that is far away.
use crate::ticks::{run, say, secs};
use executor::{CallbackHandle, block, call_later, sleep};
use std::cell::OnceCell;
use std::rc::Rc;

async fn main() {
    let (second, fourth) =
        (Rc::new(OnceCell::<CallbackHandle>::new()), Rc::new(OnceCell::<CallbackHandle>::new()));

    let (its_second, its_fourth) = (Rc::clone(&second), Rc::clone(&fourth));
    let first = move || {
        say!("first timer cancels the second and the fourth");
        its_second.get().unwrap().cancel();
        its_fourth.get().unwrap().cancel();
    };

    call_later(secs(0.01), first);
    second.set(call_later(secs(0.02), || say!("second (must not be printed)"))).unwrap();
    call_later(secs(0.03), || say!("third timer"));
    fourth.set(call_later(secs(0.06), || say!("fourth (must not be printed)"))).unwrap();
    block(secs(0.04));
    say!("main blocked past three deadlines");
    sleep(secs(0.1)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
