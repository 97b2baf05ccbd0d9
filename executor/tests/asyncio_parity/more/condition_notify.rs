//! Condition: who is notified goes on only when it has the lock again, one after the other.
use crate::ticks::{run, say};
use executor::sync::{Condition, Lock};
use executor::{spawn, yield_now};
use std::rc::Rc;

async fn waiter(name: &str, cond: Rc<(Lock<()>, Condition)>) {
    let guard = cond.0.acquire().await;
    say!(name, "waits");
    let _guard = cond.1.wait(guard).await;
    say!(name, "goes on");
}

async fn main() {
    let cond = Rc::new((Lock::new(()), Condition::new()));
    let mut tasks = ["A", "B", "C"].map(|n| spawn(waiter(n, Rc::clone(&cond))));
    yield_now().await;
    {
        let _guard = cond.0.acquire().await;
        cond.1.notify(1);
        say!("main notified one, and still has the lock");
        yield_now().await;
        say!("main gives it back");
    }
    (&mut tasks[0]).await.unwrap();
    say!("A done; the others:", tasks[1].is_finished(), tasks[2].is_finished());
    {
        let _guard = cond.0.acquire().await;
        cond.1.notify_all();
        say!("main notified all");
    }
    (&mut tasks[2]).await.unwrap();
    say!("all done:", tasks.iter().all(|t| t.is_finished()));
}

pub(crate) fn program() {
    run(main());
}
