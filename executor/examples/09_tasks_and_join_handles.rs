//! `spawn` makes a task, and gives back a handle: by it, others wait for the task's end and get its result.
//!
//! Watch for: a task does not begin when it is spawned but in the next turn; it goes on whether anybody waits for it or not; and
//! when it panics, that is a result like any other: whoever waits for it hears of it, and the loop goes on.
//!
//! ```text
//! $ LOOP_CLOCK=virtual cargo run --example 09_tasks_and_join_handles
//! kitchen: four are spawned, and none has begun
//! soup: on the stove
//! rice: on the stove
//! tea: on the stove
//! tea: done
//! rice: done
//! soup: done
//! kitchen: a plate of soup
//! kitchen: a plate of rice
//! kitchen: no toast today, and the others are served
//! ```

use std::time::Duration;

use executor::{BuildError, JoinError, inspect, run, sleep, spawn_named};

async fn cook(dish: &'static str, seconds: u64) -> String {
    println!("{dish}: on the stove");
    sleep(Duration::from_secs(seconds)).await;
    println!("{dish}: done");
    format!("a plate of {dish}")
}

async fn burn() -> String {
    sleep(Duration::from_secs(1)).await;
    panic!("the toast is on fire");
}

async fn kitchen() {
    // Python: task = asyncio.create_task(cook("soup", 3)); await task
    let soup = spawn_named("soup", cook("soup", 3));
    let rice = spawn_named("rice", cook("rice", 2));
    let toast = spawn_named("toast", burn());
    // Nobody keeps this handle. asyncio may lose such a task; here it goes on.
    spawn_named("tea", cook("tea", 1));
    println!("kitchen: four are spawned, and none has begun");

    // In the order in which we ask, whatever the order in which they are done.
    println!("kitchen: {}", soup.await.expect("soup does not panic"));
    println!("kitchen: {}", rice.await.expect("rice does not panic"));
    match toast.await {
        Ok(plate) => println!("kitchen: {plate}"),
        Err(JoinError::Panicked(_)) => println!("kitchen: no toast today, and the others are served"),
        Err(error) => println!("kitchen: {error}"),
    }
}

fn main() -> Result<(), BuildError> {
    inspect::init_logging();
    run(kitchen())
}
