//! hyper on tokio's `current_thread` runtime: what a Rust programmer would write.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match request.uri().path() {
        "/activer" => (StatusCode::OK, Bytes::from_static(b"activer: here you are, at once\n")),
        "/sleeper" => {
            let seconds = request.uri().query().and_then(|query| query.strip_prefix("seconds="));
            let seconds = seconds.and_then(|word| word.parse().ok()).unwrap_or(10.0);
            tokio::time::sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default()).await;
            (StatusCode::OK, format!("sleeper: slept {seconds} s\n").into())
        }
        _ => (StatusCode::NOT_FOUND, Bytes::new()),
    };
    let response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(CACHE_CONTROL, "no-store")
        .body(Full::new(body));
    Ok(response.expect("the headers are well-formed"))
}

async fn serve(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        spawn_local(async move {
            let mut http = http1::Builder::new();
            // Answers to pipelined requests leave together: not the default, and the best it can do.
            http.timer(TokioTimer::new()).pipeline_flush(true);
            // The error is that of a client that is gone.
            let _ = http.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: hyper-tokio PORT");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, serve(port))
}
