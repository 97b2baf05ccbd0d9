//! `sock_recv`: bytes that are there need no tick; bytes that come wake the task a tick later.
use crate::support::sockets::socket_pair;
use crate::ticks::{run, say, secs};
use executor::call_later;
use executor::net::TcpStream;
use std::rc::Rc;

async fn sock_recv(sock: &TcpStream, most: usize) -> Vec<u8> {
    let mut data = vec![0; most];
    let read = sock.read(&mut data).await.unwrap();
    data.truncate(read);
    data
}

async fn main() {
    let (a, b) = socket_pair();
    let a = Rc::new(a);
    a.try_write(b"first").unwrap();
    say!("received", *sock_recv(&b, 10).await);
    let sender = Rc::clone(&a);
    call_later(secs(0.02), move || drop(sender.try_write(b"second")));
    say!("received", *sock_recv(&b, 10).await);
    a.write_all(b"third").await.unwrap();
    say!("sent without waiting");
    say!("received", *sock_recv(&b, 10).await);
    drop(a);
    say!("the end:", *sock_recv(&b, 10).await);
}

pub(crate) fn program() {
    run(main());
}
