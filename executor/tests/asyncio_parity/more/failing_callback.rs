//! A callback that fails does not stop the loop: the exception handler hears of it.
use crate::ticks::{run, say};
use executor::{call_soon, set_exception_handler, yield_now};

async fn main() {
    set_exception_handler(|context| say!("handler:", context.exception));

    fn fails() {
        say!("callback fails");
        panic!("boom");
    }

    call_soon(fails);
    call_soon(|| say!("the next callback of the same tick"));
    yield_now().await;
    say!("main goes on");
}

pub(crate) fn program() {
    run(main());
}
