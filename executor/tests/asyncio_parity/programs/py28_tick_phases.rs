//! Inside one tick: first what was ready already, then I/O events, then due timers.
use crate::support::sockets::socket_pair;
use crate::ticks::{run, say, secs};
use executor::{block, call_later, call_soon, sleep, yield_now};
use std::rc::Rc;

async fn main() {
    let (a, b) = socket_pair();
    let (a, b) = (a, Rc::new(b));

    call_later(secs(0.01), || say!("timer callback, due since long ago"));
    b.add_reader(|b| {
        let mut data = [0; 10];
        let read = b.try_read(&mut data).unwrap();
        say!("I/O callback read", data[..read]);
        b.remove_reader();
    })
    .unwrap();
    a.try_write(b"x").unwrap();
    block(secs(0.03)); // the timer is overdue, the byte is there
    call_soon(|| say!("call_soon callback, registered last"));
    say!("main yields");
    yield_now().await;
    say!("main is back");
    sleep(secs(0.02)).await;
}

pub(crate) fn program() {
    run(main());
}
