//! Replaying: whoever applies the events comes to what the loop's own tables say.

use std::cell::{Cell, RefCell};
use std::fs;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use executor::inspect::{Event, Observer, Record, State, Who, state};
use executor::net::TcpStream;
use executor::{
    ClockKind, EventLoop, JoinHandle, block, call_later, call_soon, sleep, spawn_named, timeout, yield_now,
};
use proptest::prelude::*;

use super::account_program;
use super::recorded_examples::scratch;
use crate::support::kinds::Kind;
use crate::support::patience::within_patience;
use crate::support::sockets::socket_pair;
use crate::support::trace;
use crate::support::watcher::Watcher;

/// Applies every event, as it was read back from JSON, and compares at the first end of a turn after
/// every so many events: inside of a turn, the loop is in the middle of something.
struct Replay {
    every: u64,
    replayed: RefCell<State>,
    compared_at: Cell<u64>,
    compared: Cell<usize>,
}

impl Replay {
    fn new(every: u64) -> Rc<Self> {
        let (replayed, compared_at, compared) = (RefCell::default(), Cell::new(0), Cell::new(0));
        Rc::new(Replay { every, replayed, compared_at, compared })
    }
}

impl Observer for Replay {
    fn observe(&self, record: &Record) {
        let written = serde_json::to_string(record).unwrap();
        self.replayed.borrow_mut().apply(&serde_json::from_str(&written).unwrap());
        let is_between = matches!(record.event, Event::TurnBegin { .. } | Event::TurnEnd { .. });
        if is_between && record.seq >= self.compared_at.get() + self.every {
            self.compared_at.set(record.seq);
            self.compared.set(self.compared.get() + 1);
            assert_eq!(comparable(&self.replayed.borrow()), comparable(&state()), "behind {written}");
        }
    }
}

/// As JSON, since a socket's name that was read back knows no place in a table; and without callbacks,
/// of which no event tells that they are queued.
fn comparable(state: &State) -> String {
    let mut state = state.clone();
    state.ready.retain(|who| *who != Who::Callback);
    serde_json::to_string_pretty(&state).unwrap()
}

fn compare(kind: Kind, every: u64, program: impl FnOnce(&EventLoop)) -> usize {
    let replay = Replay::new(every);
    let file = scratch(&format!("replaying-{:?}.json", thread::current().id()));
    let builder = kind.builder(ClockKind::Virtual).observer(replay.clone()).record(&file);
    let event_loop = builder.build().unwrap();
    program(&event_loop);
    drop(event_loop);
    trace::check(&fs::read_to_string(&file).unwrap());
    fs::remove_file(file).unwrap();
    replay.compared.get()
}

#[test]
fn the_events_of_the_account_come_to_what_the_loop_says() {
    for kind in Kind::all() {
        let often = within_patience(move || compare(kind, 1, account_program::run));
        assert!(often > 20, "compared only {often} times");
        let compared = within_patience(move || compare(kind, 100, account_program::run));
        assert!(compared > 0);
    }
}

/// What a task of a random program does next.
#[derive(Debug, Clone)]
enum Act {
    Sleep(u64),
    Yield,
    Block(u64),
    Spawn(Vec<Act>),
    /// Joins the task that it spawned last.
    Join,
    Abort,
    Timeout(u64, u64),
    CallSoon,
    CallLater(u64),
    CallLaterAndCancel(u64),
    Say,
    Hear(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    // Long ones go down the wheel while short ones go by.
    let time = prop_oneof![0..5_u64, 0..300_u64, 0..20_000_u64];
    let act = prop_oneof![
        time.clone().prop_map(Act::Sleep),
        Just(Act::Yield),
        (0..100_u64).prop_map(Act::Block),
        Just(Act::Join),
        Just(Act::Abort),
        (time.clone(), time.clone()).prop_map(|(limit, sleep)| Act::Timeout(limit, sleep)),
        Just(Act::CallSoon),
        time.clone().prop_map(Act::CallLater),
        time.clone().prop_map(Act::CallLaterAndCancel),
        Just(Act::Say),
        time.prop_map(Act::Hear),
    ];
    let acts = prop::collection::vec(act.clone(), 0..8);
    acts.prop_recursive(3, 60, 8, move |inner| {
        prop::collection::vec(prop_oneof![2 => act.clone(), 1 => inner.prop_map(Act::Spawn)], 1..8)
    })
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

async fn perform(acts: Vec<Act>, near: Rc<TcpStream>, far: Rc<TcpStream>) {
    let mut last: Option<JoinHandle<()>> = None;
    for act in acts {
        match act {
            Act::Sleep(time) => sleep(ms(time)).await,
            Act::Yield => yield_now().await,
            Act::Block(time) => block(ms(time)),
            Act::Spawn(acts) => {
                let future = perform(acts, Rc::clone(&near), Rc::clone(&far));
                last = Some(spawn_named("child", Box::pin(future)));
            }
            Act::Join => {
                if let Some(task) = last.take() {
                    let _ = task.await;
                }
            }
            Act::Abort => {
                if let Some(task) = last.take() {
                    task.abort();
                }
            }
            Act::Timeout(limit, time) => {
                let _ = timeout(ms(limit), sleep(ms(time))).await;
            }
            Act::CallSoon => drop(call_soon(|| drop(spawn_named("of a callback", sleep(ms(1)))))),
            Act::CallLater(time) => drop(call_later(ms(time), || ())),
            Act::CallLaterAndCancel(time) => call_later(ms(time), || ()).cancel(),
            Act::Say => {
                let _ = far.write_all(b"hello").await;
            }
            Act::Hear(limit) => {
                let _ = timeout(ms(limit), near.read(&mut [0; 2])).await;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_events_of_any_program_come_to_what_the_loop_says(
        acts in acts(), which in 0..8_usize, every in prop_oneof![Just(1_u64), Just(100)],
    ) {
        within_patience(move || compare(Kind::all()[which], every, |event_loop| {
            event_loop.block_on(async move {
                let (near, far) = socket_pair();
                perform(acts, Rc::new(near), Rc::new(far)).await;
            });
        }));
    }
}

#[test]
fn whoever_waited_for_a_socket_that_is_dropped_waits_no_more() {
    let watcher = Watcher::new();
    let event_loop = Kind::all()[0].builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
    event_loop.block_on(async {
        let (near, _far) = socket_pair();
        let near = Rc::new(near);
        near.add_reader(|_| ()).unwrap();
        yield_now().await;
        assert_eq!(state().sources.len(), 1);
        drop(near);
        yield_now().await;
        assert_eq!(state().sources.len(), 0);
    });
    let mut replayed = State::default();
    for record in watcher.records() {
        replayed.apply(&record);
    }
    assert_eq!(replayed.sources, []);
}

#[test]
fn what_lies_inside_comes_behind_what_it_lies_in() {
    let file = scratch("inside.json");
    let event_loop = Kind::all()[0].builder(ClockKind::Virtual).record(&file).build().unwrap();
    event_loop.call_soon(|| {
        drop(spawn_named("inside", async {}));
        block(ms(50));
    });
    event_loop.block_on(async { sleep(ms(1)).await });
    drop(event_loop);
    let text = fs::read_to_string(file).unwrap();
    let at = |name: &str| text.find(&format!(r#""name":"{name}""#)).unwrap();
    assert!(at("tick") < at("callback") && at("callback") < at("spawn T2"), "{text}");
}

#[test]
fn a_real_clock_has_a_trace_that_keeps_the_rules() {
    let file = scratch("real.json");
    let (recorded, read) = (file.clone(), file);
    let [polls, turns, waits] = within_patience(move || {
        let watcher = Watcher::new();
        let builder = Kind::all()[0].builder(ClockKind::Real).record(recorded).observer(watcher.clone());
        let event_loop = builder.build().unwrap();
        event_loop.block_on(async {
            let children: Vec<_> = (0..20)
                .map(|number| {
                    spawn_named("child", async move {
                        for _ in 0..10 {
                            yield_now().await;
                            sleep(Duration::from_micros(50 * number)).await;
                        }
                    })
                })
                .collect();
            for child in children {
                child.await.unwrap();
            }
        });
        drop(event_loop);
        let told = watcher.records();
        let count = |is: fn(&Event) -> bool| told.iter().filter(|record| is(&record.event)).count();
        [
            count(|event| matches!(event, Event::Polled { .. })),
            count(|event| matches!(event, Event::TurnEnd { .. })),
            count(|event| matches!(event, Event::WaitEnd { .. })),
        ]
    });
    assert!(polls > 420, "each of the twenty takes twenty-one steps: {polls}");
    let found = trace::check(&fs::read_to_string(read).unwrap());
    // A step is `ready` and a poll on the task's track, and a poll on the loop's.
    assert!(found.slices >= 3 * polls + turns + waits, "{found:?} of {polls}, {turns}, {waits}");
    assert!(
        found.arrows >= polls - 1,
        "each step but the first is there because something woke it: {found:?}"
    );
}

#[test]
fn a_step_tells_how_long_it_stood_in_the_queue() {
    for kind in Kind::all() {
        let watcher = Watcher::new();
        let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
        event_loop.block_on(async {
            // Whoever is woken in its own step stands in the queue from then on, and not before.
            let first = spawn_named("first", async {
                yield_now().await;
                block(ms(50));
                yield_now().await;
                block(ms(7));
            });
            let second = spawn_named("second", async { yield_now().await });
            first.await.unwrap();
            second.await.unwrap();
        });
        let queued = |number: u64| -> Vec<u128> {
            let of_task = |record: &Record| match &record.event {
                Event::Polled { task, queued, .. } if task.number() == number => Some(queued.as_millis()),
                _ => None,
            };
            watcher.records().iter().filter_map(of_task).collect()
        };
        assert_eq!((queued(2), queued(3)), (vec![0, 0, 0], vec![0, 50]), "{kind:?}");
    }
}

#[test]
fn timers_are_seen_to_go_down_the_wheel() {
    let kind = Kind::all()[0];
    let watcher = Watcher::new();
    let event_loop = kind.builder(ClockKind::Virtual).observer(watcher.clone()).build().unwrap();
    event_loop.block_on(async {
        drop(spawn_named("far", sleep(ms(5_010))));
        for _ in 0..60 {
            sleep(ms(100)).await;
        }
    });
    let moves: Vec<(u128, u8)> = watcher
        .records()
        .iter()
        .filter_map(|record| match record.event {
            Event::TimerMoved { timer, level, .. } if timer.number() == 2 => {
                Some((record.time.since(executor::Instant::START).as_millis(), level))
            }
            _ => None,
        })
        .collect();
    // 4096 ms is where a slot of level 2 begins, and 4992 where one of level 1 does.
    assert_eq!(moves, [(4_100, 1), (5_000, 0)]);
}
