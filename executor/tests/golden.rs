//! One program, and every event of it.
//!
//! The events are the loop's account of itself, and log lines, recordings and the live page are all
//! made of them. Under the virtual clock the account of a program is the same every time, byte for
//! byte: here it is compared with a text that was read by a person and checked in. A change of the
//! loop that changes the account shows in the diff of that text:
//!
//! ```text
//! UPDATE_GOLDEN=1 cargo test -p executor --test golden && git diff executor/tests/accounts
//! ```

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::path::Path;
use std::{env, fs};

use executor::{BackendKind, Choice, ClockKind, TimerKind, WakeMode};

mod support {
    pub(crate) mod kinds;
    pub(crate) mod patience;
    pub(crate) mod sockets;
    pub(crate) mod watcher;
}

mod cases {
    pub(crate) mod account;
    pub(crate) mod account_program;
}

use cases::{account, account_program};
use support::kinds::Kind;
use support::patience::within_patience;
use support::watcher::Watcher;

const RUNS: usize = 1000;

/// One run of the program, told from the first event to the last.
fn account_of(kind: Kind) -> String {
    let watcher = Watcher::new();
    let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
    account_program::run(&event_loop);
    drop(event_loop);
    let mut text = String::new();
    for record in watcher.records() {
        text += &account::line(&record);
        text += "\n";
    }
    text
}

/// The checked-in account of a way to wake.
fn golden(wake: WakeMode) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/accounts").join(format!("{}.txt", wake.name()));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let kind = Kind { backend: BackendKind::Mio, timers: TimerKind::Wheel, wake };
        fs::write(&path, account_of(kind)).unwrap();
    }
    fs::read_to_string(&path).unwrap()
}

/// Where a timer lies in the wheel, and that it moves there, is nothing that a heap could tell; so the
/// numbers of the events differ, too.
fn without_slots(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains("TimerMoved"));
    let parts = lines.map(|line| line.split(" slot=").next().unwrap_or_default());
    parts.map(|part| part.trim_start().trim_start_matches(char::is_numeric).to_owned() + "\n").collect()
}

#[test]
fn a_thousand_runs_give_the_same_account() {
    for (_, wake) in WakeMode::CHOICES {
        let expected = golden(*wake);
        for (_, backend) in BackendKind::CHOICES {
            let kind = Kind { backend: *backend, timers: TimerKind::Wheel, wake: *wake };
            let accounts = within_patience(move || {
                let first = account_of(kind);
                for run in 1..RUNS {
                    assert_eq!(account_of(kind), first, "run {run} on {kind:?}");
                }
                first
            });
            assert_eq!(accounts, expected, "on {kind:?}");
        }
    }
}

#[test]
fn the_heap_gives_the_account_of_the_wheel() {
    for kind in Kind::all() {
        let account = within_patience(move || account_of(kind));
        assert_eq!(without_slots(&account), without_slots(&golden(kind.wake)), "on {kind:?}");
    }
}
