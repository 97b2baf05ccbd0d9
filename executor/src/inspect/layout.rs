//! How a log line is laid out: in columns that `grep` and eyes can use, and never wider than a
//! terminal.

use std::fmt;
use std::time::Duration;

use log::Level;

use super::names::Place;

/// The widest a line gets. Only a warning may be wider: it is read one at a time, and for its end.
const WIDTH: usize = 100;
/// Where the place in the source begins, unless the text is longer.
const PLACE_COLUMN: usize = 70;

/// One log line, column by column.
///
/// ```text
///  1.205 #3 I timer T2 conn5   arm tm1 +10.000s slot=2.28                @async_server.rs:41
/// ```
#[derive(Debug)]
pub struct Line<'a> {
    /// Since when the program or its loop runs.
    pub time: Duration,
    /// The loop's turn; nothing where there is no loop.
    pub turn: Option<u64>,
    /// Printed as its first letter.
    pub level: Level,
    /// The log target; only what follows its last `::` is printed.
    pub target: &'a str,
    /// Who: a task and its name, or a connection; `-` if it is empty.
    pub who: &'a str,
    /// What happened.
    pub text: &'a str,
    /// Where in the source: file name and line are printed.
    pub place: Option<Place>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.time.as_millis();
        let time = format!("{}.{:03}", millis / 1000, millis % 1000);
        let turn = self.turn.map_or_else(|| "-".to_owned(), |turn| format!("#{turn}"));
        let letter = &self.level.as_str()[..1];
        let target = self.target.rsplit("::").next().unwrap_or_default();
        let who = if self.who.is_empty() { "-" } else { self.who };
        let mut line = format!("{time:>6} {turn} {letter} {target:<5} {who:<10} {}", self.text);
        let place = self.place.map_or_else(String::new, |place| {
            let file = place.file().rsplit('/').next().unwrap_or_default();
            format!(" @{file}:{}", place.line())
        });
        let room = WIDTH.saturating_sub(place.chars().count());
        if self.level > Level::Warn && line.chars().count() > room {
            line = line.chars().take(room - 1).collect();
            line.push('~');
        }
        if place.is_empty() {
            return f.write_str(&line);
        }
        let column = PLACE_COLUMN.min(room);
        write!(f, "{line:<column$}{place}")
    }
}

/// A duration as `1.205s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3}s", duration.as_secs_f64())
}

/// A duration in the unit that gives it one to three digits before the point: `120us`, `1.2ms`,
/// `3.0s`.
pub(crate) fn short(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros < 1_000 {
        format!("{micros}us")
    } else if micros < 1_000_000 {
        format!("{:.1}ms", duration.as_secs_f64() * 1e3)
    } else {
        format!("{:.1}s", duration.as_secs_f64())
    }
}
