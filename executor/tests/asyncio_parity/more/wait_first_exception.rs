//! `wait(FIRST_EXCEPTION)` returns at the first failure; success alone does not end it.
use crate::ticks::{Python, ValueError, ms, run, say};
use executor::{When, sleep, spawn, try_wait};

async fn work(name: &'static str, millis: u64, fail: bool) -> Result<(), ValueError> {
    sleep(ms(millis)).await;
    say!(name, if fail { "fails" } else { "finishes" });
    if fail { Err(ValueError::new(name)) } else { Ok(()) }
}

async fn main() {
    let a = spawn(work("A", 20, false));
    let b = spawn(work("B", 40, true));
    let c = spawn(work("C", 60, false));
    let (mut done, mut pending) = try_wait([a, b, c], When::FirstError).await;
    say!("done:", done.len(), "pending:", pending.len());
    say!("B failed with", done[1].take().unwrap().unwrap().unwrap_err().repr());
    (&mut pending[0]).await.unwrap().unwrap();
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
