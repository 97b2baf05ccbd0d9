//! Plays a program on a loop: the twin of `random.py`.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use executor::sync::{Event, Lock, Semaphore};
use executor::{
    AbortHandle, Cancelled, ClockKind, Elapsed, JoinError, JoinHandle, TaskError, When, cancellable, shield,
    sleep, spawn_cancellable, timeout, try_gather, wait, yield_now,
};

use super::{EACH, Op, Ops, Program};
use crate::support::kinds::Kind;
use crate::ticks::{Paper, paper, print_to, say, secs};

/// Why a task goes no further.
enum Stop {
    Cancelled,
    Failed,
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Stop::Cancelled
    }
}

impl From<JoinError> for Stop {
    fn from(error: JoinError) -> Self {
        assert!(error.is_cancelled(), "no task panics here");
        Stop::Cancelled
    }
}

struct Failed;

type Task = JoinHandle<Result<(), Failed>>;

struct Player {
    program: Program,
    /// Those that were spawned.
    tasks: RefCell<Vec<Option<AbortHandle>>>,
    /// Of these, those that nobody has waited for.
    unclaimed: RefCell<Vec<Option<Task>>>,
    locks: [Lock<()>; EACH],
    semaphores: [Semaphore; EACH],
    events: [Event; EACH],
}

/// What it prints on a loop of this kind.
pub(super) fn play(program: Program, kind: Kind) -> Vec<String> {
    print_to(Paper::default());
    let player = Rc::new(Player {
        tasks: RefCell::new(program.iter().map(|_| None).collect()),
        unclaimed: RefCell::new(program.iter().map(|_| None).collect()),
        program,
        locks: Default::default(),
        semaphores: [Semaphore::new(1), Semaphore::new(2)],
        events: Default::default(),
    });
    let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
    event_loop.block_on(async move {
        player.spawn(0);
        let first = player.unclaimed.borrow_mut()[0].take().unwrap();
        // Some wait for what never comes. (Beyond a day, asyncio looks at the clock in between.)
        let (done, _) = wait([first], When::AllCompleted).limit(secs(80_000.0)).await;
        say!("over:", done.len());
    });
    // What is left of it says nothing any more.
    let printed = paper().lock().unwrap().clone();
    drop(event_loop);
    printed
}

impl Player {
    fn spawn(self: &Rc<Self>, number: usize) {
        if self.tasks.borrow().get(number).is_none_or(Option::is_some) {
            return;
        }
        let task = self.task(number.to_string(), self.program[number].clone());
        self.tasks.borrow_mut()[number] = Some(task.abort_handle());
        self.unclaimed.borrow_mut()[number] = Some(task);
    }

    fn task(self: &Rc<Self>, name: String, ops: Ops) -> Task {
        let player = Rc::clone(self);
        spawn_cancellable(async move {
            say!(name, "begins");
            match player.play(&name, &ops).await {
                Ok(()) => {
                    say!(name, "returns");
                    Ok(Ok(()))
                }
                Err(Stop::Failed) => {
                    say!(name, "fails");
                    Ok(Err(Failed))
                }
                Err(Stop::Cancelled) => {
                    say!(name, "is cancelled");
                    Err(Cancelled)
                }
            }
        })
    }

    /// In a box, since what is to be done may have more to do inside of it.
    fn play<'a>(
        self: &'a Rc<Self>,
        name: &'a str,
        ops: &'a Ops,
    ) -> Pin<Box<dyn Future<Output = Result<(), Stop>> + 'a>> {
        Box::pin(async move {
            for op in ops {
                self.perform(name, op).await?;
            }
            Ok(())
        })
    }

    async fn perform(self: &Rc<Self>, name: &str, op: &Op) -> Result<(), Stop> {
        match op {
            Op::Yield => cancellable(yield_now()).await?,
            Op::Sleep(seconds) => cancellable(sleep(secs(*seconds))).await?,
            Op::Spawn(number) => self.spawn(*number),
            Op::Cancel(number) => {
                let task = self.tasks.borrow()[*number].clone();
                if let Some(task) = task {
                    say!(name, "cancels", *number, task.cancel());
                }
            }
            Op::Join(number) => {
                self.spawn(*number);
                if let Some(task) = self.claim(*number) {
                    cancellable(task).await??.map_err(|Failed| Stop::Failed)?;
                    say!(name, "has joined", *number);
                }
            }
            Op::Shield(number) => {
                self.spawn(*number);
                if let Some(mut task) = self.claim(*number) {
                    let result = shield(&mut task).await;
                    if !task.is_finished() {
                        self.unclaimed.borrow_mut()[*number] = Some(task);
                    }
                    result?.map_err(|Failed| Stop::Failed)?;
                    say!(name, "has joined", *number);
                }
            }
            Op::Fail => return Err(Stop::Failed),
            Op::Try(ops) => match self.play(name, ops).await {
                Err(Stop::Failed) => say!(name, "goes on"),
                result => result?,
            },
            Op::Refuse(ops) => match self.play(name, ops).await {
                Err(Stop::Cancelled) => say!(name, "refuses"),
                result => result?,
            },
            Op::Finally(ops, cleanup) => {
                let result = self.play(name, ops).await;
                say!(name, "cleans up");
                self.play(name, cleanup).await?;
                result?;
            }
            Op::Gather(children) => {
                let children = children.iter().enumerate();
                let children =
                    children.map(|(number, ops)| self.task(format!("{name}.{number}"), ops.clone()));
                match cancellable(try_gather(children)).await? {
                    Ok(_) => say!(name, "has gathered"),
                    Err(TaskError::Failed(Failed)) => return Err(Stop::Failed),
                    Err(_) => return Err(Stop::Cancelled),
                }
            }
            Op::Limit(seconds, ops) => match timeout(secs(*seconds), self.play(name, ops)).await {
                Err(Elapsed) => say!(name, "is out of time"),
                Ok(result) => result?,
            },
            Op::Lock(number, ops) => {
                let _guard = cancellable(self.locks[*number].acquire()).await?;
                say!(name, "has lock", *number);
                self.play(name, ops).await?;
            }
            Op::Semaphore(number, ops) => {
                let _permit = cancellable(self.semaphores[*number].acquire()).await?;
                say!(name, "has a permit of", *number);
                self.play(name, ops).await?;
            }
            Op::Wait(number) => {
                cancellable(self.events[*number].wait()).await?;
                say!(name, "has seen", *number);
            }
            Op::Set(number) => self.events[*number].set(),
            Op::Clear(number) => self.events[*number].clear(),
        }
        Ok(())
    }

    fn claim(&self, number: usize) -> Option<Task> {
        self.unclaimed.borrow_mut().get_mut(number)?.take()
    }
}
