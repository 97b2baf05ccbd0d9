//! `TaskGroup`: one child fails, its siblings are cancelled and waited for, then the error comes.
//!
//! `cancelling()` is 0 after it, as in Python 3.13; up to 3.12 asyncio forgot to take its own
//! request back, and prints 1.
use crate::ticks::{ValueError, ms, run, say, secs};
use executor::{Cancelled, TaskGroup, cancellable, cancelling, sleep, task_group};
use std::cell::RefCell;
use std::rc::Rc;

type Names = Rc<RefCell<Vec<&'static str>>>;

async fn fails() -> Result<(), ValueError> {
    sleep(secs(0.02)).await;
    say!("fails: raises");
    Err(ValueError::new("boom"))
}

async fn sibling(
    name: &'static str,
    cleanup_ms: u64,
    cancelled: Names,
) -> Result<Result<(), ValueError>, Cancelled> {
    if let Err(Cancelled) = cancellable(sleep(secs(1.0))).await {
        cancelled.borrow_mut().push(name);
        say!("a sibling is cancelled, it is number", cancelled.borrow().len());
        sleep(ms(cleanup_ms)).await;
        say!(name, "cleaned up");
        return Err(Cancelled);
    }
    Ok(Ok(()))
}

async fn main() {
    let cancelled = Names::default(); // in order of cancellation; asyncio promises none
    let (mut quick, mut slow) = (None, None);
    let group = task_group(async |tg: TaskGroup<ValueError>| {
        tg.spawn(fails());
        quick = Some(tg.spawn_cancellable(sibling("quick", 20, Rc::clone(&cancelled))));
        slow = Some(tg.spawn_cancellable(sibling("slow", 50, Rc::clone(&cancelled))));
        Ok(())
    });
    if let Err(group) = group.await {
        say!("main caught", group.into_errors().iter().map(ToString::to_string).collect::<Vec<String>>());
    }
    say!(
        "siblings cancelled:",
        quick.unwrap().is_cancelled(),
        slow.unwrap().is_cancelled(),
        "| main cancelling():",
        cancelling()
    );
}

pub(crate) fn program() {
    run(main());
}
