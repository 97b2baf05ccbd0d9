//! gather gives results by position, whoever ends first; it needs two ticks after the last.
use crate::ticks::{ms, run, say};
use executor::{JoinHandle, gather, sleep, spawn, yield_now};

async fn work(name: &'static str, millis: u64) -> &'static str {
    sleep(ms(millis)).await;
    say!(name, "finishes");
    name
}

async fn quick() -> &'static str {
    "quick"
}

async fn main() {
    say!("main got", gather([work("A", 60), work("B", 20), work("C", 40)]).await.unwrap());
    say!("main got", gather([quick(), quick()]).await.unwrap());
    let done = spawn(quick());
    yield_now().await;
    say!("main got", gather([done]).await.unwrap());
    say!("main got", gather(Vec::<JoinHandle<u32>>::new()).await.unwrap());
}

pub(crate) fn program() {
    run(main());
}
