//! Inputs for the bodies without a fuzzer: the corpus, and what becomes of it by small changes, the same in every run.

use std::fs;
use std::path::Path;

/// Inputs made from the corpus in each test run.
const CHANGED: u64 = 20_000;

/// Plays the corpus of `target` and `more`, and inputs made from both and from `words`.
///
/// # Panics
///
/// If the corpus is missing, or `body` panics; then it says with which input.
pub(crate) fn play(target: &str, more: Vec<Vec<u8>>, words: &[&[u8]], body: fn(&[u8])) {
    let mut corpus = read_corpus(target);
    assert!(!corpus.is_empty(), "no corpus for {target}");
    corpus.extend(more);
    for input in &corpus {
        play_one(body, input);
    }
    let mut random = Random(1);
    for _ in 0..CHANGED {
        let mut input = random.choose(&corpus).clone();
        for _ in 0..=random.below(4) {
            change(&mut input, &corpus, words, &mut random);
        }
        play_one(body, &input);
    }
}

fn play_one(body: fn(&[u8]), input: &[u8]) {
    let shown = ShownInPanic(input);
    body(input);
    std::mem::forget(shown);
}

/// Shows the input when its body has panicked.
struct ShownInPanic<'a>(&'a [u8]);

impl Drop for ShownInPanic<'_> {
    fn drop(&mut self) {
        eprintln!("the input: {}", self.0.escape_ascii());
    }
}

/// The files of a corpus, in an order that does not depend on the file system.
fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let files = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = files.map(|file| file.expect("the directory can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("the file can be read")).collect()
}

/// One small change.
fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&[u8]], random: &mut Random) {
    let place = random.below(input.len() + 1);
    match random.below(6) {
        0 => input.truncate(place),
        1 if place < input.len() => input[place] = random.byte(),
        2 if place < input.len() => {
            input.remove(place);
        }
        3 => input.insert(place, random.byte()),
        4 if !words.is_empty() => {
            let word = *random.choose(words);
            input.splice(place..place, word.iter().copied());
        }
        _ => {
            let other = random.choose(corpus);
            let from = random.below(other.len() + 1);
            input.truncate(place);
            input.extend_from_slice(&other[from..]);
        }
    }
}

/// A generator of numbers that are random enough (Marsaglia's xorshift), from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("it is below a usize")
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
