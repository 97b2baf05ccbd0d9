//! The experiment's sentences and its picture, from made-up measurements: what no machine can be
//! relied on to do.

#![expect(clippy::unwrap_used, reason = "helpers may fail a test as the tests do")]

use std::io;
use std::time::Duration;

use servers::experiment::{Course, End, Picture, Plan, Role, Side, verdict, what_happened};

fn plan(clients: u32, ours: bool) -> Plan {
    Plan {
        async_server: "127.0.0.1:8001".parse().unwrap(),
        blocking_server: "127.0.0.1:8002".parse().unwrap(),
        seconds: Some(Duration::from_secs(10)),
        after: Duration::from_secs(1),
        clients,
        ours,
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The courses of a server's requests from (sent, begun, ended), the activer's last.
fn measured(plan: &Plan, side: Side, times: &[(f64, f64, f64)]) -> Vec<Course> {
    let requests = plan.requests().into_iter().filter(|request| request.side == side);
    let course = |(request, &(sent, begun, ended))| {
        let mut course = Course::new(request);
        course.sent = Some(seconds(sent));
        course.begun = plan.ours.then(|| seconds(begun));
        course.end = Some(End { at: seconds(ended), result: Ok(200) });
        course
    };
    requests.zip(times).map(course).collect()
}

fn says(plan: &Plan, side: Side, times: &[(f64, f64, f64)]) -> String {
    verdict(plan, side, &measured(plan, side, times))
}

const OVERTAKEN: [(f64, f64, f64); 2] = [(0.0, 0.0, 10.0), (1.0, 1.0, 1.002)];
const KEPT_WAITING: [(f64, f64, f64); 2] = [(0.0, 0.0, 10.0), (1.0, 10.0, 10.001)];

#[test]
fn the_usual_sentences() {
    let plan = plan(1, true);
    let text = says(&plan, Side::Async, &OVERTAKEN);
    assert!(
        text.starts_with("/activer got its answer after 2.0 ms, while /sleeper slept on: `sleep("),
        "{text}"
    );
    let text = says(&plan, Side::Blocking, &KEPT_WAITING);
    let expected = "/activer stood in the kernel's backlog until /sleeper was answered, and got its own answer \
                    after 9.00 s: `thread::sleep(";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn servers_of_others_are_not_explained_by_our_code() {
    let plan = plan(1, false);
    for side in Side::BOTH {
        let text = says(&plan, side, &OVERTAKEN);
        assert!(text.contains("/sleeper still waited for its answer: this server lets others in"), "{text}");
        let text = says(&plan, side, &KEPT_WAITING);
        assert!(text.contains("had to wait until /sleeper was answered"), "{text}");
        assert!(text.contains("one request at a time") && !text.contains("backlog"), "{text}");
    }
}

#[test]
fn what_nobody_expects_is_said_too() {
    let plan = plan(1, true);
    let text = says(&plan, Side::Async, &[(0.0, 0.0, 10.0), (1.0, 1.001, 10.001)]);
    assert!(text.contains("had to wait until /sleeper was answered"), "it began at once: {text}");
    assert!(text.contains("should not do that"), "{text}");
    let text = says(&plan, Side::Blocking, &[(0.0, 0.002, 10.0), (0.0, 0.0, 0.001)]);
    assert!(text.contains("while /sleeper slept on: it got hold of the only thread before"), "{text}");
}

#[test]
fn nothing_is_claimed_when_nobody_was_under_way() {
    let plan = plan(1, true);
    for side in Side::BOTH {
        for sleeper_ends in [0.6, 1.01] {
            let text = says(&plan, side, &[(0.0, 0.0, sleeper_ends), (1.0, 1.0, 1.011)]);
            assert!(text.contains("/sleeper had already been answered when it was sent"), "{text}");
        }
    }
}

#[test]
fn a_sleeper_that_ends_soon_after_was_not_waited_for() {
    let text = says(&plan(1, true), Side::Async, &[(0.0, 0.0, 1.06), (1.0, 1.0, 1.001)]);
    assert!(text.contains("while /sleeper slept on"), "{text}");
}

#[test]
fn several_sleepers_are_counted() {
    let plan = plan(3, true);
    let together = [(0.0, 0.0, 10.0), (0.0, 0.0, 10.01), (0.0, 0.0, 10.0), (1.0, 1.0, 1.001)];
    let text = says(&plan, Side::Async, &together);
    assert!(text.contains("while 3 sleepers slept on"), "{text}");
    assert!(
        text.ends_with("The 3 sleepers slept at the same time: all were answered within 10.01 s."),
        "{text}"
    );

    let queued = [(0.0, 0.0, 10.0), (0.0, 20.0, 30.0), (0.0, 10.0, 20.0), (1.0, 30.0, 30.01)];
    let text = says(&plan, Side::Blocking, &queued);
    assert!(text.contains("backlog until the 3 sleepers before it were answered"), "{text}");
    assert!(text.contains("after 29.01 s"), "{text}");
    assert!(text.ends_with("were served one after the other, the last of them after 30.00 s."), "{text}");

    let late = [(0.0, 0.0, 10.0), (0.0, 20.0, 30.0), (0.0, 10.0, 20.0), (21.0, 30.0, 30.01)];
    let text = says(&plan, Side::Blocking, &late);
    assert!(text.contains("until the sleeper before it was answered"), "{text}");

    let between = [(0.0, 0.0, 10.0), (0.0, 20.0, 30.0), (0.0, 10.0, 20.0), (0.5, 20.0, 20.0)];
    let text = says(&plan, Side::Blocking, &between);
    assert!(text.contains("after 2 of the 3 sleepers that were under way"), "{text}");

    let two_workers = [(0.0, 0.0, 10.0), (0.0, 0.0, 10.0), (0.0, 10.0, 20.0), (1.0, 10.0, 10.0)];
    let text = says(&plan, Side::Blocking, &two_workers);
    assert!(text.contains("served some at a time, the last of them after 20.00 s"), "{text}");
}

#[test]
fn from_what_went_wrong_nothing_is_learnt() {
    let plan = plan(1, true);
    let mut courses = measured(&plan, Side::Blocking, &KEPT_WAITING);
    courses[0].end = Some(End { at: seconds(50.0), result: Err(io::ErrorKind::WouldBlock.into()) });
    let text = verdict(&plan, Side::Blocking, &courses);
    assert_eq!(text, "/sleeper went wrong (no answer in time), so that nothing is to be learnt.");
    courses[0].end = Some(End { at: seconds(1.0), result: Ok(500) });
    assert!(verdict(&plan, Side::Blocking, &courses).contains("status 500"));
}

#[test]
fn sentences_fit_the_terminal() {
    console::set_colors_enabled(false);
    let plan = plan(1, true);
    let mut courses = measured(&plan, Side::Async, &OVERTAKEN);
    courses.extend(measured(&plan, Side::Blocking, &KEPT_WAITING));
    let text = what_happened(&plan, &courses, Some(60));
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    assert!(text.lines().count() > 4);
    assert_eq!(what_happened(&plan, &courses, None).lines().filter(|line| !line.is_empty()).count(), 2);
}

/// The picture of [`OVERTAKEN`] and [`KEPT_WAITING`].
fn picture(plan: &Plan, now: f64, size: (usize, usize)) -> Vec<String> {
    console::set_colors_enabled(false);
    let mut courses = measured(plan, Side::Async, &OVERTAKEN);
    courses.extend(measured(plan, Side::Blocking, &KEPT_WAITING));
    Picture::new(plan).lines(&courses, seconds(now), size)
}

#[test]
fn the_picture_has_one_axis_and_two_kinds_of_bar() {
    let lines = picture(&plan(1, true), 10.0, (24, 80));
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    let column = |line: &str, what: &str| line.find(what).map(|bytes| line[..bytes].chars().count());
    let [axis, _, async_sleeper, async_activer, _, _, blocking_sleeper, blocking_activer, ..] = &lines[..]
    else {
        panic!("{lines:#?}")
    };
    assert_eq!(column(axis, "0s"), column(async_sleeper, "█"));
    assert_eq!(async_sleeper, blocking_sleeper);
    assert_eq!(column(async_activer, "█"), column(blocking_activer, "░"), "both are sent at one time");
    assert_eq!(async_activer.matches('█').count(), 1, "{async_activer}");
    assert!(!async_activer.contains('░'));
    assert_eq!(blocking_activer.matches('█').count(), 1, "however short, it was served: {blocking_activer}");
    assert!(blocking_activer.matches('░').count() > 40, "{blocking_activer}");
    assert!(async_activer.ends_with(" 2.0 ms") && blocking_activer.ends_with(" 9.00 s"));
}

#[test]
fn a_bar_grows_and_so_does_the_axis_if_it_must() {
    let plan = plan(1, true);
    let mut course = Course::new(plan.requests().remove(0));
    let draw = |course: &Course, now: f64| {
        console::set_colors_enabled(false);
        let lines = Picture::new(&plan).lines(std::slice::from_ref(course), seconds(now), (24, 80));
        (lines[0].clone(), lines[2].clone())
    };
    assert_eq!(draw(&course, 1.0).1.trim(), "/sleeper", "not sent yet");
    course.sent = Some(Duration::ZERO);
    let (axis, waiting) = draw(&course, 5.0);
    assert!(waiting.contains('░') && !waiting.contains('█') && waiting.ends_with("5.00 s"), "{waiting}");
    course.begun = Some(Duration::ZERO);
    let (same_axis, served) = draw(&course, 10.0);
    assert_eq!(axis, same_axis);
    assert!(served.matches('█').count() > waiting.matches('░').count() + 20, "{served}");
    let (longer_axis, late) = draw(&course, 40.0);
    assert_ne!(axis, longer_axis);
    assert!(late.chars().count() <= 80, "{late}");
}

#[test]
fn somebody_elses_servers_have_one_kind_of_bar() {
    let text = picture(&plan(1, false), 10.0, (24, 80)).join("\n");
    assert!(!text.contains('░'), "{text}");
}

#[test]
fn too_many_sleepers_are_counted_and_not_drawn() {
    console::set_colors_enabled(false);
    let plan = plan(50, true);
    let courses: Vec<Course> = plan.requests().into_iter().map(Course::new).collect();
    for height in [16, 24, 60] {
        let lines = Picture::new(&plan).lines(&courses, Duration::ZERO, (height, 80));
        assert!(lines.len() <= height, "{} lines for {height}", lines.len());
        let drawn = lines.iter().filter(|line| line.contains("/sleeper")).count() / 2;
        assert!(lines.contains(&format!("  and {} more like these", 50 - drawn)), "{lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.contains("/activer")).count(), 2);
    }
    let all = Picture::new(&plan).lines(&courses, Duration::ZERO, (200, 80));
    assert_eq!(all.iter().filter(|line| line.contains("/sleeper")).count(), 100);
}

#[test]
fn trouble_stands_beside_its_bar() {
    console::set_colors_enabled(false);
    let plan = plan(1, true);
    let mut courses = measured(&plan, Side::Async, &OVERTAKEN);
    courses[1].end = Some(End { at: seconds(1.1), result: Ok(404) });
    let draw = |courses: &[Course]| Picture::new(&plan).lines(courses, seconds(10.0), (24, 80))[3].clone();
    let line = draw(&courses);
    assert!(line.ends_with(" status 404") && line.chars().count() == 80, "{line}");
    courses[1].end = Some(End { at: seconds(1.1), result: Err(io::ErrorKind::UnexpectedEof.into()) });
    assert!(draw(&courses).ends_with(" failed"), "{}", draw(&courses));
}

#[test]
fn a_server_that_listens_everywhere_is_asked_at_home() {
    let mut plan = plan(1, true);
    plan.async_server = "0.0.0.0:8001".parse().unwrap();
    plan.blocking_server = "[::]:8002".parse().unwrap();
    let servers: Vec<_> = plan.requests().iter().map(|request| request.server.to_string()).collect();
    assert_eq!(servers, ["127.0.0.1:8001", "127.0.0.1:8001", "[::1]:8002", "[::1]:8002"]);
    assert!(
        plan.requests().iter().all(|request| (request.role == Role::Activer) == (request.at == plan.after))
    );
}
