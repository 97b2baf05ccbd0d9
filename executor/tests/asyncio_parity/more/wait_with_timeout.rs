//! `wait(timeout=...)` cancels nobody: what is not done is pending, and goes on.
use crate::ticks::{ms, run, say, secs};
use executor::{When, sleep, spawn, wait};

async fn work(name: &'static str, millis: u64) -> &'static str {
    sleep(ms(millis)).await;
    say!(name, "finishes");
    name
}

async fn main() {
    let a = spawn(work("A", 20));
    let b = spawn(work("B", 80));
    let (mut done, pending) = wait([a, b], When::AllCompleted).limit(secs(0.04)).await;
    say!("done:", done.len(), "pending:", pending.len(), "B done:", pending[0].is_finished());
    done.extend(pending);
    let (done, pending) = wait(done, When::AllCompleted).await;
    say!("done:", done.len(), "pending:", pending.len(), "B cancelled:", done[1].is_cancelled());
    let (done, _) = wait(done, When::AllCompleted).await;
    say!("all were done already; done:", done.len());
}

pub(crate) fn program() {
    run(main());
}
