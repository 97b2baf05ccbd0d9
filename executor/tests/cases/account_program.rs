//! The program of the golden account: sockets, timers, joins, callbacks, and every way to end.

use std::future::pending;
use std::time::Duration;

use executor::net::TcpStream;
use executor::{EventLoop, block, call_later, call_soon, sleep, spawn, spawn_named, timeout, yield_now};

use crate::support::sockets::socket_pair;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Sends a word, waits for the answer, and takes its time in between.
async fn client(server: TcpStream, word: &[u8], pause: Duration) -> usize {
    server.write_all(word).await.unwrap();
    sleep(pause).await;
    let mut answer = [0; 16];
    let first = server.read(&mut answer).await.unwrap();
    server.write_all(&answer[..first]).await.unwrap();
    server.read(&mut answer).await.unwrap()
}

/// Sends everything back, until there is no more.
async fn echo(client: TcpStream) -> usize {
    let mut bytes = [0; 16];
    let mut total = 0;
    loop {
        let count = client.read(&mut bytes).await.unwrap();
        if count == 0 {
            return total;
        }
        total += count;
        client.write_all(&bytes[..count]).await.unwrap();
    }
}

pub(crate) fn run(event_loop: &EventLoop) {
    event_loop.block_on(main());
}

async fn main() {
    let (near_a, far_a) = socket_pair();
    let (near_b, far_b) = socket_pair();
    let echo_a = spawn_named("echo A", echo(near_a));
    let echo_b = spawn_named("echo B", echo(near_b));
    let client_a = spawn_named("client A", client(far_a, b"coffee", ms(50)));
    let client_b = spawn_named("client B", client(far_b, b"tea", ms(20)));

    call_later(ms(30), || drop(spawn_named("by callback", async { yield_now().await })));
    call_later(ms(70), || ()).cancel();
    call_soon(|| block(ms(5)));
    call_soon(|| ()).cancel();

    let late = timeout(ms(10), sleep(ms(5_000))).await;
    assert!(late.is_err());
    let in_time = timeout(ms(5_000), async { yield_now().await }).await;
    assert!(in_time.is_ok());

    assert_eq!(client_a.await.unwrap(), 6);
    assert_eq!(client_b.await.unwrap(), 3);
    assert_eq!(echo_a.await.unwrap(), 12);
    assert_eq!(echo_b.await.unwrap(), 6);

    let aborted = spawn(pending::<()>());
    yield_now().await;
    aborted.abort();
    assert!(aborted.await.unwrap_err().is_cancelled());

    drop(spawn_named("left", async { sleep(Duration::from_hours(100)).await }));
    sleep(Duration::from_hours(30)).await;
}
