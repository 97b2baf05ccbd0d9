//! `run_until_complete` a second time goes on where the loop was: tasks live on between runs.
use crate::ticks::{new_loop, note, say};
use executor::{Join, yield_now};

async fn background() {
    for i in 0..4 {
        say!("background", i);
        yield_now().await;
    }
    say!("background ends");
}

async fn short() {
    yield_now().await;
    say!("short ends");
}

async fn join(task: Join<()>) {
    task.await.unwrap();
}

pub(crate) fn program() {
    let event_loop = new_loop();
    let mut task = event_loop.spawn(background());
    event_loop.block_on(short());
    note!("between the runs; background done:", task.is_finished());
    event_loop.block_on(join((&mut task).into_future()));
    note!("background done:", task.is_finished(), "after", event_loop.turns(), "ticks");
}
