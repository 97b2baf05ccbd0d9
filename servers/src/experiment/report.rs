//! The experiment as data: one JSON object, for programs.
//!
//! It has what any client of any server can measure, and so has the same members with `--external`.
//! When a server began is not among them: that is what the difference of these times shows.

use std::time::Duration;

use serde::Serialize;

use super::course::Course;
use super::plan::Side;

#[derive(Serialize)]
struct Report<'a> {
    requests: Vec<Row<'a>>,
}

/// A request. Times are seconds on one clock; what did not happen is null.
#[derive(Serialize)]
struct Row<'a> {
    server: Side,
    path: &'a str,
    started: Option<f64>,
    first_byte: Option<f64>,
    finished: Option<f64>,
    status: Option<u16>,
}

/// The courses of all requests as one JSON object, in the order of the plan.
pub fn report(courses: &[Course]) -> String {
    let row = |course| {
        let Course { request, sent, first_byte, end, .. }: &Course = course;
        Row {
            server: request.side,
            path: &request.target,
            started: sent.as_ref().map(Duration::as_secs_f64),
            first_byte: first_byte.as_ref().map(Duration::as_secs_f64),
            finished: end.as_ref().map(|end| end.at.as_secs_f64()),
            status: end.as_ref().and_then(|end| end.result.as_ref().ok().copied()),
        }
    };
    let report = Report { requests: courses.iter().map(row).collect() };
    serde_json::to_string_pretty(&report).expect("numbers and names always have a JSON form")
}
