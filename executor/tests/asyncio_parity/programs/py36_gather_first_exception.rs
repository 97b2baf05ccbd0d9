//! gather raises the first failure at once; the other children are not cancelled.
use crate::ticks::{Python, ValueError, ms, run, say, secs};
use executor::{TaskError, sleep, try_gather};

async fn work(name: &'static str, millis: u64, fail: bool) -> Result<&'static str, ValueError> {
    sleep(ms(millis)).await;
    say!(name, if fail { "fails" } else { "finishes" });
    if fail {
        return Err(ValueError::new(name));
    }
    Ok(name)
}

async fn main() {
    let all = try_gather([work("A", 60, false), work("B", 20, true), work("C", 40, true)]);
    if let Err(TaskError::Failed(e)) = all.await {
        say!("main caught", e.repr());
    }
    sleep(secs(0.06)).await;
    say!("main done");
}

pub(crate) fn program() {
    run(main());
}
