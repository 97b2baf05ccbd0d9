//! A queue that is never empty keeps neither timers nor sockets waiting: each tick asks for them.
use crate::support::sockets::socket_pair;
use crate::ticks::{run, say, secs};
use executor::net::TcpStream;
use executor::{block, call_later, call_soon, sleep};
use std::rc::Rc;

async fn main() {
    let (a, b) = socket_pair();
    let (a, b) = (Rc::new(a), Rc::new(b));

    fn busy(n: u32, a: Rc<TcpStream>) {
        say!("busy", n);
        if n == 2 {
            a.try_write(b"x").unwrap();
            block(secs(0.03));
        }
        if n < 4 {
            call_soon(move || busy(n + 1, a));
        }
    }

    b.add_reader(|b| {
        let mut data = [0; 10];
        let read = b.try_read(&mut data).unwrap();
        say!("readable", data[..read]);
        b.remove_reader();
    })
    .unwrap();
    call_later(secs(0.02), || say!("timer"));
    call_soon(move || busy(1, a));
    sleep(secs(0.06)).await;
}

pub(crate) fn program() {
    run(main());
}
