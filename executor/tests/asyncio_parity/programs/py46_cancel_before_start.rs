//! A task cancelled before its first step never runs a line of its body, not even finally.
use crate::ticks::{run, say};
use executor::{JoinError, spawn};

async fn child() {
    say!("child body (must not be printed)");
    say!("child finally (must not be printed)");
}

async fn main() {
    let mut task = spawn(child());
    say!("main cancels; cancel() returns", task.cancel(), "cancelled yet?", task.is_cancelled());
    if let Err(JoinError::Cancelled) = (&mut task).await {
        say!("main: CancelledError; cancelled now?", task.is_cancelled());
    }
}

pub(crate) fn program() {
    run(main());
}
