//! `TaskGroup`: the block ends when the last child does, and children may add children.
use crate::ticks::{ms, run, say, secs};
use executor::{TaskGroup, sleep, task_group};
use std::convert::Infallible;

async fn work(name: &'static str, millis: u64) -> Result<&'static str, Infallible> {
    sleep(ms(millis)).await;
    say!(name, "finishes");
    Ok(name)
}

async fn parent(tg: TaskGroup<Infallible>) -> Result<(), Infallible> {
    sleep(secs(0.02)).await;
    say!("parent adds a child");
    tg.spawn(work("grandchild", 40));
    Ok(())
}

async fn main() {
    let group = task_group(async |tg: TaskGroup<Infallible>| {
        let a = tg.spawn(work("A", 40));
        tg.spawn(parent(tg.clone()));
        say!("end of the body");
        Ok(a)
    });
    let mut a = group.await.unwrap();
    say!("after the group:", a.take().unwrap().unwrap());
    task_group(async |_: TaskGroup<Infallible>| Ok(())).await.unwrap();
    say!("an empty group takes no tick");
}

pub(crate) fn program() {
    run(main());
}
