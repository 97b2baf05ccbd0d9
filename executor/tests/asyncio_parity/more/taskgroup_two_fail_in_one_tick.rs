//! Two children fail in the same tick: the group reports both.
use crate::ticks::{ValueError, run, say};
use executor::sync::Event;
use executor::{TaskGroup, task_group, yield_now};
use std::rc::Rc;

async fn fails(name: &str, event: Rc<Event>) -> Result<(), ValueError> {
    event.wait().await;
    say!(name, "fails");
    Err(ValueError::new(name))
}

async fn main() {
    let event = Rc::new(Event::new());
    let group = task_group(async |tg: TaskGroup<ValueError>| {
        tg.spawn(fails("A", Rc::clone(&event)));
        tg.spawn(fails("B", Rc::clone(&event)));
        yield_now().await;
        event.set();
        Ok(())
    });
    if let Err(group) = group.await {
        say!("main caught", group.into_errors().into_iter().map(|e| e.0).collect::<Vec<String>>());
    }
}

pub(crate) fn program() {
    run(main());
}
