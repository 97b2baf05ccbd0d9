//! The picture: every request as a bar, all on one time axis.
//!
//! ```text
//!             0s        2s        4s        6s        8s        10s
//! async     sleep(...).await                                         http://127.0.0.1:8001
//!   /sleeper  ██████████████████████████████████████████████████████    10.00 s
//!   /activer       █                                                     0.6 ms
//! ```
//!
//! A bar begins where its request was sent, so that what happens at one time stands in one column.
//! Time in the kernel's backlog is drawn in another character than time being served, and not only in
//! another colour: not everybody sees colours, and not every terminal has them.
//!
//! It is made of lines of text and knows no terminal, so that the same picture can be drawn twenty
//! times a second, and be left behind when all is over.

use std::time::Duration;

use console::{StyledObject, style};

use super::course::{Course, End};
use super::plan::{Plan, Role, Side};
use super::times::took;

/// Wider than this, a bar says no more, only further apart.
const WIDEST: usize = 100;
/// Narrower than this, there is nothing to see in a bar. Lines are cut off then.
const NARROWEST_BAR: usize = 10;
/// The column of times; of an answer that is no good, its status stands there.
const TIME_COLUMN: usize = 11;
/// The fewest columns from one mark of the axis to the next.
const MARK_DISTANCE: usize = 9;
/// Every line of the picture that is not a sleeper's.
const FIXED_LINES: usize = 10;

const WAITS: &str = "░";
const SERVED: &str = "█";

/// Draws the requests of a plan.
#[derive(Clone, Debug)]
pub struct Picture {
    /// How each server is introduced.
    headings: [(Side, &'static str, String); 2],
    /// Whether the servers say when they begin to serve a request.
    ours: bool,
    length: Duration,
    label_column: usize,
}

impl Picture {
    /// The picture of a plan.
    pub fn new(plan: &Plan) -> Self {
        let introduce = |side: Side| {
            let how = match (plan.ours, side) {
                (true, Side::Async) => "one thread, waits with sleep(...).await",
                (true, Side::Blocking) => "one thread, waits with thread::sleep(...)",
                (false, _) => "a server that was running already",
            };
            (side, how, format!("http://{}", plan.server(side)))
        };
        let longest = plan.requests().iter().map(|request| request.label.len()).max().unwrap_or(0);
        Picture {
            headings: Side::BOTH.map(introduce),
            ours: plan.ours,
            // A little more than planned, for nothing ends exactly on time, and an axis that gives way in
            // the last moment looks like a mistake.
            length: plan.length().mul_f64(1.02) + Duration::from_millis(20),
            label_column: longest + 4,
        }
    }

    /// Its lines at the time `now`, for a terminal of this size.
    pub fn lines(&self, courses: &[Course], now: Duration, (height, width): (usize, usize)) -> Vec<String> {
        let width = width.min(WIDEST);
        let bar = width.saturating_sub(self.label_column + TIME_COLUMN).max(NARROWEST_BAR);
        // Should it take longer than planned, the axis grows with it.
        let scale = Scale { whole: self.length.max(now), columns: bar };
        // Each server has half of what room there is; the other requests are counted, not drawn.
        let room = (height.saturating_sub(FIXED_LINES) / 2).max(1);

        let mut lines = vec![format!("{:1$}{2}", "", self.label_column, style(scale.marks()).dim())];
        for (side, how, address) in &self.headings {
            let name = style(format!("{:<8}", side.name())).bold();
            // What does not fit is left out: a line that wraps would tear the picture.
            let how = if 10 + how.len() + 2 + address.len() <= width { *how } else { "" };
            let gap = width.saturating_sub(10 + how.len() + address.len());
            lines.push(format!("{name}  {how}{:gap$}{}", "", style(address).dim()));
            let its = |course: &&Course| course.request.side == *side;
            let sleepers: Vec<&Course> =
                courses.iter().filter(its).filter(|course| course.request.role == Role::Sleeper).collect();
            let drawn = if sleepers.len() > room { room.saturating_sub(1).max(1) } else { sleepers.len() };
            for course in &sleepers[..drawn] {
                lines.push(self.line(course, now, scale));
            }
            if drawn < sleepers.len() {
                lines.push(format!("  and {} more like these", sleepers.len() - drawn));
            }
            for course in courses.iter().filter(its).filter(|course| course.request.role == Role::Activer) {
                lines.push(self.line(course, now, scale));
            }
            lines.push(String::new());
        }
        lines.push(self.legend());
        lines
    }

    /// A request's line: what it is, its bar, and how long it took.
    fn line(&self, course: &Course, now: Duration, scale: Scale) -> String {
        let label = format!("  {:<1$}", course.request.label, self.label_column - 2);
        let Some(sent) = course.sent else {
            return label;
        };
        let until = course.end.as_ref().map_or(now, |end| end.at);
        let from = scale.column(sent).min(scale.columns - 1);
        let to = scale.column(until).clamp(from + 1, scale.columns);
        let served = match (self.ours, course.begun) {
            // Nobody says when it began: the bar is all of one kind.
            (false, _) => from,
            (true, None) => to,
            // However short, being served is shown.
            (true, Some(begun)) => scale.column(begun).clamp(from, to - 1),
        };
        let before = " ".repeat(from);
        let yellow = waiting(WAITS.repeat(served - from));
        let green = self.serving(SERVED.repeat(to - served));
        let after = " ".repeat(scale.columns - to);
        // Dim as long as it still counts up.
        let time = format!("{:>9}", took(until.saturating_sub(sent)));
        let time = match &course.end {
            None => style(time).dim().to_string(),
            Some(End { result: Ok(200), .. }) => time,
            // What exactly is said below the picture, where there is room for it.
            Some(End { result: Ok(status), .. }) => style(format!(" status {status}")).red().to_string(),
            Some(End { result: Err(_), .. }) => style(format!("{:>9}", "failed")).red().to_string(),
        };
        format!("{label}{before}{yellow}{green}{after}{time}")
    }

    fn legend(&self) -> String {
        let served = self.serving(SERVED.to_owned());
        if self.ours {
            let waits = waiting(WAITS.to_owned());
            format!("{waits} waits in the kernel's backlog   {served} is being served")
        } else {
            format!("{served} is not answered yet")
        }
    }

    fn serving(&self, bar: String) -> StyledObject<String> {
        if self.ours { style(bar).green() } else { style(bar).cyan() }
    }
}

fn waiting(bar: String) -> StyledObject<String> {
    style(bar).yellow()
}

/// The time axis.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// What the whole width stands for.
    whole: Duration,
    columns: usize,
}

impl Scale {
    /// The column in which `time` is: the last one at most.
    fn column(self, time: Duration) -> usize {
        let columns = time.as_micros() * self.columns as u128 / self.whole.as_micros().max(1);
        usize::try_from(columns).map_or(self.columns, |column| column.min(self.columns))
    }

    /// The times along the axis: `0s        2s        4s`. As many as there is room for, in steps that a
    /// person would choose.
    fn marks(self) -> String {
        let mut step = Duration::from_millis(10);
        // 1, 2, 5, 10, 20, 50, ...
        for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
            if self.column(step) >= MARK_DISTANCE || step > self.whole {
                break;
            }
            step = step.mul_f64(factor);
        }
        let mut marks = String::new();
        let mut time = Duration::ZERO;
        while time <= self.whole {
            let mark = format!("{}s", time.as_secs_f64());
            let column = self.column(time);
            // The last one may stand above the column of times.
            if column <= self.columns {
                marks.push_str(&" ".repeat(column - marks.len()));
                marks.push_str(&mark);
            }
            time += step;
        }
        marks
    }
}
