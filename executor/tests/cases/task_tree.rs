//! `dump`: the tree, byte for byte.

use std::future::pending;
use std::rc::Rc;

use executor::inspect::{Observer, Record, dump};
use executor::{
    ClockKind, Deferred, EventLoop, JoinHandle, When, as_completed, block, gather, sleep, spawn, spawn_named,
    task_group, wait, wait_for, yield_now,
};

use crate::ms;
use crate::support::loops::on_every_kind;

/// The tree with each place as the number of lines below `base`: lines move when this file is
/// edited, and the distance stays. The place of the one who looks is left out.
fn tree(base: u32) -> String {
    let text = dump().to_string();
    let mut lines = Vec::new();
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        let Some((before, after)) = line.split_once("task_tree.rs:") else {
            lines.push(line.to_owned());
            continue;
        };
        if before.contains(" looks") {
            lines.push(before.trim_end().to_owned());
            continue;
        }
        let (number, rest) = after.split_once(' ').unwrap_or((after, ""));
        let distance = number.parse::<u32>().unwrap() - base;
        lines.push(format!("{before}+{distance} {}", rest.trim_start()).trim_end().to_owned());
    }
    lines.join("\n")
}

/// Looks at the tree from a task of its own, when `millis` have passed.
fn look_after(millis: u64, base: u32) -> JoinHandle<String> {
    spawn_named("looks", async move {
        sleep(ms(millis)).await;
        tree(base)
    })
}

/// A picture in the source, without its indentation.
fn picture(text: &str) -> String {
    let text = text.trim_matches('\n').trim_end();
    let indent = text.chars().take_while(|letter| *letter == ' ').count();
    let lines: Vec<&str> = text.lines().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n")
}

/// What a task waited for in an earlier step is forgotten, also when it has come to something that says nothing.
#[test]
fn what_a_task_no_longer_waits_for_is_forgotten() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let printed = event_loop.block_on(async {
            let silent = spawn_named("silent", async {
                sleep(ms(10)).await;
                pending::<()>().await;
            });
            sleep(ms(5)).await;
            let before = dump().to_string();
            sleep(ms(20)).await;
            let after = dump().to_string();
            silent.abort();
            [before, after]
        });
        let line = |text: &str| text.lines().find(|line| line.contains("silent")).unwrap().to_owned();
        let [before, after] = printed.map(|text| line(&text));
        assert!(before.contains("sleep"), "{before}");
        assert!(!after.contains("sleep"), "{after}");
    });
}

/// Looks on, and says nothing.
struct Silent;

impl Observer for Silent {
    fn observe(&self, _: &Record) {}
}

/// A task that has held the loop has only just begun to wait, and is not taken for one that waits for long.
#[test]
fn whoever_held_the_loop_has_waited_since_then() {
    let event_loop =
        EventLoop::builder().clock(ClockKind::Virtual).observer(Rc::new(Silent)).build().unwrap();
    let printed = event_loop.block_on(async {
        spawn_named("blocker", async {
            block(ms(3_000));
            sleep(ms(10_000)).await;
        });
        yield_now().await;
        dump().to_string()
    });
    let line = printed.lines().find(|line| line.contains("blocker")).unwrap();
    assert!(line.ends_with("for 0.000s"), "{line}");
}

#[test]
fn byte_for_byte() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        let line = line!();
        let printed = event_loop.block_on(async {
            let sleeper = spawn_named("sleeper", async { sleep(ms(10_000)).await });
            sleep(ms(1_205)).await;
            drop(spawn(pending::<()>()));
            let printed = dump().to_string();
            sleeper.abort();
            printed
        });
        let (sleeper, main, new) = (line + 2, line + 3, line + 4);
        let expected = format!(
            "3 tasks at 1.205s, timers=1 sources=0\n\
             T1 main     running  -          task_tree.rs:{main}\n\
             T2 sleeper  waiting  sleep tm2  task_tree.rs:{sleeper}  for 1.205s\n\
             T3          ready    -          task_tree.rs:{new}\n"
        );
        assert_eq!(printed, expected);
    });
}

#[test]
fn a_chain_of_joins() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let base = line!();
            let milk = spawn_named("milk", async { sleep(ms(100)).await });
            let coffee = spawn_named("coffee", async { milk.await.unwrap() });
            let looks = look_after(10, base);
            coffee.await.unwrap();
            let expected = "
                4 tasks at 0.010s, timers=1 sources=0
                T1 main        waiting  T3         +4 for 0.010s
                └─ T3 coffee   waiting  T2         +2 for 0.010s
                   └─ T2 milk  waiting  sleep tm1  +1 for 0.010s
                T4 looks       running  -";
            assert_eq!(looks.await.unwrap(), picture(expected));
        });
    });
}

#[test]
fn a_gather_of_three() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let base = line!();
            let looks = look_after(10, base);
            let children = [ms(5), ms(20), ms(30)].map(|time| async move { sleep(time).await });
            gather(children).await.unwrap();
            let expected = "
                4 tasks at 0.010s, timers=2 sources=0
                T1 main   waiting  gather     +3 for 0.010s
                ├─ T4     waiting  sleep tm3  +2 for 0.010s
                └─ T5     waiting  sleep tm4  +2 for 0.010s
                T2 looks  running  -";
            assert_eq!(looks.await.unwrap(), picture(expected));
        });
    });
}

#[test]
fn a_group_and_its_body() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let base = line!();
            let (looks, later) = (look_after(10, base), look_after(30, base));
            let outcome = task_group(async |group| {
                group.spawn(async {
                    sleep(ms(100)).await;
                    Ok::<_, ()>(())
                });
                group.spawn(async {
                    sleep(ms(200)).await;
                    Ok::<_, ()>(())
                });
                sleep(ms(20)).await;
                Ok(())
            });
            outcome.await.unwrap();
            let expected = "
                5 tasks at 0.010s, timers=4 sources=0
                T1 main   waiting  sleep tm1  +11 for 0.010s
                ├─ T4     waiting  sleep tm4  +4 for 0.010s
                └─ T5     waiting  sleep tm5  +8 for 0.010s
                T2 looks  running  -
                T3 looks  waiting  sleep tm3";
            assert_eq!(looks.await.unwrap(), picture(expected), "while the body runs");
            let expected = "
                4 tasks at 0.030s, timers=2 sources=0
                T1 main   waiting  group      +2 for 0.010s
                ├─ T4     waiting  sleep tm4  +4 for 0.030s
                └─ T5     waiting  sleep tm5  +8 for 0.030s
                T3 looks  running  -";
            assert_eq!(later.await.unwrap(), picture(expected), "when the body is over");
        });
    });
}

#[test]
fn one_inside_of_the_other() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let base = line!();
            let looks = look_after(10, base);
            let deferred = Deferred::<()>::new();
            let never = deferred.clone();
            let inner = spawn_named("inner", async move {
                let slow = spawn_named("slow", async { sleep(ms(50)).await });
                let child = spawn_named("child", async { never.await.unwrap() });
                wait([slow, child], When::FirstCompleted).await;
                yield_now().await;
            });
            let other = spawn_named("other", async {
                let mut results = as_completed([async { sleep(ms(60)).await }]);
                results.next().await.unwrap().unwrap();
            });
            let limited = spawn_named("limited", async {
                wait_for(ms(70), async { sleep(ms(65)).await }).await.unwrap().unwrap();
            });
            gather([inner, other, limited]).await.unwrap();
            deferred.set(()).unwrap();
            let expected = "
                9 tasks at 0.010s, timers=4 sources=0
                T1 main         waiting  gather        +17 for 0.010s
                ├─ T3 inner     waiting  wait          +7 for 0.010s
                │  ├─ T6 slow   waiting  sleep tm3     +5 for 0.010s
                │  └─ T7 child  waiting  deferred      +6 for 0.010s
                ├─ T4 other     waiting  as_completed  +12 for 0.010s
                │  └─ T8        waiting  sleep tm4     +11 for 0.010s
                └─ T5 limited   waiting  T9            +15 for 0.010s
                   └─ T9        waiting  sleep tm5     +15 for 0.010s
                T2 looks        running  -";
            assert_eq!(looks.await.unwrap(), picture(expected));
        });
    });
}

#[test]
fn two_who_wait_for_the_same_and_two_for_each_other() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let base = line!();
            let looks = look_after(10, base);
            let handles = Deferred::<std::rc::Rc<std::cell::RefCell<Option<JoinHandle<()>>>>>::new();
            let given = handles.clone();
            let one = spawn_named("one", async move {
                let other = given.await.unwrap().borrow_mut().take().unwrap();
                other.await.unwrap();
            });
            let other = spawn_named("other", async { one.await.unwrap() });
            let (both, mut group_of) = (other.abort_handle(), None::<JoinHandle<()>>);
            group_of.replace(other);
            handles.set(std::rc::Rc::new(std::cell::RefCell::new(group_of))).unwrap();
            sleep(ms(20)).await;
            both.abort();
            let expected = "
                4 tasks at 0.010s, timers=1 sources=0
                T1 main       waiting  sleep tm1  +12 for 0.010s
                T2 looks      running  -";
            let tree = looks.await.unwrap();
            let (roots, circle) = tree.split_at(tree.find("\nT3").unwrap());
            assert_eq!(roots, picture(expected));
            let expected = "
                T3 one        waiting  T4         +6 for 0.010s
                └─ T4 other   waiting  T3         +8 for 0.010s
                   └─ T3 one  above";
            assert_eq!(circle.trim_start(), picture(expected));
        });
    });
}

#[test]
fn a_long_name_and_a_long_chain_are_cut() {
    on_every_kind(ClockKind::Virtual, |event_loop| {
        event_loop.block_on(async {
            let long = "a long name ".repeat(20);
            let mut handle = spawn_named(&long, pending::<()>());
            for _ in 0..1_000 {
                handle = spawn(async { drop(handle.await) });
            }
            yield_now().await;
            let text = dump().to_string();
            assert_eq!(text.lines().count(), 1 + 1 + 1_001);
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{line}");
            }
            let last = text.lines().last().unwrap();
            assert!(last.contains("~ T2 a long name") && last.contains("~  waiting  ?"), "{last}");
        });
    });
}
