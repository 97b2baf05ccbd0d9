//! Three philosophers and three forks: who takes the smaller fork first never waits for ever.
use crate::ticks::{run, say, secs};
use executor::sync::Lock;
use executor::{sleep, task_group};
use std::convert::Infallible;
use std::rc::Rc;

type Fork = Rc<Lock<()>>;

async fn philosopher(name: &str, first: Fork, second: Fork) -> Result<(), Infallible> {
    for meal in 0..2 {
        let _first = first.acquire().await;
        sleep(secs(0.02)).await;
        let _second = second.acquire().await;
        say!(name, "eats", meal);
        sleep(secs(0.04)).await;
    }
    say!(name, "is done");
    Ok(())
}

async fn main() {
    let forks = [Fork::default(), Fork::default(), Fork::default()];
    let group = task_group(async |tg| {
        tg.spawn(philosopher("A", Rc::clone(&forks[0]), Rc::clone(&forks[1])));
        tg.spawn(philosopher("B", Rc::clone(&forks[1]), Rc::clone(&forks[2])));
        tg.spawn(philosopher("C", Rc::clone(&forks[0]), Rc::clone(&forks[2])));
        Ok(())
    });
    group.await.unwrap();
    say!("all are done");
}

pub(crate) fn program() {
    run(main());
}
