//! Barrier(3): nobody passes before the third arrives; the last one does not wait at all.
use crate::ticks::{ms, run, say};
use executor::sync::Barrier;
use executor::{gather, sleep};
use std::rc::Rc;

async fn runner(name: &str, barrier: Rc<Barrier>, millis: u64) {
    sleep(ms(millis)).await;
    say!(name, "arrives");
    let place = barrier.wait().await.unwrap();
    say!(name, "passes, place", place);
}

async fn main() {
    let barrier = Rc::new(Barrier::new(3));
    let runners = [("A", 20), ("B", 60), ("C", 40)].map(|(n, millis)| runner(n, Rc::clone(&barrier), millis));
    gather(runners).await.unwrap();
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
