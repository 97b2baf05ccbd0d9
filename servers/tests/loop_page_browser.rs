//! The page in a browser: `page/browser.py` drives it against both servers.
//!
//! Python with selenium is `$PAGE_PYTHON`, or the `python3` there is; the screenshots go to the target folder.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod program_support;

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use program_support::{ASYNC, BLOCKING, serve_with};

#[test]
#[ignore = "needs chromium"]
fn the_page_shows_the_loop() {
    // Each server wants to know where the other will be: so one port is chosen before.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let blocking_url = format!("http://{free}");
    let (_async, server) = serve_with(ASYNC, &["--blocking-url", &blocking_url]);
    let async_url = format!("http://{server}");
    let flags = ["--addr", &free.to_string(), "--async-url", &async_url];
    let mut command = program_support::command(BLOCKING, &flags);
    command.env("RUST_LOG", "error");
    let blocking = program_support::Program::start(command);
    assert_eq!(blocking.line(), format!("listening on {blocking_url}"));

    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loop-page");
    fs::create_dir_all(&shots).unwrap();
    let python = env::var("PAGE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/browser.py");
    let status =
        Command::new(python).arg(script).args([&async_url, &blocking_url]).arg(shots).status().unwrap();
    assert!(status.success(), "the page does not show what it should");
}
