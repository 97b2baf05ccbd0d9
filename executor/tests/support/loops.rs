//! One program on every kind of loop.

use executor::{ClockKind, EventLoop};

use super::kinds::Kind;
use super::patience::within_patience;

/// Runs `work` on every kind of loop, within the limits of patience. The output of a failing test
/// says which kind it was.
#[track_caller]
pub(crate) fn on_every_kind(clock: ClockKind, work: fn(&EventLoop)) {
    for kind in Kind::all() {
        println!("on {kind:?}");
        within_patience(move || work(&kind.builder(clock).build().unwrap()));
    }
}
