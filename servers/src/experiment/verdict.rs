//! What happened, and why: sentences made from the measured times.
//!
//! Nothing is taken for granted here, not even that the event loop is quick. A machine that was busy,
//! a server of somebody else's, or times that prove nothing must not get the sentence that everybody
//! expects; each claim below has its condition beside it.

use std::time::Duration;

use super::course::Course;
use super::plan::{Plan, Role, Side};
use super::times::took;

/// Less than this, two things that end one after the other may as well have ended together.
const TOO_SHORT: Duration = Duration::from_millis(50);

/// How near the end of one request must be to the end of another to have waited for it: as long as
/// clients may take to notice.
const NEAR: Duration = Duration::from_millis(250);

/// What happened on one server, and why.
pub fn verdict(plan: &Plan, side: Side, courses: &[Course]) -> String {
    let mut sleepers = Vec::new();
    let mut activer = None;
    for course in courses.iter().filter(|course| course.request.side == side) {
        if let Some(trouble) = course.trouble() {
            return format!(
                "{} went wrong ({trouble}), so that nothing is to be learnt.",
                course.request.label
            );
        }
        match course.request.role {
            Role::Sleeper => sleepers.push(course),
            Role::Activer => activer = Some(course),
        }
    }
    let mut sentences =
        activer.map_or_else(String::new, |activer| on_activer(plan, side, activer, &sleepers));
    if sleepers.len() > 1 {
        sentences.push(' ');
        sentences.push_str(&on_sleepers(&sleepers));
    }
    sentences
}

/// Whether the activer had to wait for sleepers that were under way when it was sent.
fn on_activer(plan: &Plan, side: Side, activer: &Course, sleepers: &[&Course]) -> String {
    let (Some(sent), Some(time)) = (activer.sent, activer.took()) else {
        return "/activer has not been answered.".to_owned();
    };
    // Two ends at the same time are no proof that one waited for the other, unless the activer could have
    // been done long before. So only sleepers count that still had some time to go.
    let mut under_way = 0;
    let mut waited_for = 0;
    for sleeper in sleepers {
        let ahead = end(sleeper).saturating_sub(sent);
        if ahead > TOO_SHORT {
            under_way += 1;
            if time + NEAR.min(ahead / 5) >= ahead {
                waited_for += 1;
            }
        }
    }
    let answered = took(time);
    if under_way == 0 {
        return format!(
            "/activer was answered after {answered}, but {} already been answered when it was sent, or nearly: \
             choose an --after that is smaller than --seconds.",
            if sleepers.len() == 1 { "/sleeper had" } else { "all sleepers had" },
        );
    }
    if waited_for == 0 {
        let them = match sleepers.len() {
            1 => "/sleeper".to_owned(),
            _ if under_way == 1 => "a sleeper".to_owned(),
            _ => format!("{under_way} sleepers"),
        };
        let slept = match (plan.ours, under_way) {
            (true, _) => "slept on",
            (false, 1) => "still waited for its answer",
            (false, _) => "still waited for theirs",
        };
        let why = match (plan.ours, side) {
            (true, Side::Async) => {
                "`sleep(...).await` gives the thread back, and the loop serves others with it until the time \
                 has come."
            }
            // It can have been quick only because it came first.
            (true, Side::Blocking) => "it got hold of the only thread before they did.",
            (false, _) => "this server lets others in while one request waits.",
        };
        return format!("/activer got its answer after {answered}, while {them} {slept}: {why}");
    }
    if waited_for < under_way {
        return format!(
            "/activer was answered after {answered}: after {waited_for} of the {under_way} sleepers that were \
             under way when it was sent, before the others."
        );
    }
    let why = match (plan.ours, side) {
        (true, Side::Blocking) => {
            "`thread::sleep(...)` holds the only thread, and until it returns nobody accepts connections."
        }
        (true, Side::Async) => "an event loop should not do that; was the machine busy? Try longer times.",
        (false, _) => "this server serves one request at a time.",
    };
    // It may have been taken out of the backlog and kept waiting all the same: by a server with a loop
    // and a handler that blocks.
    let in_backlog = activer.waited().is_some_and(|waited| waited > time.mul_f64(0.8));
    let before_it = match sleepers.len() {
        1 => "/sleeper was".to_owned(),
        _ if under_way == 1 => "the sleeper before it was".to_owned(),
        _ => format!("the {under_way} sleepers before it were"),
    };
    let how = if in_backlog { "stood in the kernel's backlog" } else { "had to wait" };
    format!("/activer {how} until {before_it} answered, and got its own answer after {answered}: {why}")
}

/// Whether several sleepers slept together or queued.
fn on_sleepers(sleepers: &[&Course]) -> String {
    let count = sleepers.len();
    let first_sent = sleepers.iter().filter_map(|sleeper| sleeper.sent).min().unwrap_or_default();
    let shortest = sleepers.iter().filter_map(|sleeper| sleeper.took()).min().unwrap_or_default();
    let mut ends: Vec<Duration> = sleepers.iter().map(|sleeper| end(sleeper)).collect();
    ends.sort();
    // Not when they began but when they ended, because that is known of every server: in a queue they end
    // one sleep apart, side by side they end together.
    let (first, last) = (ends[0], ends[count - 1]);
    let narrowest = ends.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).min().unwrap_or_default();
    let together = took(last.saturating_sub(first_sent));
    if shortest < TOO_SHORT {
        format!("The {count} sleepers took {together} together.")
    } else if last.saturating_sub(first) < shortest / 2 {
        format!("The {count} sleepers slept at the same time: all were answered within {together}.")
    } else if narrowest > shortest.mul_f64(0.8) {
        format!("The {count} sleepers were served one after the other, the last of them after {together}.")
    } else {
        format!("The {count} sleepers were served some at a time, the last of them after {together}.")
    }
}

fn end(course: &Course) -> Duration {
    course.end.as_ref().map_or(Duration::MAX, |end| end.at)
}
