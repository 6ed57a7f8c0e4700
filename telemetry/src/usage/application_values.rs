//! Breakdowns of an application: the values of all its keys. Only the first and most frequent are distinguished, so that an hour or a day
//! has a bounded number of rows.

use domain::{
    id::ApplicationId,
    time::{DAY, HOUR, Timestamp},
    usage::{
        Outcome,
        breakdown::{Dimension, OTHERS},
    },
};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::BreakdownCount;

/// Distinct values of one dimension for an application in an hour, and in a day.
const MAX_VALUES: usize = 50;

/// Application, level, bucket and dimension.
type BreakdownKey = (ApplicationId, i64, Timestamp, Dimension);

/// Calls by breakdown and value.
#[derive(Default)]
pub(super) struct ValueSums(BTreeMap<BreakdownKey, HashMap<Box<str>, [i64; 3]>>);

/// The distinguished values of hours and days that are not over.
#[derive(Default)]
pub(super) struct DistinctValues(HashMap<BreakdownKey, HashSet<Box<str>>>);

impl ValueSums {
    /// Adds calls of one of the application's keys.
    pub(super) fn add(
        &mut self,
        application: ApplicationId,
        hour: Timestamp,
        dimension: Dimension,
        value: &str,
        calls: [u32; 3],
    ) {
        for span in [HOUR, DAY] {
            let key = (application, span, hour.floor(span), dimension);
            let values = self.0.entry(key).or_default();
            if !values.contains_key(value) {
                values.insert(value.into(), [0; 3]);
            }
            if let Some(sum) = values.get_mut(value) {
                for (sum, calls) in sum.iter_mut().zip(calls) {
                    *sum += i64::from(calls);
                }
            }
        }
    }
}

impl DistinctValues {
    /// Returns the rows of the sums. Hours and days that are over at `now` are forgotten.
    pub(super) fn rows(&mut self, sums: ValueSums, now: Timestamp) -> Vec<BreakdownCount> {
        // Kept for as long again for late counts.
        self.0
            .retain(|(_, span, bucket, _), _| now.since(*bucket) < 2 * span);
        let mut rows = Vec::new();
        for (key, values) in sums.0 {
            let distinct = self.0.entry(key).or_default();
            let mut values: Vec<_> = values.into_iter().collect();
            // Most frequent first; equal ones ordered by text.
            values.sort_by(|(a, of_a), (b, of_b)| total(of_b).cmp(&total(of_a)).then(a.cmp(b)));
            let mut counted: BTreeMap<Box<str>, [i64; 3]> = BTreeMap::new();
            for (value, calls) in values {
                let known = distinct.contains(&value);
                let value = if known || (distinct.len() < MAX_VALUES && *value != *OTHERS) {
                    if !known {
                        distinct.insert(value.clone());
                    }
                    value
                } else {
                    OTHERS.into()
                };
                let sum = counted.entry(value).or_default();
                for (sum, calls) in sum.iter_mut().zip(calls) {
                    *sum += calls;
                }
            }
            let (application, span, bucket, dimension) = key;
            for (value, calls) in counted {
                for (outcome, calls) in Outcome::ALL.into_iter().zip(calls) {
                    if calls > 0 {
                        rows.push(BreakdownCount {
                            subject: application.to_string(),
                            span,
                            bucket,
                            dimension,
                            value: value.to_string(),
                            outcome,
                            calls,
                        });
                    }
                }
            }
        }
        rows
    }
}

fn total(calls: &[i64; 3]) -> i64 {
    calls.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const OURS: ApplicationId = ApplicationId(Uuid::nil());

    fn hour(rows: &[BreakdownCount]) -> Vec<(&str, i64)> {
        rows.iter()
            .filter(|row| row.span == HOUR)
            .map(|row| (row.value.as_str(), row.calls))
            .collect()
    }

    #[test]
    fn an_hour_has_a_bounded_number_of_values() {
        let mut distinct = DistinctValues::default();
        let (mut values, mut calls) = (HashSet::new(), 0);
        for minute in 0..60 {
            let mut sums = ValueSums::default();
            for n in 0..200 {
                let address = format!("192.0.{minute}.{n}");
                sums.add(OURS, Timestamp(0), Dimension::Address, &address, [1, 0, 0]);
            }
            sums.add(OURS, Timestamp(0), Dimension::Address, "usual", [9, 0, 0]);
            let rows = distinct.rows(sums, Timestamp(0));
            calls += hour(&rows).iter().map(|(_, calls)| calls).sum::<i64>();
            values.extend(rows.into_iter().map(|row| row.value));
        }
        assert_eq!(calls, 60 * 209);
        assert_eq!(values.len(), MAX_VALUES + 1);
        assert!(values.contains("usual") && values.contains(OTHERS));
    }

    #[test]
    fn values_of_several_keys_are_summed_and_each_hour_starts_anew() {
        let mut distinct = DistinctValues::default();
        let mut sums = ValueSums::default();
        for (route, calls) in [
            ("GET /a", [2, 1, 0]),
            ("GET /b", [5, 0, 0]),
            ("GET /a", [1, 0, 0]),
        ] {
            sums.add(OURS, Timestamp(HOUR), Dimension::Route, route, calls);
        }
        let rows = distinct.rows(sums, Timestamp(HOUR));
        assert_eq!(hour(&rows), [("GET /a", 3), ("GET /a", 1), ("GET /b", 5)]);
        assert_eq!(distinct.0.len(), 2);
        distinct.rows(ValueSums::default(), Timestamp(3 * HOUR));
        assert_eq!(distinct.0.len(), 1, "the day is not over");
    }
}
