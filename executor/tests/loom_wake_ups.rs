//! No wake-up from another thread is lost, in whatever order the threads run.
//!
//! What `waker.rs` and `inbox.rs` do between threads is a few lines, and each is where it is for a
//! reason that no ordinary test can show: the order that goes wrong comes once in a million runs, or
//! only on another processor. So here are the same lines once more, on the types of `loom`, which
//! tries every order that there can be (up to [`PREEMPTIONS`]) and what every processor may do with
//! it. A wake-up that is lost is a loop that waits for ever, and that is what `loom` finds.
//!
//! Two things keep the model honest. It can be broken on purpose ([`Defect`]), and then `loom` must
//! find the order that goes wrong. And where the real code no longer has the lines that are modelled
//! here, a test says so. The real code itself is put under pressure in `cases/handles.rs`.

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

use std::collections::VecDeque;
use std::env;
use std::process::Command;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex, Notify};
use loom::thread;

/// How often a thread is interrupted in the middle of something, in one of the orders that are tried:
/// enough for every [`Defect`], and seconds instead of hours.
const PREEMPTIONS: usize = 3;

/// A mistake that could be made in these few lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    /// The loop's own flag is cleared when the poll is over, and not before it.
    StepBeginsAfterThePoll,
    /// The inbox forgets which tasks there is a note about when the poll is over, and not with the note.
    NoteForgottenAfterThePoll,
    /// Whether there is a note is looked up without the lock, where nothing says that the poll sees what came
    /// before a wake-up.
    NoteFoundWithoutTheLock,
    /// The bell is rung for news that are not there yet.
    BellBeforeTheNews,
    /// The flag of the inbox is cleared after the news were taken, when the lock is open again.
    EmptyAfterTheLock,
    /// The loop does not look into the inbox before it waits, and trusts a bell that only the first
    /// news of a turn ring.
    BellOnlyIfEmptyAndClearedAtTheWait,
}

const DEFECTS: [Defect; 6] = [
    Defect::StepBeginsAfterThePoll,
    Defect::NoteForgottenAfterThePoll,
    Defect::NoteFoundWithoutTheLock,
    Defect::BellBeforeTheNews,
    Defect::EmptyAfterTheLock,
    Defect::BellOnlyIfEmptyAndClearedAtTheWait,
];

/// The variable that tells a process which defect it is to have.
const DEFECT: &str = "LOOM_WAKE_UPS_DEFECT";

/// What can be said to the loop. There is one task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    Wake,
    Call,
}

#[derive(Default)]
struct Contents {
    news: Vec<News>,
    /// Whether there is a note about the task.
    woken: bool,
}

/// `inbox.rs`.
struct Inbox {
    contents: Mutex<Option<Contents>>,
    full: AtomicBool,
    /// `woken` once more, for the defect that it is looked at without the lock.
    found: AtomicBool,
    /// `reactor::Notifier`: any number of calls between two waits ends one wait.
    notifier: Notify,
    defect: Option<Defect>,
}

impl Inbox {
    fn new(defect: Option<Defect>) -> Self {
        Inbox {
            contents: Mutex::new(Some(Contents::default())),
            full: AtomicBool::new(false),
            found: AtomicBool::new(false),
            notifier: Notify::new(),
            defect,
        }
    }

    /// Says whether there was still somebody to read it.
    fn put(&self, news: News) -> bool {
        let without_the_lock = self.defect == Some(Defect::NoteFoundWithoutTheLock);
        if without_the_lock && news == News::Wake && self.found.swap(true, Ordering::Relaxed) {
            return true;
        }
        if self.defect == Some(Defect::BellBeforeTheNews) {
            self.notifier.notify();
        }
        let mut place = self.contents.lock().unwrap();
        let Some(contents) = place.as_mut() else { return false };
        if news == News::Wake {
            if contents.woken && !without_the_lock {
                return true;
            }
            contents.woken = true;
        }
        contents.news.push(news);
        let rung = self.full.swap(true, Ordering::AcqRel);
        drop(place);
        if !rung && self.defect != Some(Defect::BellBeforeTheNews) {
            self.notifier.notify();
        }
        true
    }

    fn is_empty(&self) -> bool {
        !self.full.load(Ordering::Acquire)
    }

    fn take(&self) -> Vec<News> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut place = self.contents.lock().unwrap();
        if self.defect != Some(Defect::EmptyAfterTheLock) {
            self.full.store(false, Ordering::Release);
        }
        let Some(contents) = place.as_mut() else { return Vec::new() };
        if self.defect != Some(Defect::NoteForgottenAfterThePoll) {
            contents.woken = false;
        }
        let news = std::mem::take(&mut contents.news);
        drop(place);
        if self.defect == Some(Defect::EmptyAfterTheLock) {
            self.full.store(false, Ordering::Release);
        }
        self.found.store(false, Ordering::Relaxed);
        news
    }

    fn forget_the_note(&self) {
        if let Some(contents) = self.contents.lock().unwrap().as_mut() {
            contents.woken = false;
        }
    }

    fn close(&self) -> Vec<News> {
        self.contents.lock().unwrap().take().unwrap_or_default().news
    }
}

/// `waker.rs`.
struct TaskWaker {
    queued: AtomicBool,
    inbox: Arc<Inbox>,
}

impl TaskWaker {
    fn step_begins(&self) {
        self.queued.store(false, Ordering::Relaxed);
    }

    /// On another thread than the loop's.
    fn wake(&self) {
        self.inbox.put(News::Wake);
    }

    /// On the loop's own thread.
    fn wake_at_home(&self, ready: &mut VecDeque<()>) {
        if !self.queued.load(Ordering::Relaxed) {
            self.queued.store(true, Ordering::Relaxed);
            ready.push_back(());
        }
    }
}

/// `tick.rs`, for one task: turns until the task has seen `all` that it waits for, and has had the step
/// for which it woke itself. Its own first step is in the queue.
fn run(waker: &TaskWaker, all: usize, seen: &AtomicUsize, wakes_itself: bool) {
    let mut ready = VecDeque::from([()]);
    let mut steps = 0;
    loop {
        // Phases 1 and 2. The inbox is looked at before the wait, and after it.
        let trusts_the_bell = waker.inbox.defect == Some(Defect::BellOnlyIfEmptyAndClearedAtTheWait);
        if ready.is_empty() && trusts_the_bell {
            waker.inbox.full.store(false, Ordering::Release);
            waker.inbox.notifier.wait();
        }
        while ready.is_empty() && waker.inbox.is_empty() {
            waker.inbox.notifier.wait();
        }
        // Phase 3.
        for _ in waker.inbox.take() {
            waker.wake_at_home(&mut ready);
        }
        assert!(ready.len() <= 1, "at most one entry for each task");
        // Phase 5.
        for _ in 0..ready.len() {
            ready.pop_front();
            if waker.inbox.defect != Some(Defect::StepBeginsAfterThePoll) {
                waker.step_begins();
            }
            // Relaxed: it is the wake-up that promises that the poll sees what came before it.
            steps += 1;
            let is_done = seen.load(Ordering::Relaxed) == all && (steps > 1 || !wakes_itself);
            if wakes_itself && steps == 1 {
                waker.wake_at_home(&mut ready);
            }
            match waker.inbox.defect {
                Some(Defect::StepBeginsAfterThePoll) => waker.step_begins(),
                Some(Defect::NoteForgottenAfterThePoll) => waker.inbox.forget_the_note(),
                _ => {}
            }
            if is_done {
                return;
            }
        }
    }
}

fn explore(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

/// A loop, and `threads` threads that each do something that the task waits for and wake it, `times`
/// times.
fn wake_ups(defect: Option<Defect>, threads: usize, times: usize, wakes_itself: bool) {
    explore(move || {
        let inbox = Arc::new(Inbox::new(defect));
        let waker = Arc::new(TaskWaker { queued: AtomicBool::new(true), inbox });
        let seen = Arc::new(AtomicUsize::new(0));
        for _ in 0..threads {
            let (waker, seen) = (Arc::clone(&waker), Arc::clone(&seen));
            thread::spawn(move || {
                for _ in 0..times {
                    seen.fetch_add(1, Ordering::Relaxed);
                    waker.wake();
                }
            });
        }
        run(&waker, threads * times, &seen, wakes_itself);
    });
}

/// A loop, and two threads that each leave a call: a task has never more than one piece of news under
/// way, calls have as many as there are.
fn calls(defect: Option<Defect>) {
    explore(move || {
        let inbox = Arc::new(Inbox::new(defect));
        for _ in 0..2 {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || inbox.put(News::Call));
        }
        let mut called = 0;
        while called < 2 {
            while inbox.is_empty() {
                inbox.notifier.wait();
            }
            called += inbox.take().len();
        }
    });
}

#[test]
fn two_threads_leave_calls() {
    calls(None);
}

#[test]
fn one_thread_wakes_again_and_again() {
    wake_ups(None, 1, 3, false);
}

#[test]
fn two_threads_wake_the_same_task() {
    wake_ups(None, 2, 1, false);
}

#[test]
fn a_task_that_wakes_itself_meanwhile() {
    wake_ups(None, 1, 2, true);
}

/// A loop that ends while another thread leaves news: either the loop gives them back, or whoever
/// brings them hears that nobody is there.
#[test]
fn news_for_a_loop_that_ends_are_not_lost() {
    explore(|| {
        let inbox = Arc::new(Inbox::new(None));
        let theirs = Arc::clone(&inbox);
        let brings = thread::spawn(move || [theirs.put(News::Call), theirs.put(News::Call)]);
        let taken = inbox.take().len();
        let given_back = inbox.close().len();
        let accepted = brings.join().unwrap().into_iter().filter(|accepted| *accepted).count();
        assert_eq!(accepted, taken + given_back);
        assert_eq!(inbox.close().len(), 0);
    });
}

/// A wake-up that is lost ends the process: so each defect has one of its own, this program once more.
#[test]
fn every_defect_is_found() {
    if let Ok(name) = env::var(DEFECT) {
        let defect = DEFECTS.into_iter().find(|defect| format!("{defect:?}") == name);
        assert!(defect.is_some(), "there is no such defect");
        wake_ups(defect, 1, 2, false);
        wake_ups(defect, 2, 1, false);
        wake_ups(defect, 1, 1, true);
        calls(defect);
        return;
    }
    for defect in DEFECTS {
        let mut again = Command::new(env::current_exe().unwrap());
        again.args(["--exact", "every_defect_is_found", "--nocapture"]);
        let output = again.env(DEFECT, format!("{defect:?}")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "nothing went wrong with {defect:?}");
        assert!(
            said.contains("deadlock") || said.contains("one entry"),
            "{defect:?} went wrong with: {said}"
        );
    }
}

/// What is modelled is what is there: a change of these lines is a change of the model too.
#[test]
fn the_code_still_has_the_lines_that_are_modelled() {
    let modelled = [
        (
            include_str!("../src/waker.rs"),
            "fn step_begins(&self) {
                self.queued.store(false, Ordering::Relaxed);
            }",
        ),
        (
            include_str!("../src/waker.rs"),
            "if self.is_queued() {
                queue.tell_woken(self.key, true);
            } else {
                self.queued.store(true, Ordering::Relaxed);
                queue.push_step(self.key);
            }",
        ),
        (
            include_str!("../src/waker.rs"),
            "Some(queue) if self.is_of(&queue.inbox) => self.wake_at_home(&queue),
            _ => self.inbox.put(News::Wake(self.key)),",
        ),
        (
            include_str!("../src/inbox.rs"),
            "if let News::Wake(task) = news
            && !contents.woken.insert(task)
            {
                return;
            }
            contents.news.push(news);
            let rung = self.full.swap(true, Ordering::AcqRel);
            drop(place);
            if !rung {
                self.ring();
            }",
        ),
        (include_str!("../src/inbox.rs"), "!self.full.load(Ordering::Acquire)"),
        (
            include_str!("../src/inbox.rs"),
            "let mut place = self.lock();
            self.full.store(false, Ordering::Release);
            place.as_mut().map(std::mem::take).unwrap_or_default().news",
        ),
        (include_str!("../src/inbox.rs"), "self.lock().take().unwrap_or_default().news"),
        (
            include_str!("../src/task.rs"),
            "let runnable = slot.runnable.take()?;
            slot.shared.step_begins();",
        ),
    ];
    for (source, lines) in modelled {
        assert!(code(source).contains(&code(lines)), "no longer there:\n{lines}");
    }
}

/// The lines without comments and indentation.
fn code(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let code: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    code.join("\n")
}
