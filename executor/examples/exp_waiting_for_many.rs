//! `gather`, `wait`, `as_completed`, a task group: which one when? The same three orders, waited for in each way.
//!
//! Watch for: when the guest goes on, and what becomes of the soup, which takes longest. A gather ends at the first
//! failure, and the soup is cooked to its end, though nobody will eat it. A wait ends when it is told to. `as_completed`
//! hands over each order as it comes. A group calls off the soup when the pie burns, and ends when nobody is cooking.
//!
//! ```text
//! $ cargo run --example exp_waiting_for_many
//! gather
//!   10 ms: the tea is made
//!   20 ms: the guest has Err(Failed("the pie is burnt"))
//!   40 ms: the soup is made
//! wait, for 30 ms
//!   10 ms: the tea is made
//!   30 ms: 2 are done, 1 is pending
//!   40 ms: the soup is made
//! as_completed
//!   10 ms: the tea is made
//!   10 ms: the guest has Ok("tea")
//!   20 ms: the guest has Err("the pie is burnt")
//!   40 ms: the soup is made
//!   40 ms: the guest has Ok("soup")
//! task_group
//!   10 ms: the tea is made
//!   20 ms: the guest has Err(Failed([Failed("the pie is burnt")]))
//! ```
//!
//! Python: `await asyncio.gather(*orders())`, `await asyncio.wait(orders(), timeout=0.03)`, `for order in
//! asyncio.as_completed(orders())`, `async with asyncio.TaskGroup() as kitchen`.

use std::future::Future;
use std::time::Duration;

use executor::{
    BuildError, ClockKind, EventLoop, Instant, When, as_completed, inspect, now, sleep, task_group,
    try_gather, wait,
};

fn say(began: Instant, what: &str) {
    println!("{:4} ms: {what}", now().since(began).as_millis());
}

async fn cook(began: Instant, dish: &'static str, millis: u64) -> Result<&'static str, &'static str> {
    sleep(Duration::from_millis(millis)).await;
    if dish == "pie" {
        return Err("the pie is burnt");
    }
    say(began, &format!("the {dish} is made"));
    Ok(dish)
}

fn orders(began: Instant) -> impl Iterator<Item = impl Future<Output = Result<&'static str, &'static str>>> {
    [("tea", 10), ("pie", 20), ("soup", 40)].into_iter().map(move |(dish, millis)| cook(began, dish, millis))
}

async fn with_gather(began: Instant) {
    let served = try_gather(orders(began)).await;
    say(began, &format!("the guest has {served:?}"));
}

async fn with_wait(began: Instant) {
    let (done, pending) = wait(orders(began), When::AllCompleted).limit(Duration::from_millis(30)).await;
    say(began, &format!("{} are done, {} is pending", done.len(), pending.len()));
}

async fn with_as_completed(began: Instant) {
    let mut coming = as_completed(orders(began));
    while let Some(order) = coming.next().await {
        say(began, &format!("the guest has {:?}", order.expect("no cook panics")));
    }
}

async fn with_task_group(began: Instant) {
    let served = task_group(async |kitchen| {
        orders(began).for_each(|order| drop(kitchen.spawn(order)));
        Ok(())
    });
    say(began, &format!("the guest has {:?}", served.await));
}

/// Whatever is still being cooked when the guest goes on: it will be done by then.
async fn until_all_is_made() {
    sleep(Duration::from_millis(50)).await;
}

async fn visits() {
    println!("gather");
    with_gather(now()).await;
    until_all_is_made().await;
    println!("wait, for 30 ms");
    with_wait(now()).await;
    until_all_is_made().await;
    println!("as_completed");
    with_as_completed(now()).await;
    println!("task_group");
    with_task_group(now()).await;
    until_all_is_made().await;
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    // On the virtual clock the times are exact, and pass at once.
    EventLoop::builder().clock(ClockKind::Virtual).build()?.block_on(visits());
    Ok(())
}
