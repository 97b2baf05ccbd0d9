//! What the twins of the Python programs share: the twin of `ticks.py`.
//!
//! | `ticks.py` | here |
//! |---|---|
//! | `say(...)` | `say!(...)`: prints `tick N: ...`, N being the turn in which it is printed |
//! | `note(...)` | `note!(...)`: prints `-: ...`, where the turn means nothing |
//! | `run(main())` | [`run`]`(main())` |
//! | `TickLoop()` | [`new_loop`]`()` |
//! | `block(s)` | `executor::block` |
//!
//! Words are printed as Python prints them, so that the output can be compared letter for letter.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use executor::{ClockKind, EventLoop};

use crate::support::kinds::Kind;

/// Where a program's lines go. A program that starts a thread hands it its own.
pub(crate) type Paper = Arc<Mutex<Vec<String>>>;

thread_local! {
    static PAPER: RefCell<Paper> = RefCell::default();
    /// The kind of loop that programs on this thread get.
    static LOOP: Cell<Option<(Kind, ClockKind)>> = const { Cell::new(None) };
}

/// Prints the words with the number of the turn. They are made first: an `.await` in them may take
/// turns.
macro_rules! say {
    ($($word:expr),* $(,)?) => {{
        let words = [$($crate::ticks::Python::str(&$word)),*].join(" ");
        $crate::ticks::print(format!("tick {}: {words}", executor::turn()));
    }};
}

/// Prints the words: where no loop runs, or where the turn means nothing.
macro_rules! note {
    ($($word:expr),* $(,)?) => {{
        let words = [$($crate::ticks::Python::str(&$word)),*].join(" ");
        $crate::ticks::print(format!("-: {words}"));
    }};
}

pub(crate) use {note, say};

pub(crate) fn print(line: String) {
    let paper = paper();
    paper.lock().unwrap().push(line);
}

/// Where this thread prints to.
pub(crate) fn paper() -> Paper {
    PAPER.with_borrow(Arc::clone)
}

/// Prints to `paper` from now on.
pub(crate) fn print_to(paper: Paper) {
    PAPER.set(paper);
}

/// Runs a program on loops of this kind, and gives what it printed.
pub(crate) fn output_of(program: fn(), kind: Kind, clock: ClockKind) -> String {
    LOOP.set(Some((kind, clock)));
    print_to(Paper::default());
    program();
    let paper = paper();
    let lines = std::mem::take(&mut *paper.lock().unwrap());
    let mut output = lines.join("\n");
    output.push('\n');
    output
}

/// A loop of the kind that is being judged.
pub(crate) fn new_loop() -> EventLoop {
    let (kind, clock) = LOOP.get().expect("programs are run by output_of");
    kind.builder(clock).build().unwrap()
}

/// Runs `main` on a loop of its own, as `executor::run` does.
pub(crate) fn run<F: Future + 'static>(main: F) -> F::Output {
    let event_loop = new_loop();
    let result = event_loop.block_on(main);
    event_loop.cancel_all_tasks();
    result
}

/// Seconds, as Python counts them.
pub(crate) fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Milliseconds.
pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How Python prints a value.
pub(crate) trait Python {
    /// Python: `str(value)`.
    fn str(&self) -> String;

    /// Python: `repr(value)`, which is what it prints inside of lists.
    fn repr(&self) -> String {
        self.str()
    }
}

impl<T: Python + ?Sized> Python for &T {
    fn str(&self) -> String {
        T::str(self)
    }

    fn repr(&self) -> String {
        T::repr(self)
    }
}

impl Python for str {
    fn str(&self) -> String {
        self.to_owned()
    }

    fn repr(&self) -> String {
        format!("'{self}'")
    }
}

impl Python for String {
    fn str(&self) -> String {
        self.clone()
    }

    fn repr(&self) -> String {
        self.as_str().repr()
    }
}

impl Python for bool {
    fn str(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

/// For what Python and Rust print alike.
macro_rules! prints_alike {
    ($($alike:ty),*) => {$(
        impl Python for $alike {
            fn str(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

prints_alike!(char, i32, u32, u64, u128, usize, executor::Cancelled, executor::JoinError);

impl Python for [u8] {
    fn str(&self) -> String {
        format!("b'{}'", self.escape_ascii())
    }
}

impl<T: Python> Python for Vec<T> {
    fn str(&self) -> String {
        let items: Vec<String> = self.iter().map(Python::repr).collect();
        format!("[{}]", items.join(", "))
    }
}

impl<T: Python> Python for Option<T> {
    fn str(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), Python::str)
    }

    fn repr(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), Python::repr)
    }
}

/// Python's exception of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueError(pub(crate) String);

impl ValueError {
    pub(crate) fn new(text: &str) -> Self {
        ValueError(text.to_owned())
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ValueError {}

impl Python for ValueError {
    fn str(&self) -> String {
        self.0.clone()
    }

    fn repr(&self) -> String {
        format!("ValueError({})", self.0.repr())
    }
}
