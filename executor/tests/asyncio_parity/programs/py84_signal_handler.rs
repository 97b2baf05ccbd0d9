//! A signal only writes a byte; its handler runs later, as an ordinary callback of a tick.
use crate::ticks::{run, say};
use executor::Deferred;
use executor::signals::{Signal, add_signal_handler};
use signal_hook::low_level::raise;

async fn main() {
    let fut = Deferred::new();

    let theirs = fut.clone();
    let on_signal = move || {
        say!("signal handler runs as a callback");
        theirs.set(()).unwrap();
    };

    let handler = add_signal_handler(Signal::SIGUSR1, on_signal).unwrap();
    say!("main sends itself SIGUSR1");
    raise(Signal::SIGUSR1.number()).unwrap();
    say!("main goes on; handled yet:", fut.is_done());
    fut.await.unwrap();
    say!("main resumes");
    say!("removed:", handler.remove());
}

pub(crate) fn program() {
    run(main());
}
