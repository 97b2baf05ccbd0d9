//! All that was measured: for each row and each executor one figure a round.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::runtimes::Runtime;

#[derive(Debug, Default)]
pub struct Figures {
    /// A round in which nothing came out has none.
    rounds: BTreeMap<(String, Runtime), BTreeMap<usize, f64>>,
}

impl Figures {
    pub fn add(&mut self, row: &str, runtime: Runtime, round: usize, figure: f64) {
        self.rounds.entry((row.to_owned(), runtime)).or_default().insert(round, figure);
    }

    /// In the order of rounds.
    pub fn of(&self, row: &str, runtime: Runtime) -> Vec<f64> {
        self.rounds
            .get(&(row.to_owned(), runtime))
            .map_or_else(Vec::new, |found| found.values().copied().collect())
    }

    pub fn median(&self, row: &str, runtime: Runtime) -> Option<f64> {
        quantile(&self.of(row, runtime), 0.5)
    }

    /// For each round ours by the best of these: two figures are compared in a round and never across rounds, because a
    /// shared machine is faster in one minute than in the next.
    pub fn ratios(&self, row: &str, rivals: &[Runtime]) -> Vec<f64> {
        let Some(ours) = self.rounds.get(&(row.to_owned(), Runtime::Ours)) else { return Vec::new() };
        let mut ratios = Vec::new();
        for (round, figure) in ours {
            let in_this_round = rivals
                .iter()
                .filter_map(|rival| self.rounds.get(&(row.to_owned(), *rival))?.get(round))
                .copied();
            if let Some(best) = in_this_round.reduce(f64::min) {
                ratios.push(figure / best);
            }
        }
        ratios
    }

    pub fn json(&self) -> Value {
        let mut rows = Map::new();
        for ((row, runtime), rounds) in &self.rounds {
            let figures: Vec<f64> = rounds.values().copied().collect();
            rows.entry(row).or_insert_with(|| json!({}))[runtime.key()] = json!(figures);
        }
        Value::Object(rows)
    }
}

/// Between two values in proportion, as Python's `statistics.quantiles` with `method="inclusive"`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among a few figures"
)]
pub fn quantile(figures: &[f64], share: f64) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}
