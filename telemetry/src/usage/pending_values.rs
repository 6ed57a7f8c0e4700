//! Values that are on their way into the breakdowns. They are converted in batches, so that their texts are never all in memory.

use super::dimension_counts::{KeyValues, ValuesByKey};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::Timestamp,
    usage::{Level, Subject, breakdown::Dimension, top_values::TopValues},
};
use std::collections::{BTreeMap, hash_map::IntoIter};
use store::BreakdownSums;

/// Keys or applications in one batch: a change of a key does not wait for its transaction for long.
const MAX_SUBJECTS: usize = 50;
/// Keys or applications that are merged before other tasks run: verifications wait for this work where there is one processor.
const MAX_MERGED: usize = 5;
/// The levels of breakdowns.
const LEVELS: [Level; 2] = [Level::Hour, Level::Day];

type Values = BTreeMap<Dimension, TopValues>;

/// Values since the last flush.
#[derive(Default)]
pub(super) struct PendingValues {
    /// The values of the first stripe that are not converted.
    first: Option<IntoIter<(KeyId, Timestamp), KeyValues>>,
    /// The values of the other stripes, which may be of the same keys.
    stripes: Vec<ValuesByKey>,
    /// The sums of the converted values.
    applications: BTreeMap<(ApplicationId, Timestamp), Values>,
    /// The rows of the next batch. Always in the same order, so that two writers do not deadlock.
    rows: BTreeMap<(Level, Timestamp, Subject), Values>,
    /// The keys and applications that are merged into `rows`.
    merged: usize,
}

impl PendingValues {
    /// Adds a stripe's values.
    pub(super) fn push(&mut self, values: ValuesByKey) {
        if !values.is_empty() {
            self.stripes.push(values);
        }
    }

    /// Merges the values of a few keys into the next batch; after those of all keys, of a few applications. Returns whether the batch
    /// is not complete yet.
    pub(super) fn merge_few(&mut self) -> bool {
        for _ in 0..MAX_MERGED {
            if self.merged >= MAX_SUBJECTS || !self.merge_next() {
                return false;
            }
        }
        true
    }

    /// Takes the rows of the batch. Empty at the end.
    pub(super) fn take_rows(&mut self) -> Vec<BreakdownSums> {
        self.merged = 0;
        std::mem::take(&mut self.rows)
            .into_iter()
            .map(|((level, bucket, subject), values)| BreakdownSums {
                subject,
                level,
                bucket,
                values,
            })
            .collect()
    }

    /// Returns `false` if nothing is left.
    fn merge_next(&mut self) -> bool {
        if let Some((key, hour, application, values)) = self.next_key() {
            let sum = self.applications.entry((application, hour)).or_default();
            merge(sum, &values);
            self.add_row(key.into(), hour, &values);
        } else if let Some(((application, hour), values)) = self.applications.pop_first() {
            self.add_row(application.into(), hour, &values);
        } else {
            return false;
        }
        self.merged += 1;
        true
    }

    /// Adds values of an hour to the rows of every level.
    fn add_row(&mut self, subject: Subject, hour: Timestamp, values: &Values) {
        for level in LEVELS {
            let row = self
                .rows
                .entry((level, hour.floor(level.ms()), subject))
                .or_default();
            merge(row, values);
        }
    }

    fn next_key(&mut self) -> Option<(KeyId, Timestamp, ApplicationId, Values)> {
        loop {
            if let Some(((key, hour), own)) = self.first.as_mut().and_then(Iterator::next) {
                let application = own.application;
                let mut values = Values::new();
                own.add_to(&mut values);
                for stripe in &mut self.stripes {
                    if let Some(more) = stripe.remove(&(key, hour)) {
                        more.add_to(&mut values);
                    }
                }
                return Some((key, hour, application, values));
            }
            self.first = Some(self.stripes.pop()?.into_iter());
        }
    }
}

fn merge(sums: &mut Values, values: &Values) {
    for (dimension, values) in values {
        sums.entry(*dimension).or_default().merge(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::dimension_counts::{DimensionCounts, DimensionHasher};
    use domain::{
        key::{Environment, scope::ScopeSet},
        time::{DAY, HOUR},
        usage::Outcome,
    };
    use uuid::Uuid;
    use verification::{Call, Route};

    const OURS: ApplicationId = ApplicationId(Uuid::nil());

    fn count(counts: &mut DimensionCounts, hasher: &DimensionHasher, key: u128, at: Timestamp) {
        let call = Call {
            key: "",
            secret: "",
            address: None,
            scopes: ScopeSet::default(),
            user_agent: "till/2",
            route: Route::default(),
            within: None,
            request_id: "",
            browser: false,
        };
        let key = (KeyId::from_number(Environment::Live, key), OURS);
        counts.add(key, at, &hasher.hashes(&call), &call, Outcome::Accepted);
    }

    fn calls(sums: &BreakdownSums) -> i64 {
        let values = sums.values.get(&Dimension::UserAgent).expect("counted");
        values
            .values()
            .iter()
            .map(|value| value.calls.total())
            .sum()
    }

    #[test]
    fn stripes_hours_and_keys_are_summed_in_batches_a_few_at_a_time() {
        let hasher = DimensionHasher::default();
        let mut pending = PendingValues::default();
        // Every key has calls in both stripes, in the last hour of a day and in the first of the next.
        for _ in 0..2 {
            let mut counts = DimensionCounts::default();
            for key in 0..300 {
                for at in [DAY - HOUR, DAY - 1, DAY, DAY + HOUR] {
                    count(&mut counts, &hasher, key, Timestamp(at));
                }
            }
            pending.push(counts.into_keys());
        }
        let mut batches = Vec::new();
        loop {
            let mut merged = 0;
            while pending.merge_few() {
                assert_eq!(pending.merged, merged + MAX_MERGED);
                merged = pending.merged;
            }
            assert!(pending.merged <= merged + MAX_MERGED);
            let rows = pending.take_rows();
            if rows.is_empty() {
                break;
            }
            assert!(rows.len() <= 2 * MAX_SUBJECTS);
            assert!(rows.is_sorted_by_key(|row| (row.level, row.bucket, row.subject)));
            batches.extend(rows);
        }
        let sum = |application: bool, level: Level, bucket: i64| -> i64 {
            let of = |row: &&BreakdownSums| {
                matches!(row.subject, Subject::Application(_)) == application
                    && (row.level, row.bucket) == (level, Timestamp(bucket))
            };
            batches.iter().filter(of).map(calls).sum()
        };
        for application in [false, true] {
            assert_eq!(sum(application, Level::Hour, DAY - HOUR), 1_200);
            assert_eq!(sum(application, Level::Hour, DAY), 600);
            assert_eq!(sum(application, Level::Hour, DAY + HOUR), 600);
            assert_eq!(sum(application, Level::Day, 0), 1_200);
            assert_eq!(sum(application, Level::Day, DAY), 1_200);
        }
    }
}
