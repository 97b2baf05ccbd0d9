//! Tasks that wait for each other in a circle, of which some hear a request to be cancelled and pass it on by
//! themselves, each in a step of its own. It is not to turn for ever, and nobody is to wait for ever for an
//! answer of their own.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

use executor::inspect::{all_tasks, dump};
use executor::{
    ClockKind, JoinHandle, TaskGroup, gather, gather_results, sleep, spawn, task_group, wait_for, yield_now,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::ms;
use crate::support::kinds::Kind;

/// How a member of the circle waits for the next one.
#[derive(Debug, Clone, Copy)]
enum Waits {
    Joining,
    Gathering,
    GatheringOneThatJoins,
    Limiting,
    LimitingOneThatLimits,
    Grouping,
    GroupingBesideABody,
}

const ALL: [Waits; 7] = [
    Waits::Joining,
    Waits::Gathering,
    Waits::GatheringOneThatJoins,
    Waits::Limiting,
    Waits::LimitingOneThatLimits,
    Waits::Grouping,
    Waits::GroupingBesideABody,
];

/// The members of a circle, until the one before has taken them.
type Members = Rc<RefCell<Vec<Option<JoinHandle<()>>>>>;

async fn waits_for_the_next(waits: Waits, number: usize, members: Members) {
    yield_now().await;
    let length = members.borrow().len();
    let next = members.borrow_mut()[(number + 1) % length].take().expect("each is waited for by one");
    let limits = async |next| drop(wait_for(ms(100), next).await);
    let joins = async |next: JoinHandle<()>| drop(next.await);
    match waits {
        Waits::Joining => joins(next).await,
        Waits::Gathering => drop(gather([next]).await),
        Waits::GatheringOneThatJoins => drop(gather_results([spawn(joins(next))]).await),
        Waits::Limiting => limits(next).await,
        Waits::LimitingOneThatLimits => limits(spawn(limits(next))).await,
        Waits::Grouping | Waits::GroupingBesideABody => {
            let has_a_body = matches!(waits, Waits::GroupingBesideABody);
            let body = async move |group: TaskGroup<()>| {
                group.spawn(async move {
                    if has_a_body {
                        limits(next).await;
                    } else {
                        joins(next).await;
                    }
                    Ok(())
                });
                if has_a_body { pending().await } else { Ok(()) }
            };
            drop(task_group(body).await);
        }
    }
}

/// Closes a circle, and cancels members of it: each so many turns after the one before. Without anybody to
/// cancel, time goes by instead.
async fn comes_to_an_end(circle: Vec<Waits>, cancelled: Vec<(usize, usize)>) {
    let length = circle.len();
    let members = Members::default();
    for (number, waits) in circle.iter().enumerate() {
        let member = spawn(waits_for_the_next(*waits, number, Rc::clone(&members)));
        members.borrow_mut().push(Some(member));
    }
    let handles: Vec<_> = members.borrow().iter().flatten().map(JoinHandle::abort_handle).collect();
    some_turns(6).await;
    if cancelled.is_empty() {
        sleep(ms(100)).await;
    }
    for (number, turns) in &cancelled {
        some_turns(*turns).await;
        handles[number % length].cancel();
    }
    some_turns(60).await;
    assert_eq!(all_tasks().len(), 1, "{circle:?}, {cancelled:?}: {}", dump());
}

async fn some_turns(turns: usize) {
    for _ in 0..turns {
        yield_now().await;
    }
}

fn on_every_loop(circle: &[Waits], cancelled: &[(usize, usize)]) {
    for kind in Kind::all() {
        let event_loop = kind.builder(ClockKind::Virtual).build().unwrap();
        event_loop.block_on(comes_to_an_end(circle.to_vec(), cancelled.to_vec()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_circle_ends_whoever_in_it_is_cancelled(
        circle in vec(select(&ALL[..]), 1..=4),
        cancelled in vec((0..4_usize, 0..6_usize), 1..=3),
    ) {
        on_every_loop(&circle, &cancelled);
    }
}

#[test]
fn a_limit_ends_a_circle_as_well() {
    for others in [
        vec![],
        vec![Waits::Joining],
        vec![Waits::Limiting],
        vec![Waits::Grouping],
        vec![Waits::Grouping, Waits::Limiting],
    ] {
        on_every_loop(&[&[Waits::Limiting], &others[..]].concat(), &[]);
    }
}
