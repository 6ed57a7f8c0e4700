//! The most frequent values of one dimension since the last flush, counted call by call (Space-Saving, as in
//! [`domain::usage::top_values`]).

use domain::usage::{
    Bucket, Outcome,
    top_values::{CountedValue, MAX_VALUES, TopValues},
};
use smallvec::SmallVec;
use std::{net::Ipv4Addr, sync::Arc};

/// Entries that are allocated at a time.
const GROWTH: usize = 8;

/// A value; texts are shared between keys.
#[derive(Clone)]
pub(super) enum Value {
    V4(Ipv4Addr),
    Text(Arc<str>),
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Self::V4(address) => address.to_string(),
            Self::Text(text) => text.as_ref().to_owned(),
        }
    }
}

/// A value and its calls by outcome.
struct CountedEntry {
    hash: u64,
    value: Value,
    calls: [u32; 3],
    /// The maximum number of calls with the value before it was listed.
    missed: u32,
}

impl CountedEntry {
    fn at_most(&self) -> u32 {
        let calls = self
            .calls
            .iter()
            .fold(0_u32, |sum, n| sum.saturating_add(*n));
        calls.saturating_add(self.missed)
    }
}

/// The values of one dimension, by their hash.
#[derive(Default)]
pub(super) struct RecentValues {
    /// Most keys have few values, often one.
    entries: SmallVec<[CountedEntry; 1]>,
    others: [u32; 3],
    missed: u32,
}

impl RecentValues {
    /// Counts a call; returns whether there is an entry more.
    pub(super) fn add(
        &mut self,
        hash: u64,
        outcome: Outcome,
        value: impl FnOnce() -> Value,
    ) -> bool {
        if let Some(known) = self.entries.iter_mut().find(|entry| entry.hash == hash) {
            increment(&mut known.calls, outcome, 1);
            return false;
        }
        let mut calls = [0; 3];
        increment(&mut calls, outcome, 1);
        let mut entry = CountedEntry {
            hash,
            value: value(),
            calls,
            missed: 0,
        };
        if self.entries.len() < MAX_VALUES {
            if self.entries.len() == self.entries.capacity() {
                // Doubling would leave half of the memory unused.
                self.entries.reserve_exact(GROWTH);
            }
            self.entries.push(entry);
            return true;
        }
        if let Some(least) = self.entries.iter_mut().min_by_key(|entry| entry.at_most()) {
            self.missed = least.at_most();
            entry.missed = self.missed;
            for (outcome, calls) in Outcome::ALL.into_iter().zip(least.calls) {
                increment(&mut self.others, outcome, calls);
            }
            *least = entry;
        }
        false
    }

    /// Returns the summary. `names` returns the values that an entry counts for.
    pub(super) fn into_top_values(self, names: impl Fn(&Value) -> Vec<String>) -> TopValues {
        let mut values: Vec<CountedValue> = Vec::with_capacity(self.entries.len());
        for entry in self.entries {
            for value in names(&entry.value) {
                let (calls, missed) = (bucket(entry.calls), i64::from(entry.missed));
                match values.iter_mut().find(|known| known.value == value) {
                    Some(known) => {
                        known.calls = known.calls.plus(calls);
                        known.missed += missed;
                    }
                    None => values.push(CountedValue {
                        value,
                        calls,
                        missed,
                    }),
                }
            }
        }
        TopValues::new(values, bucket(self.others), self.missed.into())
    }
}

fn increment(calls: &mut [u32; 3], outcome: Outcome, count: u32) {
    if let Some(calls) = calls.get_mut(outcome as usize) {
        *calls = calls.saturating_add(count);
    }
}

fn bucket(calls: [u32; 3]) -> Bucket {
    let [accepted, refused, rate_limited] = calls.map(i64::from);
    Bucket {
        accepted,
        refused,
        rate_limited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn an_entry_takes_40_bytes() {
        assert_eq!(size_of::<CountedEntry>(), 40);
    }

    proptest! {
        #[test]
        fn calls_are_never_overstated_and_understated_within_the_bound(
            calls in proptest::collection::vec((prop_oneof![0_u64..9, 9_u64..900], 0_usize..3), 0..2_000),
        ) {
            let mut recent = RecentValues::default();
            let mut truth: BTreeMap<String, i64> = BTreeMap::new();
            for (value, outcome) in &calls {
                let name = value.to_string();
                recent.add(*value, Outcome::ALL[*outcome], || Value::Text(name.as_str().into()));
                *truth.entry(name).or_default() += 1;
            }
            let top = recent.into_top_values(|value| vec![value.text()]);
            let all = i64::try_from(calls.len()).expect("few");
            let bound = all / i64::try_from(MAX_VALUES).expect("small");
            let listed: i64 = top.values().iter().map(|value| value.calls.total()).sum();
            prop_assert_eq!(listed + top.others().total(), all);
            for listed in top.values() {
                let calls = truth.remove(&listed.value).unwrap_or_default();
                prop_assert!((calls - bound..=calls).contains(&listed.calls.total()));
            }
            prop_assert!(truth.values().all(|calls| *calls <= bound));
        }
    }
}
