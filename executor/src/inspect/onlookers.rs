//! Tasks that work for those who look on, and are [left out](super::left_out) of what they see.

use std::future::Future;

use super::names::Spot;
use crate::event_loop;
use crate::join_handle::JoinHandle;

/// Leaves the running task out of what observers are told, from here on, and all that it spawns. It
/// is for tasks that serve somebody who looks on.
///
/// # Panics
///
/// Outside of a running loop, and in a callback: there is no task to leave out.
#[track_caller]
pub fn leave_out() {
    let state = event_loop::running("leave_out()");
    let Some(task) = state.narrator().task() else { panic!("leave_out() needs a running task") };
    state.narrator().leave_out(task);
}

/// As [`spawn_named`](crate::spawn_named), for a task that is [left out](leave_out) from its first
/// step on.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
pub fn spawn_observer<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    let state = event_loop::running("spawn_observer()");
    let handle = state.spawn(Some(name), Spot::here(), future);
    state.narrator().leave_out(handle.id());
    handle
}
