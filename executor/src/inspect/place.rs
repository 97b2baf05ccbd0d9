//! A place in a source file: what every wait, timer and task is told with.
//!
//! Every future that can wait keeps one, and hardly ever does anybody ask for it. So it keeps what the
//! compiler passes, a pointer (a [`Spot`]), and that becomes a file and a line ([`Place`]) when it is
//! told.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::Location;
use std::str::FromStr;

/// A place in the source of this program, as futures, timers and tasks keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot(&'static Location<'static>);

impl Spot {
    /// Where this was called; in a `#[track_caller]` function, where that was.
    #[track_caller]
    pub(crate) fn here() -> Spot {
        Spot(Location::caller())
    }

    /// The same, to be told.
    pub(crate) fn place(self) -> Place {
        Place { file: self.0.file(), line: self.0.line() }
    }
}

/// A place in a source file: where somebody wrote `spawn(...)`, or the `.await` that a task has
/// come to.
///
/// Not the standard library's [`Location`], because nobody can make one of those: a recording that
/// is read back has places, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    file: &'static str,
    line: u32,
}

impl Place {
    /// The file, as the compiler saw it: for this project, from its root.
    pub fn file(self) -> &'static str {
        self.file
    }

    /// The line in it.
    pub fn line(self) -> u32 {
        self.line
    }
}

/// `executor/examples/cafe_async.rs:17`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        if let Some((file, line)) = text.rsplit_once(':')
            && let Ok(line) = line.parse()
        {
            return Ok(Place { file: interned(file), line });
        }
        Err(format!("{text:?} is not a file and a line"))
    }
}

thread_local! {
    static INTERNED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// The text, for as long as the program runs: each is kept once for a thread. For what an event
/// names by a text of the program itself, and a recording by its own: there are few of those.
pub(super) fn interned(text: &str) -> &'static str {
    INTERNED.with_borrow_mut(|known| {
        if let Some(text) = known.get(text) {
            return *text;
        }
        let text: &'static str = Box::leak(text.into());
        known.insert(text);
        text
    })
}
