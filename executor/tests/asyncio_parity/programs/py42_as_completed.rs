//! `as_completed` hands out results in the order of completion.
use crate::ticks::{ms, run, say};
use executor::{as_completed, sleep};

async fn work(name: &'static str, millis: u64) -> &'static str {
    sleep(ms(millis)).await;
    say!(name, "finishes");
    name
}

async fn main() {
    let mut jobs = as_completed([work("A", 60), work("B", 20), work("C", 40)]);
    while let Some(next_one) = jobs.next().await {
        say!("main got", next_one.unwrap());
    }
}

pub(crate) fn program() {
    run(main());
}
