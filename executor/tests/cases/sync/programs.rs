//! Small programs, and what they say: line by line what asyncio says in the same program (Python 3.11).

use std::fmt::Debug;
use std::rc::Rc;

use executor::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use executor::{JoinHandle, call_soon, sleep, spawn, yield_now};

use crate::support::transcript::{say, says, says_by_wake};

/// A task for each name.
fn spawn_each<F: Future + 'static>(
    names: &[&'static str],
    make: impl Fn(&'static str) -> F,
) -> Vec<JoinHandle<F::Output>> {
    let mut tasks = Vec::new();
    for name in names {
        tasks.push(spawn(make(name)));
    }
    tasks
}

async fn all<T: Debug>(tasks: Vec<JoinHandle<T>>) {
    for task in tasks {
        task.await.unwrap();
    }
}

fn millis(millis: u64) -> std::time::Duration {
    std::time::Duration::from_millis(millis)
}

/// A lock goes to those who wait for it in the order in which they asked.
#[test]
fn lock_fifo() {
    async fn worker(name: &'static str, lock: Rc<Lock<()>>) {
        say!("{name} asks");
        let _guard = lock.acquire().await;
        say!("{name} has the lock");
        yield_now().await;
        say!("{name} releases");
    }
    async fn main() {
        let lock = Rc::new(Lock::new(()));
        all(spawn_each(&["A", "B", "C"], |name| worker(name, Rc::clone(&lock)))).await;
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A asks
        tick 2: A has the lock
        tick 2: B asks
        tick 2: C asks
        tick 3: A releases
        tick 4: B has the lock
        tick 5: B releases
        tick 6: C has the lock
        tick 7: C releases
        tick 8: main done
        ",
    );
}

/// Who releases a lock and asks for it again stands behind the task that already waits.
#[test]
fn lock_no_barging() {
    async fn greedy(lock: Rc<Lock<()>>) {
        for i in 0..3 {
            let _guard = lock.acquire().await;
            say!("greedy has the lock, round {i}");
            yield_now().await;
        }
    }
    async fn modest(lock: Rc<Lock<()>>) {
        say!("modest asks");
        let _guard = lock.acquire().await;
        say!("modest has the lock");
    }
    async fn main() {
        let lock = Rc::new(Lock::new(()));
        let greedy = spawn(greedy(Rc::clone(&lock)));
        let modest = spawn(modest(lock));
        greedy.await.unwrap();
        modest.await.unwrap();
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: greedy has the lock, round 0
        tick 2: modest asks
        tick 4: modest has the lock
        tick 5: greedy has the lock, round 1
        tick 6: greedy has the lock, round 2
        ",
    );
}

/// A waiter that was woken and is aborted before it runs wakes the next.
#[test]
fn lock_waiter_aborted_after_it_was_woken() {
    struct IsOver(&'static str);
    impl Drop for IsOver {
        fn drop(&mut self) {
            say!("{} is over", self.0);
        }
    }
    async fn waiter(name: &'static str, lock: Rc<Lock<()>>) {
        say!("{name} asks");
        let _over = IsOver(name);
        let _guard = lock.acquire().await;
        say!("{name} has the lock");
    }
    async fn main() {
        let lock = Rc::new(Lock::new(()));
        let guard = lock.acquire().await;
        let mut tasks = spawn_each(&["A", "B", "C"], |name| waiter(name, Rc::clone(&lock)));
        yield_now().await;
        drop(guard);
        tasks[0].abort();
        say!("main releases, and cancels A, which was woken; locked: {}", lock.is_locked());
        tasks.pop().unwrap().await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A asks
        tick 2: B asks
        tick 2: C asks
        tick 2: main releases, and cancels A, which was woken; locked: false
        tick 3: A is over
        tick 4: B has the lock
        tick 4: B is over
        tick 5: C has the lock
        tick 5: C is over
        tick 6: main done
        ",
    );
}

/// What need not wait gives nobody else a turn.
#[test]
fn what_need_not_wait_does_not_yield() {
    async fn main() {
        let (lock, semaphore) = (Lock::new(()), Semaphore::new(1));
        let (queue, event) = (Queue::new(0), Event::new());
        event.set();
        call_soon(|| say!("callback waiting since before"));
        drop(lock.acquire().await);
        say!("took and releases a free lock");
        drop(semaphore.acquire().await);
        say!("took and releases a free semaphore");
        queue.put("item").await.unwrap();
        say!("put; got {}", queue.get().await.unwrap());
        event.wait().await;
        say!("event.wait() is over");
        yield_now().await;
        say!("main is back");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: took and releases a free lock
        tick 1: took and releases a free semaphore
        tick 1: put; got item
        tick 1: event.wait() is over
        tick 2: callback waiting since before
        tick 2: main is back
        ",
    );
}

/// As many at a time as there are permits; the next ones a turn after they are given back.
#[test]
fn semaphore() {
    async fn worker(name: &'static str, semaphore: Rc<Semaphore>) {
        let _permit = semaphore.acquire().await;
        say!("{name} begins, locked: {}", semaphore.is_locked());
        yield_now().await;
        yield_now().await;
        say!("{name} ends");
    }
    async fn main() {
        let semaphore = Rc::new(Semaphore::new(2));
        all(spawn_each(&["A", "B", "C", "D", "E"], |name| worker(name, Rc::clone(&semaphore)))).await;
        say!("main done, locked: {}", semaphore.is_locked());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A begins, locked: false
        tick 2: B begins, locked: true
        tick 4: A ends
        tick 4: B ends
        tick 5: C begins, locked: true
        tick 5: D begins, locked: true
        tick 7: C ends
        tick 7: D ends
        tick 8: E begins, locked: false
        tick 10: E ends
        tick 11: main done, locked: false
        ",
    );
}

/// `set` wakes everybody who is there, even if the flag is taken down at once.
#[test]
fn event_set_then_clear() {
    async fn waiter(name: &'static str, event: Rc<Event>) {
        say!("{name} waits");
        event.wait().await;
        say!("{name} wakes; is_set: {}", event.is_set());
    }
    async fn main() {
        let event = Rc::new(Event::new());
        let mut tasks = spawn_each(&["A", "B", "C"], |name| waiter(name, Rc::clone(&event)));
        yield_now().await;
        event.set();
        event.clear();
        say!("main did set() and clear()");
        let late = spawn(waiter("late", Rc::clone(&event)));
        tasks.pop().unwrap().await.unwrap();
        yield_now().await;
        say!("late is still waiting: {}", !late.is_finished());
        event.set();
        late.await.unwrap();
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A waits
        tick 2: B waits
        tick 2: C waits
        tick 2: main did set() and clear()
        tick 3: A wakes; is_set: false
        tick 3: B wakes; is_set: false
        tick 3: C wakes; is_set: false
        tick 3: late waits
        tick 5: late is still waiting: true
        tick 6: late wakes; is_set: true
        ",
    );
}

/// Who is notified goes on when it has the lock: one at a time, in order.
#[test]
fn condition_notify_some() {
    async fn waiter(name: &'static str, shared: Rc<(Lock<()>, Condition)>) {
        let guard = shared.0.acquire().await;
        say!("{name} waits");
        let _guard = shared.1.wait(guard).await;
        say!("{name} goes on");
        yield_now().await;
        say!("{name} leaves");
    }
    async fn main() {
        let shared = Rc::new((Lock::new(()), Condition::new()));
        let mut tasks = spawn_each(&["A", "B", "C"], |name| waiter(name, Rc::clone(&shared)));
        yield_now().await;
        let guard = shared.0.acquire().await;
        shared.1.notify(2);
        say!("main notifies two, and keeps the lock");
        yield_now().await;
        say!("main releases");
        drop(guard);
        let c = tasks.pop().unwrap();
        tasks.pop().unwrap().await.unwrap();
        say!("C still waits: {}", !c.is_finished());
        let guard = shared.0.acquire().await;
        shared.1.notify_all();
        drop(guard);
        c.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A waits
        tick 2: B waits
        tick 2: C waits
        tick 2: main notifies two, and keeps the lock
        tick 3: main releases
        tick 4: A goes on
        tick 5: A leaves
        tick 6: B goes on
        tick 7: B leaves
        tick 8: C still waits: true
        tick 9: C goes on
        tick 10: C leaves
        tick 11: main done
        ",
    );
}

/// Nobody passes before the third comes, and the third does not wait.
#[test]
fn barrier() {
    async fn runner(name: &'static str, barrier: Rc<Barrier>, after: u64) {
        sleep(millis(after)).await;
        say!("{name} arrives");
        let place = barrier.wait().await.unwrap();
        say!("{name} passes, place {place}");
    }
    async fn main() {
        let barrier = Rc::new(Barrier::new(3));
        let mut tasks = Vec::new();
        for (name, after) in [("A", 20), ("B", 60), ("C", 40)] {
            tasks.push(spawn(runner(name, Rc::clone(&barrier), after)));
        }
        all(tasks).await;
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: A arrives
        tick 4: C arrives
        tick 5: B arrives
        tick 5: B passes, place 2
        tick 6: A passes, place 0
        tick 6: C passes, place 1
        ",
        "
        tick 4: A arrives
        tick 6: C arrives
        tick 8: B arrives
        tick 8: B passes, place 2
        tick 9: A passes, place 0
        tick 9: C passes, place 1
        ",
    );
}

/// Who runs fast may be back before the others have left, and then waits outside.
#[test]
fn barrier_used_again() {
    async fn runner(name: &'static str, barrier: Rc<Barrier>) {
        for round in 0..2 {
            let place = barrier.wait().await.unwrap();
            say!("{name} passes round {round} place {place}");
        }
    }
    async fn main() {
        let barrier = Rc::new(Barrier::new(3));
        all(spawn_each(&["A", "B", "C"], |name| runner(name, Rc::clone(&barrier)))).await;
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: C passes round 0 place 2
        tick 3: A passes round 0 place 0
        tick 3: B passes round 0 place 1
        tick 4: A passes round 1 place 2
        tick 5: B passes round 1 place 0
        tick 5: C passes round 1 place 1
        tick 5: main done
        ",
    );
}

/// `abort` breaks a barrier for everybody until `reset`, which sends away who waits.
#[test]
fn barrier_aborted_and_reset() {
    async fn runner(name: &'static str, barrier: Rc<Barrier>) {
        match barrier.wait().await {
            Ok(place) => say!("{name} passes, place {place}"),
            Err(error) => say!("{name}: {error}"),
        }
    }
    async fn main() {
        let barrier = Rc::new(Barrier::new(2));
        let a = spawn(runner("A", Rc::clone(&barrier)));
        yield_now().await;
        say!("waiting {}", barrier.waiting());
        barrier.abort();
        runner("main", Rc::clone(&barrier)).await;
        a.await.unwrap();
        barrier.reset();
        let b = spawn(runner("B", Rc::clone(&barrier)));
        yield_now().await;
        barrier.reset();
        let c = spawn(runner("C", Rc::clone(&barrier)));
        b.await.unwrap();
        runner("main", Rc::clone(&barrier)).await;
        c.await.unwrap();
        say!("main done, broken {}", barrier.is_broken());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: waiting 1
        tick 2: main: the barrier was aborted or reset
        tick 3: A: the barrier was aborted or reset
        tick 6: B: the barrier was aborted or reset
        tick 7: main passes, place 1
        tick 8: C passes, place 0
        tick 9: main done, broken false
        ",
    );
}

/// Getters are served in the order in which they came; an item stays in the queue until its getter
/// runs.
#[test]
fn queue_getters_fifo() {
    async fn getter(name: &'static str, queue: Rc<Queue<u32>>) {
        say!("{name} waits");
        say!("{name} gets {}", queue.get().await.unwrap());
    }
    async fn main() {
        let queue = Rc::new(Queue::new(0));
        let tasks = spawn_each(&["A", "B", "C"], |name| getter(name, Rc::clone(&queue)));
        yield_now().await;
        queue.try_put(1).unwrap();
        queue.put(2).await.unwrap();
        say!("main put two, size {}", queue.len());
        yield_now().await;
        say!("main is back, size {}", queue.len());
        queue.try_put(3).unwrap();
        all(tasks).await;
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: A waits
        tick 2: B waits
        tick 2: C waits
        tick 2: main put two, size 2
        tick 3: A gets 1
        tick 3: B gets 2
        tick 3: main is back, size 0
        tick 4: C gets 3
        tick 5: main done
        ",
    );
}

/// A full queue makes `put` wait: producer and consumer take turns.
#[test]
fn queue_maxsize() {
    async fn producer(queue: Rc<Queue<u32>>) {
        for i in 0..5 {
            queue.put(i).await.unwrap();
            say!("put {i} size {}", queue.len());
        }
        say!("producer done");
    }
    async fn consumer(queue: Rc<Queue<u32>>) {
        for _ in 0..5 {
            let item = queue.get().await.unwrap();
            say!("got {item} size {}", queue.len());
        }
    }
    async fn main() {
        let queue = Rc::new(Queue::new(2));
        let producer = spawn(producer(Rc::clone(&queue)));
        let consumer = spawn(consumer(queue));
        producer.await.unwrap();
        consumer.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: put 0 size 1
        tick 2: put 1 size 2
        tick 2: got 0 size 1
        tick 2: got 1 size 0
        tick 3: put 2 size 1
        tick 3: put 3 size 2
        tick 4: got 2 size 1
        tick 4: got 3 size 0
        tick 5: put 4 size 1
        tick 5: producer done
        tick 6: got 4 size 0
        tick 6: main done
        ",
    );
}

/// Without a limit, `put` never makes room for anybody else.
#[test]
fn queue_without_a_limit_never_yields() {
    async fn consumer(queue: Rc<Queue<u32>>) {
        for _ in 0..3 {
            say!("consumer gets {}", queue.get().await.unwrap());
        }
    }
    async fn main() {
        let queue = Rc::new(Queue::new(0));
        let consumer = spawn(consumer(Rc::clone(&queue)));
        yield_now().await;
        for i in 0..3 {
            queue.put(i).await.unwrap();
            say!("main put {i}");
        }
        consumer.await.unwrap();
        say!("main done");
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: main put 0
        tick 2: main put 1
        tick 2: main put 2
        tick 3: consumer gets 0
        tick 3: consumer gets 1
        tick 3: consumer gets 2
        tick 4: main done
        ",
    );
}

/// `join` waits until every item is dealt with, not until the queue is empty.
#[test]
fn queue_join() {
    async fn worker(name: &'static str, queue: Rc<Queue<u64>>) {
        while let Ok(item) = queue.get().await {
            sleep(millis(item)).await;
            say!("{name} finished {item}");
            queue.task_done();
        }
    }
    async fn main() {
        let queue = Rc::new(Queue::new(0));
        for ms in [20, 60, 70] {
            queue.try_put(ms).unwrap();
        }
        let workers = spawn_each(&["A", "B"], |name| worker(name, Rc::clone(&queue)));
        sleep(millis(40)).await;
        say!("queue empty: {} - main joins", queue.is_empty());
        queue.join().await;
        say!("joined");
        for worker in workers {
            worker.abort();
            assert!(worker.await.unwrap_err().is_cancelled());
        }
        queue.join().await;
    }
    says_by_wake(
        |event_loop| event_loop.block_on(main()),
        "
        tick 3: A finished 20
        tick 4: queue empty: true - main joins
        tick 5: B finished 60
        tick 6: A finished 70
        tick 7: joined
        ",
        "
        tick 4: A finished 20
        tick 6: queue empty: true - main joins
        tick 8: B finished 60
        tick 10: A finished 70
        tick 11: joined
        ",
    );
}

/// A getter that was woken for an item and is aborted leaves it to the next.
#[test]
fn queue_getter_aborted_after_it_was_woken() {
    async fn getter(name: &'static str, queue: Rc<Queue<&str>>) {
        say!("{name} gets {}", queue.get().await.unwrap());
    }
    async fn main() {
        let queue = Rc::new(Queue::new(0));
        let mut tasks = spawn_each(&["A", "B"], |name| getter(name, Rc::clone(&queue)));
        yield_now().await;
        queue.try_put("item").unwrap();
        tasks[0].abort();
        say!("main put an item for A, and cancels A");
        tasks.pop().unwrap().await.unwrap();
        say!("main done, size {}", queue.len());
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 2: main put an item for A, and cancels A
        tick 4: B gets item
        tick 5: main done, size 0
        ",
    );
}

/// The lowest first, of equals the one that came first; or the last first.
#[test]
fn queues_in_other_orders() {
    async fn main() {
        for queue in [Queue::priority(0), Queue::lifo(0)] {
            for item in [3, 1, 2] {
                queue.put(item).await.unwrap();
            }
            let mut got = Vec::new();
            while let Ok(item) = queue.try_get() {
                got.push(item);
            }
            say!("got {got:?}");
        }
    }
    says(
        |event_loop| event_loop.block_on(main()),
        "
        tick 1: got [1, 2, 3]
        tick 1: got [2, 1, 3]
        ",
    );
}
