//! smol's `LocalExecutor` with our least HTTP: an executor beside ours, of the same size, that is in wide use.

use std::io;
use std::rc::Rc;

use peers::{Answers, Route, parse};
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream};
use smol::{LocalExecutor, Timer};

/// Serves one connection, from its first byte to its last.
async fn serve_connection(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = Answers::default();
    let mut buffer = vec![0; 16 * 1024];
    let mut input = Vec::new();
    let mut output = Vec::new();
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(&buffer[..count]);
        answers.refresh();
        // All that one read brought is answered with one write.
        let mut used = 0;
        let mut was_last = false;
        while !was_last && let Some(asked) = parse(&input[used..]).map_err(io::Error::other)? {
            used += asked.length;
            was_last = asked.is_last;
            if let Route::Sleeper(time) = asked.route {
                stream.write_all(&output).await?;
                output.clear();
                Timer::after(time).await;
                answers.refresh();
            }
            answers.write(&asked, &mut output);
        }
        input.drain(..used);
        stream.write_all(&output).await?;
        output.clear();
        if was_last {
            return Ok(());
        }
    }
}

async fn serve(port: u16, executor: Rc<LocalExecutor<'static>>) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        executor.spawn(serve_connection(stream)).detach();
    }
}

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: smol-httparse PORT");
    let executor = Rc::new(LocalExecutor::new());
    smol::block_on(executor.run(serve(port, Rc::clone(&executor))))
}
