//! Turns what was measured into a table: Markdown, padded so that a terminal shows it as well.

use crate::figures::{Figures, quantile};
use crate::rows::Row;
use crate::runtimes::Runtime;

/// A row for each figure, a column for each executor, and how ours compares.
pub fn table(rows: &[&Row], figures: &Figures) -> String {
    let mut lines = vec![heading()];
    for row in rows {
        let mut cells = vec![format!("{} ({})", row.title, row.unit)];
        for runtime in Runtime::ALL {
            cells.push(figures.median(row.key, runtime).map_or_else(String::new, number));
        }
        cells.push(spread(&figures.ratios(row.key, &Runtime::RIVALS)));
        lines.push(cells);
    }
    padded(&lines)
}

fn heading() -> Vec<String> {
    let mut cells = vec!["each".to_owned()];
    cells.extend(Runtime::ALL.map(|runtime| runtime.title().to_owned()));
    cells.push("ours / the better of tokio and smol".to_owned());
    cells
}

/// Three digits that count.
pub fn number(figure: f64) -> String {
    let places = match figure.abs() {
        small if small < 10.0 => 2,
        middle if middle < 100.0 => 1,
        _ => 0,
    };
    let digits = format!("{figure:.places$}");
    let (whole, fraction) = digits.split_once('.').map_or((&*digits, ""), |(whole, part)| (whole, part));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut grouped = String::new();
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// The median, and between which values the middle half lies.
fn spread(ratios: &[f64]) -> String {
    let at = |share| quantile(ratios, share);
    match (at(0.25), at(0.5), at(0.75)) {
        (Some(low), Some(middle), Some(high)) if ratios.len() > 2 => {
            format!("{middle:.2} ({low:.2} to {high:.2})")
        }
        (_, Some(middle), _) => format!("{middle:.2}"),
        _ => String::new(),
    }
}

/// The first column is words, and the others are numbers, which stand to the right.
fn padded(lines: &[Vec<String>]) -> String {
    let columns = lines[0].len();
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = Vec::new();
    for cells in lines {
        let mut line = format!("| {:<width$} ", cells[0], width = widths[0]);
        for (cell, width) in cells.iter().zip(&widths).skip(1) {
            line += &format!("| {cell:>width$} ");
        }
        text.push(line + "|");
    }
    let mut rule = format!("| {} ", "-".repeat(widths[0]));
    for width in &widths[1..] {
        rule += &format!("| {}: ", "-".repeat(width - 1));
    }
    text.insert(1, rule + "|");
    text.join("\n")
}
