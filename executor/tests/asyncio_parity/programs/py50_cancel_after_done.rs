//! `cancel()` on a finished task changes nothing and returns False.
use crate::ticks::{run, say};
use executor::{spawn, yield_now};

async fn child() -> &'static str {
    "result"
}

async fn main() {
    let mut task = spawn(child());
    yield_now().await;
    say!("done:", task.is_finished(), "cancel() ->", task.cancel());
    say!("result still there:", (&mut task).await.unwrap(), "| cancelled():", task.is_cancelled());
}

pub(crate) fn program() {
    run(main());
}
