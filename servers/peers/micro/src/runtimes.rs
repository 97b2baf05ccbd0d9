//! The executors, each behind the same few names: `run`, `Spawner`, `yield_now`, `sleep`, `sleep_until`, `now`,
//! `channel`. What is measured is written once, in macros that are expanded beside each of them: a trait would have to
//! say whether its futures can be sent, and that is what they do not agree on.

use clap::ValueEnum;

/// Whom a figure is of. Its name on the command line is its key in what `--json` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Runtime {
    Ours,
    Tokio,
    LocalSet,
    Smol,
    Futures,
}

impl Runtime {
    pub const ALL: [Runtime; 5] =
        [Runtime::Ours, Runtime::Tokio, Runtime::LocalSet, Runtime::Smol, Runtime::Futures];

    /// Those that ours is held against, wherever it is the better of them. `LocalPool` has neither timers nor sockets.
    pub const RIVALS: [Runtime; 3] = [Runtime::Tokio, Runtime::LocalSet, Runtime::Smol];

    pub fn key(self) -> &'static str {
        match self {
            Runtime::Ours => "ours",
            Runtime::Tokio => "tokio",
            Runtime::LocalSet => "local-set",
            Runtime::Smol => "smol",
            Runtime::Futures => "futures",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Runtime::Ours => "ours",
            Runtime::Tokio => "tokio current_thread",
            Runtime::LocalSet => "tokio LocalSet",
            Runtime::Smol => "smol LocalExecutor",
            Runtime::Futures => "futures LocalPool",
        }
    }
}

pub mod ours {
    use std::future::Future;
    use std::rc::Rc;

    use executor::{EventLoop, JoinHandle};
    pub use executor::{Sleep, now, sleep, sleep_until, yield_now};

    #[derive(Clone)]
    pub struct Spawner;

    impl Spawner {
        pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
            executor::spawn(future)
        }
    }

    pub fn run<F, M>(main: M) -> F::Output
    where
        F: Future + 'static,
        M: FnOnce(Spawner) -> F,
    {
        EventLoop::builder().build().expect("a loop").block_on(main(Spawner))
    }

    // It always has timers and sockets.
    pub use run as run_with_drivers;
    /// There is no budget that a task could use up.
    pub use std::convert::identity as unconstrained;

    pub struct Channel<T>(Rc<executor::sync::Queue<T>>);

    impl<T: 'static> Channel<T> {
        pub fn send(&self, item: T) {
            assert!(self.0.try_put(item).is_ok(), "the queue is open and has no limit");
        }

        pub async fn receive(&mut self) -> T {
            self.0.get().await.expect("the queue is open")
        }
    }

    pub fn channel<T: 'static>() -> (Channel<T>, Channel<T>) {
        let queue = Rc::new(executor::sync::Queue::new(0));
        (Channel(Rc::clone(&queue)), Channel(queue))
    }
}

/// tokio's channel, clock and sleep, for both of its executors.
pub mod of_tokio {
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    pub use tokio::task::yield_now;
    use tokio::time::Instant;
    pub use tokio::time::{Sleep, sleep, sleep_until};

    pub fn now() -> Instant {
        Instant::now()
    }

    pub struct Sender<T>(UnboundedSender<T>);
    pub struct Receiver<T>(UnboundedReceiver<T>);

    impl<T> Sender<T> {
        pub fn send(&self, item: T) {
            assert!(self.0.send(item).is_ok(), "the channel is open");
        }
    }

    impl<T> Receiver<T> {
        pub async fn receive(&mut self) -> T {
            self.0.recv().await.expect("the channel is open")
        }
    }

    pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = unbounded_channel();
        (Sender(sender), Receiver(receiver))
    }

    /// With its timers and sockets, as `#[tokio::main]` has it: there is more to look at in every turn.
    pub fn with_drivers() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    }

    /// Without: it can run tasks and nothing else.
    pub fn bare() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
    }
}

pub mod tokio_current {
    use std::future::Future;

    pub use super::of_tokio::{Sleep, channel, now, sleep, sleep_until, yield_now};
    use super::of_tokio::{bare, with_drivers};
    use tokio::task::JoinHandle;
    pub use tokio::task::coop::unconstrained;

    #[derive(Clone)]
    pub struct Spawner;

    impl Spawner {
        pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
        where
            F: Future + Send + 'static,
            F::Output: Send,
        {
            tokio::spawn(future)
        }
    }

    pub fn run<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        bare().block_on(main(Spawner))
    }

    pub fn run_with_drivers<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        with_drivers().block_on(main(Spawner))
    }
}

pub mod tokio_local {
    use std::future::Future;

    pub use super::of_tokio::{Sleep, channel, now, sleep, sleep_until, yield_now};
    use super::of_tokio::{bare, with_drivers};
    pub use tokio::task::coop::unconstrained;
    use tokio::task::{JoinHandle, LocalSet, spawn_local};

    #[derive(Clone)]
    pub struct Spawner;

    impl Spawner {
        pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
            spawn_local(future)
        }
    }

    pub fn run<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        LocalSet::new().block_on(&bare(), main(Spawner))
    }

    pub fn run_with_drivers<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        LocalSet::new().block_on(&with_drivers(), main(Spawner))
    }
}

pub mod of_smol {
    use std::future::Future;
    use std::rc::Rc;
    use std::time::{Duration, Instant};

    pub use smol::Timer as Sleep;
    use smol::channel::{Receiver as Inner, Sender as InnerSender, unbounded};
    pub use smol::future::yield_now;
    use smol::{LocalExecutor, Task, Timer};

    #[derive(Clone)]
    pub struct Spawner(Rc<LocalExecutor<'static>>);

    impl Spawner {
        pub fn spawn<F: Future + 'static>(&self, future: F) -> Task<F::Output> {
            self.0.spawn(future)
        }
    }

    pub fn run<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        let executor = Rc::new(LocalExecutor::new());
        smol::block_on(executor.run(main(Spawner(Rc::clone(&executor)))))
    }

    pub use run as run_with_drivers;
    pub use std::convert::identity as unconstrained;

    pub fn now() -> Instant {
        Instant::now()
    }

    pub fn sleep(duration: Duration) -> Timer {
        Timer::after(duration)
    }

    pub fn sleep_until(deadline: Instant) -> Timer {
        Timer::at(deadline)
    }

    pub struct Sender<T>(InnerSender<T>);
    pub struct Receiver<T>(Inner<T>);

    impl<T> Sender<T> {
        pub fn send(&self, item: T) {
            assert!(self.0.try_send(item).is_ok(), "the channel is open and has no limit");
        }
    }

    impl<T> Receiver<T> {
        pub async fn receive(&mut self) -> T {
            self.0.recv().await.expect("the channel is open")
        }
    }

    pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = unbounded();
        (Sender(sender), Receiver(receiver))
    }
}

pub mod of_futures {
    use std::future::Future;

    use futures::StreamExt;
    use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
    use futures::executor::{LocalPool, LocalSpawner};
    use futures::future::RemoteHandle;
    use futures::task::LocalSpawnExt;
    pub use smol::future::yield_now;

    #[derive(Clone)]
    pub struct Spawner(LocalSpawner);

    impl Spawner {
        pub fn spawn<F: Future + 'static>(&self, future: F) -> RemoteHandle<F::Output> {
            self.0.spawn_local_with_handle(future).expect("the pool is there")
        }
    }

    pub fn run<F: Future, M: FnOnce(Spawner) -> F>(main: M) -> F::Output {
        let mut pool = LocalPool::new();
        let spawner = Spawner(pool.spawner());
        pool.run_until(main(spawner))
    }

    pub use run as run_with_drivers;

    pub struct Sender<T>(UnboundedSender<T>);
    pub struct Receiver<T>(UnboundedReceiver<T>);

    impl<T> Sender<T> {
        pub fn send(&self, item: T) {
            assert!(self.0.unbounded_send(item).is_ok(), "the channel is open");
        }
    }

    impl<T> Receiver<T> {
        pub async fn receive(&mut self) -> T {
            self.0.next().await.expect("the channel is open")
        }
    }

    pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = unbounded();
        (Sender(sender), Receiver(receiver))
    }
}
