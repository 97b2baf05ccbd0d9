//! axum on tokio's `current_thread` runtime: the same server as `hyper-tokio`, with a framework's comfort.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::serve::ListenerExt;
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Wanted {
    seconds: f64,
}

async fn activer() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "activer: here you are, at once\n")
}

async fn sleeper(Query(Wanted { seconds }): Query<Wanted>) -> impl IntoResponse {
    tokio::time::sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default()).await;
    ([(CACHE_CONTROL, "no-store")], format!("sleeper: slept {seconds} s\n"))
}

async fn serve(port: u16) -> io::Result<()> {
    let routes = Router::new().route("/activer", get(activer)).route("/sleeper", get(sleeper));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await
}

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: axum-tokio PORT");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(port))
}
