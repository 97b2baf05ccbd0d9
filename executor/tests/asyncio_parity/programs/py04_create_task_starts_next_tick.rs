//! `create_task` only schedules: the child's first line runs in the next tick.
use crate::ticks::{run, say};
use executor::{spawn, yield_now};

async fn child(name: &str) {
    say!("child", name, "starts");
}

async fn main() {
    let a = spawn(child("A"));
    let b = spawn(child("B"));
    say!("main created A and B; done yet?", a.is_finished(), b.is_finished());
    yield_now().await;
    say!("main is back; done yet?", a.is_finished(), b.is_finished());
}

pub(crate) fn program() {
    run(main());
}
