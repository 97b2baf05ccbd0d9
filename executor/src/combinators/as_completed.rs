//! `as_completed`: results in the order in which tasks end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use super::{Bell, IntoTask, into_tasks, watch_each};
use crate::inspect::names::{Awaiting, Spot};
use crate::join_error::JoinError;
use crate::join_handle::JoinHandle;
use crate::join_handle::watch::Watch;

/// Hands out what these tasks return, each as soon as it is over: ask [`next`](AsCompleted::next)
/// as often as there are tasks. asyncio: `asyncio.as_completed`.
///
/// Futures become tasks in the order in which they are given. (asyncio puts them into a set first,
/// and promises no order.)
///
/// # Panics
///
/// Outside of a running loop, if there are futures to make tasks of.
#[track_caller]
pub fn as_completed<C>(children: impl IntoIterator<Item = C>) -> AsCompleted<C::Output>
where
    C: IntoTask<Output: 'static>,
{
    let handles = into_tasks(children);
    let (over, bell) = (Rc::new(RefCell::new(VecDeque::new())), Rc::new(Bell::default()));
    let noted = Rc::clone(&over);
    let watcher: Rc<dyn Fn(usize) -> bool> = Rc::new(move |position| {
        noted.borrow_mut().push_back(position);
        true
    });
    let held = watch_each(&handles, &bell, &watcher);
    AsCompleted { left: handles.len(), handles, _watches: held, over, bell }
}

/// The tasks of [`as_completed`] whose results nobody has had yet.
pub struct AsCompleted<T> {
    handles: Vec<JoinHandle<T>>,
    _watches: Vec<Watch<T>>,
    /// How many results have not been handed out.
    left: usize,
    /// Which tasks are over, first come first served.
    over: Rc<RefCell<VecDeque<usize>>>,
    bell: Rc<Bell>,
}

impl<T> AsCompleted<T> {
    /// Waits for the next task to be over, and gives what it returned: nothing once each has been
    /// had. Dropping the future loses no result.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "an iterator that one awaits is not one that blocks")]
    pub fn next(&mut self) -> impl Future<Output = Option<Result<T, JoinError>>> + '_ {
        let place = Spot::here();
        poll_fn(move |cx| {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            let Some(position) = self.over.borrow_mut().pop_front() else {
                self.bell.listen(cx, Awaiting::AsCompleted, place);
                return Poll::Pending;
            };
            self.left -= 1;
            let result = self.handles[position].take_result();
            Poll::Ready(Some(result.expect("a task is over once")))
        })
    }
}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish_non_exhaustive()
    }
}
