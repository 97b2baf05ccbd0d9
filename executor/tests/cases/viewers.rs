//! Those who look on while the loop runs: they see everything but themselves, and cost what the ring
//! costs.

use std::time::Duration;

use executor::inspect::{Event, Record, State, Viewer, leave_out, spawn_observer, state};
use executor::{Choice, ClockKind, WakeMode, sleep, spawn, spawn_named, yield_now};

use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::sockets::socket_pair;
use crate::support::watcher::Watcher;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs `main` with each way to wake.
fn on_both<F: Future<Output = ()> + 'static>(main: fn() -> F) {
    for (_, wake) in WakeMode::CHOICES {
        within_patience(move || {
            let kind = Kind { wake: *wake, ..Kind::all()[0] };
            kind.builder(ClockKind::Virtual).build().unwrap().block_on(main());
        });
    }
}

fn numbers(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.seq).collect()
}

#[test]
fn a_viewer_begins_with_how_things_stand_and_goes_on_from_there() {
    on_both(|| async {
        drop(spawn_named("long", sleep(ms(10_000))));
        sleep(ms(1)).await;
        let mut viewer = Viewer::new(None);
        let first = viewer.next(100).await;
        assert_eq!(first.len(), 1);
        let mut replayed = State::default();
        replayed.apply(&first[0]);
        assert_eq!(replayed.tasks.len(), 2);
        assert!(replayed.tasks.iter().any(|task| &*task.name == "long"));
        assert_eq!(replayed, state());

        drop(spawn_named("new", sleep(ms(5))));
        sleep(ms(100)).await;
        // Only what a step does tells that it is under way.
        drop(spawn_named("newer", sleep(ms(5))));
        let mut all = Vec::new();
        loop {
            let batch = viewer.take(7);
            assert!(batch.len() <= 7);
            if batch.is_empty() {
                break;
            }
            all.extend(batch);
        }
        let from = first[0].seq + 1;
        assert_eq!(numbers(&all), (from..from + all.len() as u64).collect::<Vec<_>>());
        for record in &all {
            replayed.apply(record);
        }
        assert_eq!(replayed, state());
    });
}

#[test]
fn a_viewer_that_reads_too_slowly_is_told_what_it_missed() {
    on_both(|| async {
        let mut viewer = Viewer::new(None);
        let seen = viewer.next(1).await[0].seq;
        let mut fast = Viewer::new(Some(seen));
        while fast.take(usize::MAX).last().is_none_or(|record| record.seq < seen + 60_000) {
            yield_now().await;
        }
        let batch = viewer.take(10);
        assert_eq!(batch.len(), 2);
        let Event::Gap { dropped, from } = batch[0].event else { panic!("no gap: {batch:?}") };
        assert_eq!((from, batch[0].seq), (seen + 1, seen + dropped));
        assert!(dropped >= 60_000, "{dropped}");
        let Event::Snapshot(now) = &batch[1].event else { panic!("no snapshot: {batch:?}") };
        assert_eq!(**now, state());
        yield_now().await;
        assert_eq!(viewer.take(1)[0].seq, seen + dropped + 1);
        // And the one who reads all the time has no gap.
        let mut last = fast.take(1)[0].seq;
        for record in fast.take(usize::MAX) {
            assert_eq!(record.seq, last + 1);
            last = record.seq;
        }
    });
}

#[test]
fn a_viewer_that_comes_back_goes_on_where_it_was() {
    on_both(|| async {
        let mut other = Viewer::new(None);
        assert_eq!(other.take(9).len(), 1);
        sleep(ms(5)).await;
        let seen = other.take(1)[0].seq;
        sleep(ms(5)).await;
        let mut back = Viewer::new(Some(seen));
        assert_eq!(back.take(1)[0].seq, seen + 1);
        drop((other, back));
        // Nobody has looked for a while.
        sleep(ms(5)).await;
        let mut late = Viewer::new(Some(seen));
        assert!(matches!(late.take(9)[..], [Record { event: Event::Snapshot(_), .. }]));
        // Also one that has seen all there was: what has happened since, nobody has noted.
        yield_now().await;
        let seen = late.take(usize::MAX).last().unwrap().seq;
        drop(late);
        let mut later = Viewer::new(Some(seen));
        assert!(matches!(later.take(9)[..], [Record { event: Event::Snapshot(_), .. }]));
    });
}

#[test]
fn a_loop_that_only_serves_those_who_look_on_has_nothing_to_tell() {
    for (_, wake) in WakeMode::CHOICES {
        within_patience(move || {
            let watcher = Watcher::new();
            let kind = Kind { wake: *wake, ..Kind::all()[0] };
            let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
            event_loop.block_on(async {
                let (near, far) = socket_pair();
                // It is found out only in the middle of its work what this task is for.
                let serving = spawn_named("server", async move {
                    yield_now().await;
                    leave_out();
                    let mut viewer = Viewer::new(None);
                    let mut sent = 0;
                    loop {
                        for record in viewer.next(50).await {
                            sent += 1;
                            let line = serde_json::to_string(&record).unwrap();
                            far.write_all(line.as_bytes()).await.unwrap();
                        }
                        spawn(sleep(ms(1))).await.unwrap();
                        sleep(ms(50)).await;
                        if sent > 1_000 {
                            return;
                        }
                    }
                });
                let reading = spawn_observer("client", async move {
                    let mut bytes = [0; 4096];
                    while near.read(&mut bytes).await.unwrap() > 0 {}
                });
                // While the timer of one lies in the wheel, that of the other brings it down.
                let beat = async |pause| {
                    loop {
                        sleep(ms(pause)).await;
                    }
                };
                let beating = [250, 90].map(|pause| spawn_observer("heart", beat(pause)));
                sleep(ms(10)).await;
                let before = state();
                sleep(ms(60_000)).await;
                assert_eq!(state().tasks.len(), before.tasks.len());
                assert_eq!(before.tasks.len(), 1, "only the main task is not left out: {before:?}");
                drop((serving, reading, beating));
            });
            let records = watcher.records();
            assert!(records.len() < 120, "{} events: {records:#?}", records.len());
            let mut replayed = State::default();
            let mut left_out = Vec::new();
            for record in &records {
                replayed.apply(record);
                if let Event::LeftOut { task } = record.event {
                    left_out.push(task);
                }
                assert!(record.task.is_none_or(|task| !left_out.contains(&task)), "{record:?}");
            }
            assert_eq!(left_out.len(), 4);
            assert_eq!((replayed.tasks.len(), replayed.timers.len(), replayed.sources.len()), (0, 0, 0));
            // A turn that is told is told from its beginning to its end.
            let mut begun = 0;
            for record in &records {
                match record.event {
                    Event::TurnBegin { .. } => begun += 1,
                    Event::TurnEnd { .. } => begun -= 1,
                    _ => {}
                }
                assert!((0..=1).contains(&begun), "{record:?}");
            }
        });
    }
}
