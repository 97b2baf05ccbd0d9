//! What ours is to reach, and whether it does.

use std::fmt;

use crate::figures::{Figures, quantile};
use crate::report::number;
use crate::rows::Row;
use crate::runtimes::Runtime;

/// What is held against a bound.
#[derive(Debug, Clone, Copy)]
enum What {
    /// The median over the rounds is less than this.
    Below(f64),
    /// No round has less than this.
    Never(f64),
    /// The median of ours by tokio's `current_thread`, round for round, is no more than this.
    OfTokio(f64),
    /// The same, by the best of tokio's and smol's.
    OfTheBetter(f64),
}

const BOUNDS: &[(&str, What)] = &[
    ("spawn-thousand", What::Below(100.0)),
    ("spawn-million", What::Below(170.0)),
    ("yield-1", What::OfTokio(1.1)),
    ("yield-1000", What::OfTokio(1.1)),
    ("ping-pong", What::Below(55.0)),
    ("another-thread", What::OfTheBetter(1.1)),
    ("memory-parked", What::Below(130.0)),
    ("memory-sleeping", What::Below(200.0)),
    ("timers-1k-insert", What::OfTokio(1.3)),
    ("timers-1k-cancel", What::OfTokio(1.0)),
    ("timers-1k-fire", What::OfTokio(1.0)),
    ("timers-1k-exchange", What::OfTokio(0.5)),
    ("timers-100k-insert", What::OfTokio(1.3)),
    ("timers-100k-cancel", What::OfTokio(1.0)),
    ("timers-100k-fire", What::OfTokio(1.0)),
    ("timers-100k-exchange", What::OfTokio(0.5)),
    ("timers-1m-insert", What::OfTokio(1.3)),
    ("timers-1m-cancel", What::OfTokio(1.0)),
    ("timers-1m-fire", What::OfTokio(1.0)),
    ("timers-1m-exchange", What::OfTokio(0.5)),
    ("sleepers", What::Below(600.0)),
    ("late-median", What::Below(120.0)),
    ("late-p99", What::Below(400.0)),
    ("late-least", What::Never(0.0)),
    ("crowd-resident", What::Below(300.0)),
    ("crowd-spread", What::Below(50.0)),
    ("crowd-last", What::Below(50.0)),
];

#[derive(Debug)]
pub struct Verdict {
    row: &'static Row,
    what: What,
    reached: Option<f64>,
}

impl Verdict {
    /// What was not measured is not kept.
    pub fn holds(&self) -> bool {
        let Some(reached) = self.reached else { return false };
        match self.what {
            What::Below(bound) => reached < bound,
            What::Never(bound) => reached >= bound,
            What::OfTokio(bound) | What::OfTheBetter(bound) => reached <= bound,
        }
    }
}

/// A verdict on each bound of these rows.
pub fn verdicts(rows: &[&'static Row], figures: &Figures) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for row in rows {
        for (_, what) in BOUNDS.iter().filter(|(key, _)| *key == row.key) {
            let reached = match what {
                What::Below(_) => figures.median(row.key, Runtime::Ours),
                What::Never(_) => figures.of(row.key, Runtime::Ours).into_iter().reduce(f64::min),
                What::OfTokio(_) => quantile(&figures.ratios(row.key, &[Runtime::Tokio]), 0.5),
                What::OfTheBetter(_) => quantile(&figures.ratios(row.key, &Runtime::RIVALS), 0.5),
            };
            verdicts.push(Verdict { row, what: *what, reached });
        }
    }
    verdicts
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.holds() { "ok  " } else { "MISS" };
        let reached = self.reached.map_or_else(|| "not measured".to_owned(), number);
        let unit = self.row.unit;
        let bound = match self.what {
            What::Below(bound) => format!("<  {bound} {unit}"),
            What::Never(bound) => format!(">= {bound} {unit}"),
            What::OfTokio(bound) => format!("<= {bound} x tokio"),
            What::OfTheBetter(bound) => format!("<= {bound} x the better"),
        };
        write!(f, "{word}  {reached:>12} {bound:<20} {}", self.row.title)
    }
}
