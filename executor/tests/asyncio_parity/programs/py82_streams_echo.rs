//! A TCP echo server and two clients in one loop, one thread; replies by arrival.
use crate::ticks::{ms, note, run, secs};
use executor::net::{StreamReader, StreamWriter, open_connection, start_server};
use executor::{gather, sleep, spawn};
use std::io;

async fn serve(mut reader: StreamReader, writer: StreamWriter) -> io::Result<()> {
    while let Some(line) = reader.next_line().await.unwrap() {
        let line = String::from_utf8(line).unwrap();
        let (millis, text) = line.trim_end().split_once(' ').unwrap();
        sleep(ms(millis.parse().unwrap())).await;
        writer.write(format!("{text}!\n").as_bytes())?;
        writer.drain().await?;
    }
    writer.close();
    Ok(())
}

async fn client(name: &str, port: u16, millis: u64) {
    let (mut reader, writer) = open_connection(format!("127.0.0.1:{port}")).await.unwrap();
    writer.write(format!("{millis} {name}\n").as_bytes()).unwrap();
    note!(name, "asked, wants the answer after", millis, "ms");
    note!(name, "received", String::from_utf8(reader.read_line().await.unwrap()).unwrap().trim());
    writer.close();
    writer.wait_closed().await.unwrap();
}

async fn main() {
    let server = start_server("127.0.0.1:0".parse().unwrap(), serve).unwrap();
    let port = server.local_addr().port();
    let slow = spawn(client("slow", port, 80));
    sleep(secs(0.02)).await;
    gather([slow, spawn(client("fast", port, 20))]).await.unwrap();
    server.close();
    server.wait_closed().await;
    note!("server closed");
}

pub(crate) fn program() {
    run(main());
}
