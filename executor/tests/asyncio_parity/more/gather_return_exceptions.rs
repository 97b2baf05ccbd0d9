//! `gather(return_exceptions=True)` waits for all, and gives errors in their places.
use crate::ticks::{Python, ValueError, ms, run, say, secs};
use executor::{JoinError, call_later, gather_results, sleep, spawn};

async fn work(name: &'static str, millis: u64, fail: bool) -> Result<&'static str, ValueError> {
    sleep(ms(millis)).await;
    say!(name, if fail { "fails" } else { "finishes" });
    if fail {
        return Err(ValueError::new(name));
    }
    Ok(name)
}

async fn main() {
    let c = spawn(work("C", 1000, false));
    let its_handle = c.abort_handle();
    call_later(secs(0.06), move || _ = its_handle.cancel());
    let results = gather_results([spawn(work("A", 40, false)), spawn(work("B", 20, true)), c]).await;
    say!("A:", results[0].as_ref().unwrap().as_ref().unwrap());
    say!("B:", results[1].as_ref().unwrap().as_ref().unwrap_err().repr());
    say!("C was cancelled:", matches!(results[2], Err(JoinError::Cancelled)));
}

pub(crate) fn program() {
    run(main());
}
