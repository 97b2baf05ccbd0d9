//! A task that is awaited by itself wakes its waiter in the next tick, through a helper two later.
use crate::ticks::{run, say};
use executor::{When, as_completed, gather, shield, spawn, task_group, wait, yield_now};
use std::convert::Infallible;

async fn work(name: &'static str) -> Result<&'static str, Infallible> {
    yield_now().await;
    say!(name, "ends");
    Ok(name)
}

async fn main() {
    spawn(work("alone")).await.unwrap().unwrap();
    say!("main, after await");
    gather([work("gathered")]).await.unwrap();
    say!("main, after gather");
    wait([spawn(work("waited for"))], When::AllCompleted).await;
    say!("main, after wait");
    let mut completed = as_completed([work("completed")]);
    while let Some(one) = completed.next().await {
        one.unwrap().unwrap();
    }
    say!("main, after as_completed");
    shield(work("shielded")).await.unwrap().unwrap();
    say!("main, after shield");
    let group = task_group(async |tg| {
        tg.spawn(work("grouped"));
        Ok(())
    });
    group.await.unwrap();
    say!("main, after TaskGroup");
}

pub(crate) fn program() {
    run(main());
}
