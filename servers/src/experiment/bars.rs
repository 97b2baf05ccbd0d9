//! The experiment on a terminal: the picture, drawn anew as it changes.
//!
//! indicatif owns the terminal's last lines: it moves the cursor, draws over what was there, and
//! makes room for log lines. What stands in them is the picture's business, so its bars are lines of
//! text here: a bar that begins in the middle and changes its kind is none of indicatif's own.

use std::io::{self, Write};
use std::time::Duration;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::course::Course;
use super::picture::Picture;

/// The picture on the terminal that stdout is.
#[derive(Debug)]
pub struct Bars {
    picture: Picture,
    screen: MultiProgress,
    lines: Vec<ProgressBar>,
}

impl Bars {
    /// What can be drawn on; nothing if stdout is no terminal, or one that cannot move its cursor.
    pub fn screen() -> Option<MultiProgress> {
        let can_draw = Term::stdout().is_term() && !console::is_dumb();
        can_draw.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stdout()))
    }

    /// Draws on `screen`.
    pub fn new(screen: MultiProgress, picture: Picture) -> Self {
        Bars { picture, screen, lines: Vec::new() }
    }

    /// Shows how things stand.
    pub fn draw(&mut self, courses: &[Course], now: Duration) {
        let lines = self.picture.lines(courses, now, size());
        while self.lines.len() < lines.len() {
            let style = ProgressStyle::with_template("{msg}").expect("the template is a good one");
            self.lines.push(self.screen.add(ProgressBar::no_length().with_style(style)));
        }
        while self.lines.len() > lines.len() {
            self.lines.pop().expect("it is not empty").finish_and_clear();
        }
        for (bar, line) in self.lines.iter().zip(lines) {
            // An empty message would take no line.
            bar.set_message(if line.is_empty() { " ".to_owned() } else { line });
        }
    }

    /// Takes the picture off the terminal and returns it as ordinary text, to be left behind with
    /// whatever else there is to say.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written to.
    pub fn close(&mut self, courses: &[Course]) -> io::Result<String> {
        let last = courses.iter().filter_map(|course| course.end.as_ref()).map(|end| end.at).max();
        let lines = self.picture.lines(courses, last.unwrap_or_default(), size());
        // In this order: a log line that comes in between finds nothing to draw again.
        for bar in self.lines.drain(..) {
            self.screen.remove(&bar);
        }
        self.screen.clear()?;
        Ok(lines.join("\n") + "\n\n")
    }

    /// Leaves the picture as it stands. If somebody pressed Ctrl-C, the terminal has written `^C` into
    /// it: nobody knows where the cursor is, and drawing once more would make it two pictures.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written to.
    pub fn abandon(&mut self) -> io::Result<()> {
        writeln!(io::stdout())
    }
}

/// The terminal's lines and columns. It may change at any time.
fn size() -> (usize, usize) {
    let (height, width) = Term::stdout().size();
    (height.into(), width.into())
}

/// Where log lines go while a picture is on the terminal: it steps aside for each.
#[derive(Debug)]
pub struct RoomForLogs(pub MultiProgress);

impl Write for RoomForLogs {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
