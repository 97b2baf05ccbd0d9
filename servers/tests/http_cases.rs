//! Every case of the table, fed to the state machine in every way the network could cut it.

mod http_support;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use http_support::{DATE_LINE, Outcome, all_cases, check, limits, play, report, route};
use servers::http::{Connection, Error, Limits, Response, SpareBuffers, Status, Step};

#[test]
fn the_table_is_large() {
    let cases = all_cases();
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "two cases have the same name");
    assert!(cases.len() >= 300, "{} cases", cases.len());
}

#[test]
fn every_case_whole() {
    let mut faults = Vec::new();
    for case in all_cases() {
        let outcome = play(&[&case.sent], case.ends, case.world);
        if let Err(why) = check(&case, &outcome) {
            faults.push(format!("{}: {why}", case.name));
        }
    }
    report(&faults);
}

/// `docs/http.md` has a row for every refusal, and for none that there is not.
#[test]
fn every_refusal_is_documented() {
    let mut documented = BTreeSet::new();
    for line in include_str!("../../docs/http.md").lines() {
        let mut cells = line.split(" | ");
        if let (Some(status), Some(sentence)) = (cells.next(), cells.next())
            && let Some(status) = status.strip_prefix("| ")
            && status.parse::<u16>().is_ok()
        {
            documented.insert(format!("{status} {sentence}"));
        }
    }
    // Time does not pass in the table.
    let mut refusals = BTreeSet::new();
    for error in [Error::HeadTimeout, Error::BodyTimeout] {
        refusals.insert(format!("{} {}", error.status().code(), error.sentence()));
    }
    for case in all_cases() {
        let outcome = play(&[&case.sent], case.ends, case.world);
        let output = String::from_utf8_lossy(&outcome.output);
        // A route of the table closes only if it is asked to.
        let asked_to_close = case.sent.to_ascii_lowercase().windows(5).any(|word| word == b"close");
        if let Some(last) = output.rfind("\r\nDate: ")
            && let Some((_, status)) = output[..last].rsplit_once("HTTP/1.1 ")
            && let Some((head, sentence)) = output[last..].split_once("\r\n\r\n")
            && status.starts_with(['4', '5'])
            && head.contains("\r\nConnection: close")
            && !sentence.is_empty()
            && !asked_to_close
        {
            refusals.insert(format!("{} {sentence}", &status[..3]));
        }
    }
    assert_eq!(documented, refusals);
}

#[test]
fn every_case_in_two_pieces() {
    let mut faults = Vec::new();
    for case in all_cases() {
        let whole = play(&[&case.sent], case.ends, case.world);
        // Everywhere, except in the few that are long.
        let step = 1 + case.sent.len() / 2000;
        for cut in (0..=case.sent.len()).step_by(step) {
            let (first, second) = case.sent.split_at(cut);
            compare_with_whole(
                &case.name,
                cut,
                &play(&[first, second], case.ends, case.world),
                &whole,
                &mut faults,
            );
        }
    }
    report(&faults);
}

#[test]
fn every_case_byte_by_byte() {
    let mut faults = Vec::new();
    for case in all_cases() {
        let whole = play(&[&case.sent], case.ends, case.world);
        let bytes: Vec<&[u8]> = case.sent.chunks(1).collect();
        compare_with_whole(&case.name, 1, &play(&bytes, case.ends, case.world), &whole, &mut faults);
    }
    report(&faults);
}

fn compare_with_whole(name: &str, cut: usize, outcome: &Outcome, whole: &Outcome, faults: &mut Vec<String>) {
    if outcome != whole {
        faults.push(format!(
            "{name}, cut at {cut}: {} {}\n  whole: {} {}",
            outcome.output.escape_ascii(),
            outcome.closed,
            whole.output.escape_ascii(),
            whole.closed
        ));
    }
}

fn connection() -> Connection {
    Connection::new(Rc::new(limits()))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Until when the connection waits for the peer.
fn reads_until(step: Step<'_>) -> Duration {
    match step {
        Step::Read { until } => until,
        other => panic!("it does not wait: {other:?}"),
    }
}

/// What a client that waits for `100 Continue` sees before it sends its body.
fn interim_after(head: &str) -> String {
    let mut connection = connection();
    connection.receive(head.as_bytes());
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }), "{head}");
    String::from_utf8(connection.output().to_vec()).expect("a head is ASCII")
}

#[test]
fn a_client_that_asks_first_is_told_to_send_its_body() {
    let expected = "HTTP/1.1 100 Continue\r\n\r\n";
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
    assert_eq!(interim_after(&format!("{head}Content-Length: 5\r\n\r\n")), expected);
    assert_eq!(interim_after(&format!("{head}Transfer-Encoding: chunked\r\n\r\n")), expected);
    // It did not wait.
    assert_eq!(interim_after(&format!("{head}Content-Length: 5\r\n\r\nh")), "");
    // HTTP/1.0 has no interim answers.
    assert_eq!(interim_after("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"), "");
}

#[test]
fn nobody_is_told_to_send_an_empty_body() {
    let mut connection = connection();
    connection
        .receive(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
    assert_eq!(connection.output(), b"");
}

#[test]
fn the_invitation_is_sent_once() {
    let mut connection = connection();
    connection
        .receive(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    for byte in [b"a", b"b"] {
        assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
        connection.receive(byte);
    }
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    assert_eq!(connection.output(), b"HTTP/1.1 100 Continue\r\n\r\n");
}

/// A connection that has had a request, and waits for the next since `now`.
fn used_connection(now: u64) -> Connection {
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
    connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
    connection.sent(connection.output().len());
    assert!(matches!(connection.next(seconds(now)), Step::Read { .. }));
    connection
}

#[test]
fn a_connection_that_stays_silent_is_closed_without_a_word() {
    let mut connection = used_connection(5);
    assert!(connection.is_idle());
    assert_eq!(reads_until(connection.next(seconds(64))), seconds(65));
    assert!(matches!(connection.next(seconds(65)), Step::Close));
    assert_eq!(connection.output(), b"");
}

#[test]
fn a_new_connection_may_stay_silent_for_no_longer_than_a_head_may_take() {
    for (idle, head, patience) in [(60, 10, 10), (3, 10, 3)] {
        let limits = Limits { idle_timeout: seconds(idle), head_timeout: seconds(head), ..Limits::default() };
        let mut connection = Connection::new(limits.into());
        assert_eq!(reads_until(connection.next(seconds(5))), seconds(5 + patience));
        assert!(connection.is_idle());
        assert!(matches!(connection.next(seconds(5 + patience)), Step::Close));
        assert_eq!(connection.output(), b"");
    }
}

/// Sends a head so that each byte of it comes in time, and all of it does not.
fn trickle(mut connection: Connection, begin: u64, deadline: u64) {
    for (second, byte) in b"GET /acti".iter().enumerate() {
        connection.receive(&[*byte]);
        assert_eq!(reads_until(connection.next(seconds(begin + second as u64))), seconds(deadline));
        assert!(!connection.is_idle());
    }
    connection.receive(b"v");
    assert!(matches!(connection.next(seconds(deadline)), Step::Refuse(Error::HeadTimeout)));
    connection.answer(&Error::HeadTimeout.response(), DATE_LINE);
    assert!(connection.output().starts_with(b"HTTP/1.1 408 "));
    assert!(matches!(connection.next(seconds(deadline)), Step::Close));
}

#[test]
fn a_head_has_one_deadline_however_it_trickles() {
    trickle(used_connection(5), 50, 60);
}

#[test]
fn the_time_for_the_first_head_begins_with_the_connection() {
    trickle(connection(), 0, 10);
    let mut silent_at_first = connection();
    assert!(matches!(silent_at_first.next(seconds(0)), Step::Read { .. }));
    trickle(silent_at_first, 1, 10);
}

#[test]
fn an_empty_line_does_not_put_a_deadline_off_however_it_comes() {
    for pieces in [&[&b"\r"[..], b"\n", b"\r", b"\n"][..], &[b"\r\n", b"\r\n"], &[b"\r\n\r", b"\n"]] {
        let mut used = used_connection(5);
        for (second, piece) in (60..).zip(pieces) {
            used.receive(piece);
            assert_eq!(reads_until(used.next(seconds(second))), seconds(65));
            assert!(used.is_idle());
        }
        trickle(used, 64, 74);

        let mut new = connection();
        for (second, piece) in (0..).zip(pieces) {
            new.receive(piece);
            assert_eq!(reads_until(new.next(seconds(second))), seconds(10));
        }
        assert!(matches!(new.next(seconds(10)), Step::Close));
    }
}

#[test]
fn a_head_that_is_complete_at_its_deadline_is_served() {
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    connection.receive(b"Host: a\r\n\r\n");
    assert!(matches!(connection.next(seconds(99)), Step::Answer(_)));
}

#[test]
fn a_body_has_a_deadline_of_its_own() {
    let mut connection = connection();
    connection.receive(b"POST /echo HTTP/1.1\r\nHost: a\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    connection.receive(b"Content-Length: 5\r\n\r\n");
    assert_eq!(reads_until(connection.next(seconds(9))), seconds(39));
    connection.receive(b"hell");
    assert!(matches!(connection.next(seconds(38)), Step::Read { .. }));
    assert!(matches!(connection.next(seconds(39)), Step::Refuse(Error::BodyTimeout)));
}

#[test]
fn idle_time_begins_with_the_answer() {
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
    connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
    // A sleeper took its time.
    assert_eq!(reads_until(connection.next(seconds(100))), seconds(160));
    // The next head's time begins with its own first byte.
    connection.receive(b"GET");
    assert_eq!(reads_until(connection.next(seconds(145))), seconds(155));
    connection.receive(b" /activer HTTP/1.1\r\nHost: a\r\n\r\nG");
    assert!(matches!(connection.next(seconds(150)), Step::Answer(_)));
    connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
    // And the time of a head that came together with another begins when it is its turn.
    assert_eq!(reads_until(connection.next(seconds(151))), seconds(161));
}

#[test]
fn answers_wait_for_one_write_up_to_a_bound() {
    let limits = Limits { max_unsent: 300, ..Limits::default() };
    let mut connection = Connection::new(Rc::new(limits));
    connection.receive("GET /activer HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5).as_bytes());
    let mut answered = 0;
    let mut writes = Vec::new();
    loop {
        match connection.next(seconds(0)) {
            Step::Answer(_) => {
                connection.answer(&Response::text(Status::Ok, "activer"), DATE_LINE);
                answered += 1;
            }
            Step::Write => {
                assert!(matches!(connection.next(seconds(0)), Step::Write), "until it is written");
                writes.push(answered);
                // A write that takes only a part is continued, and nothing is asked before the rest is small enough.
                let before = connection.output().to_vec();
                connection.sent(10);
                assert_eq!(connection.output(), &before[10..]);
                connection.sent(before.len() - 10);
            }
            Step::Read { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((answered, writes), (5, vec![3]));
}

#[test]
fn an_idle_connection_holds_no_memory() {
    let mut spare = SpareBuffers::new();
    let mut connection = connection();
    let mut capacity = 0;
    for _ in 0..3 {
        connection.borrow_buffers(&mut spare);
        connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
        // While a sleeper sleeps, nothing is held either.
        connection.return_buffers(&mut spare);
        assert_eq!(connection.heap_bytes(), 0);
        assert!(!connection.has_input());
        connection.borrow_buffers(&mut spare);
        connection.answer(&Response::text(Status::Ok, "activer"), DATE_LINE);
        assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
        // The same memory goes round.
        assert!(capacity == 0 || capacity == connection.heap_bytes());
        capacity = connection.heap_bytes();
        connection.sent(connection.output().len());
        connection.return_buffers(&mut spare);
        assert_eq!(connection.heap_bytes(), 0);
    }
}

#[test]
fn bytes_that_were_read_and_dropped_are_given_to_nobody() {
    let mut spare = SpareBuffers::new();
    let mut other = connection();
    other.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(matches!(other.next(seconds(0)), Step::Answer(_)));
    other.return_buffers(&mut spare);
    // Somebody's bytes that come behind the last answer.
    spare.room(100).extend_from_slice(b"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
    other.borrow_buffers(&mut spare);
    other.answer(&Response::text(Status::Ok, "activer"), DATE_LINE);
    assert!(matches!(other.next(seconds(0)), Step::Read { .. }));
}

#[test]
fn half_a_request_and_half_an_answer_are_kept_in_buffers_of_their_size() {
    let mut spare = SpareBuffers::new();
    let mut connection = connection();
    connection.borrow_buffers(&mut spare);
    connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\nGET /mis");
    assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
    connection.answer(&Response::text(Status::Ok, "activer"), DATE_LINE);
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    let output = connection.output().to_vec();
    connection.sent(output.len() - 20);
    connection.return_buffers(&mut spare);
    assert_eq!(connection.heap_bytes(), "GET /mis".len() + 20);
    assert!(connection.has_input());
    assert_eq!(connection.output(), &output[output.len() - 20..]);
    connection.sent(20);
    connection.receive(b"sing HTTP/1.1\r\nHost: a\r\n\r\n");
    let Step::Answer(request) = connection.next(seconds(0)) else { panic!("the rest was not put behind") };
    assert_eq!(request.path(), b"/missing");
}

#[test]
fn a_refused_request_is_not_kept() {
    let mut spare = SpareBuffers::new();
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    connection.receive(b"\r\n");
    assert!(matches!(connection.next(seconds(0)), Step::Refuse(Error::HostMissing)));
    connection.return_buffers(&mut spare);
    assert_eq!(connection.heap_bytes(), 0);
}

#[test]
fn a_connection_does_not_grow_with_its_age() {
    let limits = Limits { max_requests: 10_000, ..limits() };
    let mut connection = Connection::new(Rc::new(limits));
    // Half a request is always left over, so that the buffer is never empty.
    connection.receive(b"GET /activer ");
    for _ in 0..1000 {
        connection.receive(b"HTTP/1.1\r\nHost: a\r\n\r\nGET /activer ");
        assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
        connection.answer(&Response::text(Status::Ok, "activer"), DATE_LINE);
        assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
        connection.sent(connection.output().len());
    }
    assert!(connection.heap_bytes() < 1000, "{}", connection.heap_bytes());
}

#[test]
fn a_body_in_tiny_chunks_costs_no_more_than_its_bytes() {
    let limits = Limits { max_body: 10_000, ..Limits::default() };
    let mut connection = Connection::new(Rc::new(limits));
    connection.receive(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..10_000 {
        connection.receive(b"1\r\nx\r\n");
        assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
    }
    assert!(connection.heap_bytes() < 2 * 10_200, "{}", connection.heap_bytes());
    connection.receive(b"0\r\n\r\n");
    let Step::Answer(request) = connection.next(seconds(0)) else { panic!("the body was complete") };
    assert_eq!(request.body(), [b'x'; 10_000]);
}

#[test]
fn a_server_that_stops_answers_what_was_asked() {
    // In flight: the answer is the last.
    let mut connection = connection();
    connection.receive("GET /activer HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2).as_bytes());
    assert!(matches!(connection.next(seconds(0)), Step::Answer(_)));
    connection.finish();
    connection.answer(&Response::text(Status::Ok, ""), DATE_LINE);
    assert!(connection.output().ends_with(b"Connection: close\r\nContent-Length: 0\r\n\r\n"));
    assert!(matches!(connection.next(seconds(0)), Step::Close));
}

#[test]
fn a_server_that_stops_closes_what_is_idle_or_incomplete() {
    for received in ["", "GET /act", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"] {
        let mut connection = connection();
        connection.receive(received.as_bytes());
        assert!(matches!(connection.next(seconds(0)), Step::Read { .. }));
        connection.finish();
        assert!(matches!(connection.next(seconds(0)), Step::Close), "{received:?}");
        assert_eq!(connection.output(), b"");
    }
}

#[test]
fn after_close_nothing_is_kept() {
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let response = match connection.next(seconds(0)) {
        Step::Answer(request) => route(&request),
        other => panic!("{other:?}"),
    };
    connection.answer(&response, DATE_LINE);
    let held = connection.heap_bytes();
    connection.receive(&[b'x'; 10_000]);
    assert_eq!(connection.heap_bytes(), held);
    assert!(matches!(connection.next(seconds(0)), Step::Close));
    assert!(matches!(connection.next(seconds(0)), Step::Close));
}

#[test]
#[should_panic(expected = "before the last step was answered")]
fn a_request_must_be_answered_before_the_next() {
    let mut connection = connection();
    connection.receive(b"GET /activer HTTP/1.1\r\nHost: a\r\n\r\n");
    let _ = connection.next(seconds(0));
    let _ = connection.next(seconds(0));
}

#[test]
#[should_panic(expected = "without a request")]
fn nothing_can_be_answered_that_was_not_asked() {
    connection().answer(&Response::text(Status::Ok, ""), DATE_LINE);
}
