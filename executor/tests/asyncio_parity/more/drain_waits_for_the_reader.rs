//! `drain()` waits when the other side does not read: back-pressure.
use crate::support::sockets::socket_pair;
use crate::ticks::{note, run, secs};
use executor::net::StreamWriter;
use executor::{sleep, spawn};

async fn main() {
    let (a, b) = socket_pair();
    let (_reader, writer) = a.split();
    let (mut other, _writer) = b.split();

    async fn write(writer: StreamWriter) {
        let chunk = vec![0; 1024 * 1024];
        for _ in 0..3 {
            writer.write(&chunk).unwrap();
            writer.drain().await.unwrap();
        }
        note!("written");
        writer.close();
    }

    let task = spawn(write(writer));
    sleep(secs(0.02)).await;
    note!("nobody reads; written:", task.is_finished());
    let read = other.read_to_end().await.unwrap();
    note!("read", read.len(), "bytes; written:", task.is_finished());
}

pub(crate) fn program() {
    run(main());
}
