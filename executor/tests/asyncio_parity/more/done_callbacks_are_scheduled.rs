//! Done-callbacks are never called by `set_result`: they are queued, in order, one tick later.
use crate::ticks::{run, say};
use executor::{Deferred, yield_now};

async fn main() {
    let fut = Deferred::new();

    fut.add_done_callback(|f| say!("first callback:", f.unwrap()));
    let removed = fut.add_done_callback(|_| say!("(must not be printed)"));
    fut.add_done_callback(|f| say!("second callback:", f.unwrap()));
    say!("removed:", fut.remove_done_callback(removed), fut.remove_done_callback(removed));
    fut.set("value").unwrap();
    say!("main did set_result");
    fut.add_done_callback(|f| say!("added when done:", f.unwrap()));
    yield_now().await;
    say!("main is back");
}

pub(crate) fn program() {
    run(main());
}
