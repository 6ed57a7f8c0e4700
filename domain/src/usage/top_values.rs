//! The most frequent values of a dimension, in bounded space.
//!
//! The algorithm is Space-Saving: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data
//! Streams", ICDT 2005. Summaries are merged as in P. Agarwal, G. Cormode, Z. Huang, J. Phillips, Z. Wei, K. Yi, "Mergeable Summaries",
//! PODS 2012, so the bounds hold however calls are divided between threads, minutes and keys.
//!
//! Of `n` calls and [`MAX_VALUES`] values: the calls of a value are never overstated, and understated by at most
//! `n / MAX_VALUES`; so every value with more calls than that is listed. With at most [`MAX_VALUES`] distinct values everything is
//! exact. The listed calls and [`TopValues::others`] always add up to all calls.

use super::Bucket;

/// The values that a summary distinguishes. The stored summaries of a key's four dimensions then fit on a page of SQLite (4 KB).
pub const MAX_VALUES: usize = 32;

/// A listed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedValue {
    /// Empty if unknown, or if no scope was required.
    pub value: String,
    /// The calls that were counted for the value.
    pub calls: Bucket,
    /// The maximum number of its calls that were counted as others before it was listed.
    pub missed: i64,
}

impl CountedValue {
    /// Returns the maximum number of calls with the value.
    const fn at_most(&self) -> i64 {
        self.calls.total() + self.missed
    }
}

/// A summary of the values of one dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopValues {
    values: Vec<CountedValue>,
    others: Bucket,
    missed: i64,
}

impl TopValues {
    /// Creates a summary of its parts: different values, the calls with others, and the maximum number of calls with any one of those.
    pub fn new(values: Vec<CountedValue>, others: Bucket, missed: i64) -> Self {
        let mut summary = Self {
            values,
            others,
            missed,
        };
        summary.truncate();
        summary
    }

    /// The listed values, in no particular order.
    pub fn values(&self) -> &[CountedValue] {
        &self.values
    }

    /// The calls with values that are not listed, or were not when the call was made.
    pub const fn others(&self) -> Bucket {
        self.others
    }

    /// The maximum number of calls with any one value that is not listed.
    pub const fn missed(&self) -> i64 {
        self.missed
    }

    /// Adds the summary of other calls.
    pub fn merge(&mut self, other: &Self) {
        let known = self.values.len();
        let mut in_both = vec![false; known];
        for new in &other.values {
            let place = self.values[..known]
                .iter()
                .position(|old| old.value == new.value);
            if let Some(place) = place {
                in_both[place] = true;
                let old = &mut self.values[place];
                old.calls = old.calls.plus(new.calls);
                old.missed += new.missed;
            } else {
                self.values.push(CountedValue {
                    value: new.value.clone(),
                    calls: new.calls,
                    missed: new.missed + self.missed,
                });
            }
        }
        // What the other summary does not list may be among its others.
        for (old, in_both) in self.values.iter_mut().zip(in_both) {
            if !in_both {
                old.missed += other.missed;
            }
        }
        self.others = self.others.plus(other.others);
        self.missed += other.missed;
        self.truncate();
    }

    /// Moves the calls of the least frequent values to the others.
    fn truncate(&mut self) {
        if self.values.len() <= MAX_VALUES {
            return;
        }
        self.values.sort_by(|a, b| {
            let (by_most, by_counted) = (b.at_most().cmp(&a.at_most()), b.calls.total());
            by_most
                .then(by_counted.cmp(&a.calls.total()))
                .then_with(|| a.value.cmp(&b.value))
        });
        for dropped in self.values.drain(MAX_VALUES..) {
            self.missed = self.missed.max(dropped.at_most());
            self.others = self.others.plus(dropped.calls);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Outcome;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn one(value: u32) -> TopValues {
        let mut calls = Bucket::default();
        calls.add(Outcome::ALL[value as usize % 3], 1);
        let value = CountedValue {
            value: value.to_string(),
            calls,
            missed: 0,
        };
        TopValues::new(vec![value], Bucket::default(), 0)
    }

    fn summary(values: &[u32]) -> TopValues {
        let mut summary = TopValues::default();
        for value in values {
            summary.merge(&one(*value));
        }
        summary
    }

    fn check(summary: &TopValues, values: &[u32]) -> Result<(), TestCaseError> {
        let mut truth: BTreeMap<String, i64> = BTreeMap::new();
        for value in values {
            *truth.entry(value.to_string()).or_default() += 1;
        }
        let all = i64::try_from(values.len()).expect("few");
        let most_missed = all / i64::try_from(MAX_VALUES).expect("small");
        prop_assert!(summary.values().len() <= MAX_VALUES);
        prop_assert!(summary.missed() <= most_missed);
        let listed = summary.values().iter().map(|listed| listed.calls.total());
        prop_assert_eq!(listed.sum::<i64>() + summary.others().total(), all);
        for listed in summary.values() {
            let calls = truth.remove(&listed.value).unwrap_or_default();
            prop_assert!(listed.calls.total() <= calls && calls <= listed.at_most());
            prop_assert!(listed.missed <= most_missed);
        }
        for (value, calls) in truth {
            prop_assert!(calls <= summary.missed(), "{} is not listed", value);
        }
        Ok(())
    }

    /// A few frequent values among many rare ones.
    fn value() -> impl Strategy<Value = u32> {
        prop_oneof![0_u32..5, 5_u32..60, 60_u32..2_000]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_bounds_hold_however_calls_are_divided(
            parts in proptest::collection::vec(proptest::collection::vec(value(), 0..300), 1..6),
        ) {
            let all: Vec<u32> = parts.iter().flatten().copied().collect();
            check(&summary(&all), &all)?;
            // One after the other, as minutes are added to an hour.
            let mut sum = TopValues::default();
            for part in &parts {
                sum.merge(&summary(part));
            }
            check(&sum, &all)?;
            // In pairs, as keys are added to their application.
            let pairs = parts.chunks(2).map(|pair| {
                let mut sum = summary(&pair[0]);
                sum.merge(&pair.get(1).map(|part| summary(part)).unwrap_or_default());
                sum
            });
            let mut sum = TopValues::default();
            pairs.for_each(|pair| sum.merge(&pair));
            check(&sum, &all)?;
        }
    }

    #[test]
    fn few_values_are_counted_exactly() {
        let values: Vec<u32> = (0..3_200).map(|n| n % 32).collect();
        let mut sum = summary(&values);
        sum.merge(&summary(&values));
        assert_eq!((sum.others(), sum.missed()), (Bucket::default(), 0));
        assert!(sum.values().iter().all(|value| value.calls.total() == 200));
    }

    #[test]
    fn a_value_that_becomes_frequent_late_is_listed() {
        let mut values: Vec<u32> = (0..3_000).collect();
        values.extend([7_777; 100]);
        let sum = summary(&values);
        let late = sum.values().iter().find(|value| value.value == "7777");
        assert!(late.is_some_and(|late| late.calls.total() > 90), "{late:?}");
    }

    #[test]
    fn calls_and_missed_calls_of_merged_summaries_add_up() {
        let calls = |accepted| Bucket {
            accepted,
            ..Bucket::default()
        };
        let counted = |value: &str, accepted, missed| CountedValue {
            value: value.into(),
            calls: calls(accepted),
            missed,
        };
        let mut sum = TopValues::new(vec![counted("a", 10, 2), counted("b", 5, 3)], calls(7), 4);
        let other = TopValues::new(vec![counted("a", 1, 5), counted("c", 6, 1)], calls(2), 3);
        sum.merge(&other);
        let expected = TopValues {
            values: vec![counted("a", 11, 7), counted("b", 5, 6), counted("c", 6, 5)],
            others: calls(9),
            missed: 7,
        };
        assert_eq!(sum, expected);
        assert_eq!(sum.values()[1].at_most(), 11);
    }
}
