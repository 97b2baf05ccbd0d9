//! One record as one line: all of it, with places as file and line.

use executor::inspect::{Awaiting, Event, Place, Record};

pub(crate) fn line(record: &Record) -> String {
    let task = record.task.map_or_else(|| "-".to_owned(), |task| task.to_string());
    let head = format!("{:>3} {} #{} {task}", record.seq, record.time, record.tick);
    format!("{head} {}", event(&record.event))
}

fn event(event: &Event) -> String {
    match event {
        // The backend is all that may differ.
        Event::LoopBegin { timers: _, wake, clock, backend: _ } => format!("LoopBegin {wake} {clock}"),
        Event::TimerArmed { timer, delay, level, slot, place, .. } => {
            let slot = match (level, slot) {
                (Some(level), Some(slot)) => format!(" slot={level}.{slot}"),
                _ => String::new(),
            };
            format!("TimerArmed {timer} +{delay:?} {}{slot}", at(*place))
        }
        Event::TimerMoved { timer, level, slot } => format!("TimerMoved {timer} slot={level}.{slot}"),
        Event::Spawned { task, name, place } => format!("Spawned {task} {name:?} {}", at(*place)),
        Event::Polled { task, poll, took, pending, .. } => {
            format!(
                "Polled {task} {poll} {took:?} {}",
                pending.as_ref().map_or_else(|| "Ready".to_owned(), wait)
            )
        }
        Event::Abandoned { task, name, spawned, awaiting, place } => {
            format!("Abandoned {task} {name:?} {} {}", at(*spawned), wait(&(*awaiting, *place)))
        }
        Event::CallbackRan { took, .. } => format!("CallbackRan {{ took: {took:?} }}"),
        Event::Io { source, direction, woke } => format!("Io {source} {direction:?} {woke:?}"),
        Event::Armed { source, direction, .. } => format!("Armed {source} {direction:?}"),
        Event::Disarmed { source, direction, .. } => format!("Disarmed {source} {direction:?}"),
        Event::Woken { task, cause, already } => format!("Woken {task} by {cause} already={already}"),
        Event::TimerFired { timer, late, woke } => format!("TimerFired {timer} late={late:?} {woke:?}"),
        Event::TimerCancelled { timer } => format!("TimerCancelled {timer}"),
        other => format!("{other:?}"),
    }
}

fn wait((awaiting, place): &(Awaiting, Option<Place>)) -> String {
    format!("Pending on {awaiting}{}", place.map_or_else(String::new, |place| format!(" {}", at(place))))
}

fn at(place: Place) -> String {
    let file = place.file().rsplit('/').next().unwrap_or_default();
    format!("@{file}:{}", place.line())
}
