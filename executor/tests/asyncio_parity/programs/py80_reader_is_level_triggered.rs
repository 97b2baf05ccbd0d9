//! `add_reader` is level-triggered: unread bytes call the reader again in every tick.
use crate::support::sockets::socket_pair;
use crate::ticks::{run, say};
use executor::yield_now;
use std::rc::Rc;

async fn main() {
    let (a, b) = socket_pair();
    let (a, b) = (a, Rc::new(b));

    b.add_reader(|b| {
        let mut data = [0; 1]; // one byte only, the rest stays
        b.try_read(&mut data).unwrap();
        say!("reader callback read", data[..]);
    })
    .unwrap();
    a.try_write(b"xyz").unwrap();
    say!("3 bytes were sent at once");
    for i in 0..5 {
        yield_now().await;
        say!("main is back", i);
    }
    say!("remove_reader:", b.remove_reader(), b.remove_reader());
}

pub(crate) fn program() {
    run(main());
}
