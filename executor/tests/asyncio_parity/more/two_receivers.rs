//! Two tasks read two sockets: they wake in the tick in which their bytes come, and go on by turns.
use crate::support::sockets::socket_pair;
use crate::ticks::{run, say, secs};
use executor::net::TcpStream;
use executor::{sleep, spawn};

async fn receiver(name: &str, sock: TcpStream) {
    let mut data = [0; 1];
    while sock.read(&mut data).await.unwrap() > 0 {
        say!(name, "received", data[..]);
    }
    say!(name, "sees the end");
}

async fn main() {
    let pairs = [socket_pair(), socket_pair()];
    let [(first, b), (second, d)] = pairs;
    let tasks = [spawn(receiver("A", b)), spawn(receiver("B", d))];
    sleep(secs(0.02)).await;
    first.try_write(b"x").unwrap();
    sleep(secs(0.02)).await;
    second.try_write(b"yz").unwrap();
    sleep(secs(0.02)).await;
    say!("main closes");
    let [a, b] = tasks;
    drop(first);
    a.await.unwrap();
    drop(second);
    b.await.unwrap();
}

pub(crate) fn program() {
    run(main());
}
