//! A cancelled handle stays in the queue, but is skipped when its turn comes.
use crate::ticks::{run, say};
use executor::{CallbackHandle, call_soon, yield_now};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

async fn main() {
    let handles: Rc<RefCell<HashMap<&str, CallbackHandle>>> = Rc::default();

    let theirs = Rc::clone(&handles);
    let a = move || {
        say!("A runs and cancels C");
        theirs.borrow()["C"].cancel();
    };

    handles.borrow_mut().insert("A", call_soon(a));
    handles.borrow_mut().insert("B", call_soon(|| say!("B (must not be printed)")));
    handles.borrow_mut().insert("C", call_soon(|| say!("C (must not be printed)")));
    handles.borrow_mut().insert("D", call_soon(|| say!("D runs")));
    handles.borrow()["B"].cancel();
    say!("main cancelled B");
    yield_now().await;
    handles.borrow()["A"].cancel();
    say!("main cancelled A, which has run");
}

pub(crate) fn program() {
    run(main());
}
