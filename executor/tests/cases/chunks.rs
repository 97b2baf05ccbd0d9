//! However the bytes are cut into pieces, the answers are the same.

use executor::net::ReadError;
use executor::{BackendKind, ClockKind, EventLoop, TimerKind, WakeMode, spawn, yield_now};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{UnixReader, reader};

/// What somebody asks a reader for.
#[derive(Debug, Clone)]
enum Ask {
    Line,
    Exactly(usize),
    Until(Vec<u8>),
}

/// An answer, in a form that can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Bytes(Vec<u8>),
    Partial(Vec<u8>),
}

async fn answer(reader: &mut UnixReader, ask: &Ask) -> Answer {
    let result = match ask {
        Ask::Line => reader.read_line().await,
        Ask::Exactly(count) => reader.read_exact(*count).await,
        Ask::Until(separator) => reader.read_until(separator).await,
    };
    match result {
        Ok(bytes) => Answer::Bytes(bytes),
        Err(ReadError::Incomplete { partial, .. }) => Answer::Partial(partial),
        Err(other) => panic!("{other}"),
    }
}

/// The same, worked out on the whole text.
fn expected(text: &mut Vec<u8>, ask: &Ask) -> Answer {
    let end_of = |separator: &[u8]| {
        (0..text.len()).find(|at| text[*at..].starts_with(separator)).map(|at| at + separator.len())
    };
    let end = match ask {
        Ask::Line => end_of(b"\n"),
        Ask::Exactly(count) => Some(*count).filter(|count| *count <= text.len()),
        Ask::Until(separator) => end_of(separator),
    };
    match (end, ask) {
        (Some(end), _) => Answer::Bytes(text.drain(..end).collect()),
        (None, Ask::Line) => Answer::Bytes(std::mem::take(text)),
        (None, _) => Answer::Partial(std::mem::take(text)),
    }
}

fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        Just(Ask::Line),
        (0..12_usize).prop_map(Ask::Exactly),
        vec(letter(), 1..4).prop_map(Ask::Until),
    ]
}

/// Few letters, so that separators begin often and end seldom.
fn letter() -> impl Strategy<Value = u8> {
    prop_oneof![Just(b'a'), Just(b'b'), Just(b'\n')]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_pieces_give_the_same_answers(
        text in vec(letter(), 0..80),
        cuts in vec(1..10_usize, 1..20),
        asks in vec(asks(), 1..20),
        polling: bool,
        asyncio: bool,
    ) {
        let backend = if polling { BackendKind::Polling } else { BackendKind::Mio };
        let wake = if asyncio { WakeMode::Asyncio } else { WakeMode::Direct };
        let builder = EventLoop::builder().backend(backend).wake(wake).timers(TimerKind::Wheel);
        let event_loop = builder.clock(ClockKind::Virtual).build().unwrap();

        let (sent, asked) = (text.clone(), asks.clone());
        let answers = event_loop.block_on(async move {
            let (mut reader, far) = reader();
            spawn(async move {
                let mut left = sent.as_slice();
                for cut in cuts.iter().cycle() {
                    let (piece, rest) = left.split_at((*cut).min(left.len()));
                    // Whoever has asked for less than there is has gone.
                    if far.write_all(piece).await.is_err() || rest.is_empty() {
                        return;
                    }
                    left = rest;
                    yield_now().await;
                }
            });
            let mut answers = Vec::new();
            for ask in &asked {
                answers.push(answer(&mut reader, ask).await);
            }
            answers
        });

        let mut text = text;
        let right: Vec<Answer> = asks.iter().map(|ask| expected(&mut text, ask)).collect();
        prop_assert_eq!(answers, right);
    }
}
