//! How a task is made: a future gets a name, a slot in the table, a handle, and a place in the ready queue.
//!
//! That is all. Nothing of the future runs yet; its first step is an entry of the next turn like any other.
//! asyncio: `create_task`, whose task calls `loop.call_soon(self.__step)`.

use std::future::Future;
use std::rc::Rc;

use crate::event_loop::{self, EventLoop, LoopState};
use crate::inspect::names::{Spot, TaskId};
use crate::join_error::JoinError;
use crate::join_handle::{JoinHandle, joinable};
use crate::ready::Entry;
use crate::task::About;

/// Makes a task of a future. Its first step is in the next turn; it goes on whether or not anybody
/// keeps the handle. asyncio: `asyncio.create_task`.
///
/// A task, its handle and everything that waits on the loop stay on the loop's thread. What asyncio's
/// debug mode finds out at run time ("Non-thread-safe operation invoked on an event loop other than
/// the current one"), the compiler does before:
///
/// ```compile_fail,E0277
/// # use executor::{run, spawn};
/// # run(async {
/// let task = spawn(async { 5 });
/// // error: `Rc<...>` cannot be sent between threads safely
/// std::thread::spawn(move || task.abort());
/// # });
/// ```
///
/// What may travel: wakers, an [`AbortHandle`](crate::AbortHandle), and a [`LoopHandle`](crate::LoopHandle), by
/// which another thread can [spawn](crate::LoopHandle::spawn) and
/// [call](crate::LoopHandle::call_soon_threadsafe).
///
/// ```
/// # use executor::{run, spawn};
/// # run(async {
/// let task = spawn(std::future::pending::<()>());
/// let stops_it = task.abort_handle();
/// std::thread::spawn(move || stops_it.abort());
/// assert!(task.await.is_err());
/// # }).unwrap();
/// ```
///
/// # Panics
///
/// Outside of a running loop; before it runs, use [`EventLoop::spawn`].
#[track_caller]
#[doc(alias = "create_task")]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    event_loop::running("spawn()").spawn(None, Spot::here(), future)
}

/// As [`spawn`], with a name for traces. asyncio: `create_task(..., name=...)`.
///
/// # Panics
///
/// Outside of a running loop.
#[track_caller]
#[doc(alias = "set_name")]
pub fn spawn_named<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    event_loop::running("spawn_named()").spawn(Some(name), Spot::here(), future)
}

impl EventLoop {
    /// Makes a task of a future, as [`spawn`](crate::spawn) does: it waits until the loop is run.
    #[track_caller]
    #[doc(alias = "create_task")]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        self.state.spawn(None, Spot::here(), future)
    }
}

impl LoopState {
    /// Makes a task of a future. It is polled for the first time in the next turn, never here: who
    /// spawns can finish what it is doing before anything else runs. asyncio: `create_task`.
    pub(crate) fn spawn<F>(&self, name: Option<&str>, place: Spot, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        self.spawn_concluding(name, place, future, Ok)
    }

    /// The same, for a future whose output is not yet the task's result: `conclude` makes it one.
    pub(crate) fn spawn_concluding<F, C, T>(
        &self,
        name: Option<&str>,
        place: Spot,
        future: F,
        conclude: C,
    ) -> JoinHandle<T>
    where
        F: Future + 'static,
        C: Fn(F::Output) -> Result<T, JoinError> + 'static,
        T: 'static,
    {
        // Names are never given twice, so a trace can be searched for one.
        let id = TaskId::after(self.last_task.get());
        self.last_task.set(Some(id));
        let name = name.map_or_else(|| Rc::clone(&self.unnamed), Rc::from);
        self.tell_spawned(id, &name, place);
        joinable(future, conclude, |body| {
            // The only allocation that a task needs for its future, and the last time that the
            // future moves.
            let about =
                About { name, place, awaiting: Default::default(), since: self.turn_time.get(), polls: 0 };
            let task = self.tasks.insert(id, Box::pin(body), about, &self.ready.inbox);
            self.ready.push(Entry::Step(task.key));
            task
        })
    }
}
