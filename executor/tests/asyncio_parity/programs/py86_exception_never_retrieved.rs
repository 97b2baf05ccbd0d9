//! A task's exception is reported when the task is dropped without anybody having looked at it.
use crate::ticks::{Python, ValueError, run, say};
use executor::{set_exception_handler, spawn_fallible, yield_now};

async fn fails(what: &str) -> Result<(), ValueError> {
    Err(ValueError::new(what))
}

async fn main() {
    set_exception_handler(|c| say!("exception handler:", c.message, "|", c.exception));
    let ignored = spawn_fallible(fails("ignored"));
    let mut looked_at = spawn_fallible(fails("looked at"));
    yield_now().await;
    say!("both failed, nothing reported yet:", ignored.is_finished(), looked_at.is_finished());
    say!("main looks at one:", looked_at.take().unwrap().unwrap().unwrap_err().repr());
    drop(looked_at);
    say!("that one dropped; now dropping the other");
    drop(ignored);
    say!("main goes on");
}

pub(crate) fn program() {
    run(main());
}
