//! What few tasks need of their cell: those who watch the task, and the report of a bad result. It is
//! allocated when it is needed, because there may be a hundred thousand tasks that never do.

use std::mem;

use super::Shared;
use super::unclaimed::{Bad, Unclaimed, panic_only};
use super::watch::Watcher;
use crate::inspect::names::Outcome;
use crate::join_error::JoinError;

/// See the [module](self).
pub(super) struct Rare<T> {
    /// What `gather` and its like want done when the task is over, by the watch's number.
    watchers: Vec<(u64, Watcher)>,
    /// Looks for what must not be lost of a result: a panic, and an error where that is known to be
    /// one.
    bad: Bad<T>,
    /// Reports such a result if it is still here when the last handle on it goes.
    unclaimed: Option<Unclaimed>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared { result: None, outcome: None, waiter: None, rare: None }
    }
}

impl<T> Shared<T> {
    /// Whether nobody watches the task, and nothing about its result can be bad: nearly always.
    pub(super) fn is_plain(&self) -> bool {
        self.rare.is_none() && self.outcome == Some(Outcome::Returned)
    }

    fn rare(&mut self) -> &mut Rare<T> {
        let none = || Box::new(Rare { watchers: Vec::new(), bad: panic_only, unclaimed: None });
        self.rare.get_or_insert_with(none)
    }

    pub(super) fn bad(&self) -> Bad<T> {
        self.rare.as_ref().map_or(panic_only, |rare| rare.bad)
    }

    pub(super) fn set_bad(&mut self, bad: Bad<T>) {
        self.rare().bad = bad;
    }

    /// Adds a watcher, and gives its number.
    pub(super) fn add_watcher(&mut self, watcher: Watcher) -> u64 {
        let watchers = &mut self.rare().watchers;
        // Who stands last in the list has the greatest number.
        let number = watchers.last().map_or(1, |(last, _)| last + 1);
        watchers.push((number, watcher));
        number
    }

    pub(super) fn remove_watcher(&mut self, number: u64) -> Option<Watcher> {
        let watchers = &mut self.rare.as_mut()?.watchers;
        let place = watchers.iter().position(|(theirs, _)| *theirs == number)?;
        Some(watchers.remove(place).1)
    }

    /// Keeps the report of a bad result.
    pub(super) fn keep(&mut self, unclaimed: Unclaimed) {
        self.rare().unclaimed = Some(unclaimed);
    }

    /// The task is over: those who watch it are to be called.
    pub(super) fn take_watchers(&mut self) -> Vec<(u64, Watcher)> {
        self.rare.as_mut().map(|rare| mem::take(&mut rare.watchers)).unwrap_or_default()
    }

    /// Takes the result, and the note that would report it.
    pub(super) fn take(&mut self) -> Option<Result<T, JoinError>> {
        self.claim();
        self.result.take()
    }

    /// Somebody has heard of the result.
    pub(super) fn claim(&mut self) {
        let unclaimed = self.rare.as_mut().and_then(|rare| rare.unclaimed.take());
        if let Some(unclaimed) = unclaimed {
            unclaimed.withdraw();
        }
    }
}
