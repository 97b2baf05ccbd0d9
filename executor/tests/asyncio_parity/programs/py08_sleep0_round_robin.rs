//! sleep(0) goes to the back of the queue: two tasks take strict turns, one step a tick.
use crate::ticks::{run, say};
use executor::{spawn, yield_now};

async fn worker(name: &str) {
    for i in 0..3 {
        say!(name, "step", i);
        yield_now().await;
    }
    say!(name, "returns");
}

async fn main() {
    let a = spawn(worker("A"));
    let b = spawn(worker("B"));
    a.await.unwrap();
    say!("main saw A finish");
    b.await.unwrap();
    say!("main saw B finish");
}

pub(crate) fn program() {
    run(main());
}
