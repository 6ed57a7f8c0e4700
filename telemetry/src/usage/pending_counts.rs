//! Counts that are on their way into the rollups. They are converted to rows a few keys at a time.

use super::{key_counts::KeyCounts, rows::RowBuilder};
use domain::{key::token::KeyId, time::Timestamp};
use std::vec::IntoIter;
use store::{UsageBatch, UsageReport};
use uuid::Uuid;
use verification::KeyMap;

/// Keys whose counts are converted before other tasks run.
const MAX_CONVERTED: usize = 200;

/// The counts of a batch.
pub(super) struct PendingCounts {
    id: Uuid,
    at: Timestamp,
    /// What is not converted yet.
    keys: KeyMap<KeyCounts>,
    /// Their order, always the same, so that two writers do not deadlock.
    order: IntoIter<KeyId>,
    rows: RowBuilder,
    reports: Vec<UsageReport>,
}

impl PendingCounts {
    /// Creates the counts of a batch that is closed at `at`.
    pub(super) fn new(
        id: Uuid,
        at: Timestamp,
        keys: KeyMap<KeyCounts>,
        reports: Vec<UsageReport>,
    ) -> Self {
        let mut order: Vec<_> = keys.keys().copied().collect();
        order.sort_unstable();
        Self {
            id,
            at,
            keys,
            order: order.into_iter(),
            rows: RowBuilder::default(),
            reports,
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.reports.is_empty()
    }

    /// Converts the counts of a few keys; returns whether there are more.
    pub(super) fn convert_few(&mut self) -> bool {
        for key in self.order.by_ref().take(MAX_CONVERTED) {
            if let Some(counts) = self.keys.remove(&key) {
                self.rows.add(key, counts);
            }
        }
        !self.keys.is_empty()
    }

    /// Converts the counts that are left, and returns the batch.
    pub(super) fn into_batch(mut self) -> UsageBatch {
        while self.convert_few() {}
        UsageBatch {
            reports: self.reports,
            ..self.rows.into_batch(self.id, self.at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        id::ApplicationId,
        key::Environment,
        time::{DAY, MINUTE},
        verdict::Verdict,
    };

    #[test]
    fn a_few_keys_are_converted_at_a_time_in_their_order() {
        let keys: KeyMap<KeyCounts> = (0..=2 * MAX_CONVERTED)
            .map(|n| {
                let (application, verdict) = (ApplicationId(Uuid::nil()), Verdict::Accepted);
                let mut counts = KeyCounts::new(application, Timestamp(DAY), verdict);
                counts.add(Timestamp(DAY), verdict, 2);
                counts.add(Timestamp(DAY + MINUTE), verdict, 3);
                (KeyId::from_number(Environment::Live, n as u128), counts)
            })
            .collect();
        let mut counts = PendingCounts::new(Uuid::nil(), Timestamp(7), keys, Vec::new());
        let mut left = vec![counts.keys.len()];
        while counts.convert_few() {
            left.push(counts.keys.len());
        }
        assert_eq!(left, [2 * MAX_CONVERTED + 1, MAX_CONVERTED + 1, 1]);
        let batch = counts.into_batch();
        assert!(batch.days.is_sorted_by_key(|day| day.key));
        assert_eq!(batch.days.len(), 2 * MAX_CONVERTED + 1);
        assert!(batch.days.iter().all(|day| day.calls.accepted == 5));
        // A key has rows of two minutes, an hour and a day; so has the application, after all keys.
        assert_eq!(batch.counts.len(), 4 * (2 * MAX_CONVERTED + 2));
        let all = batch.counts.iter().map(|count| count.calls).sum::<i64>();
        let calls = i64::try_from(5 * (2 * MAX_CONVERTED + 1)).expect("few");
        assert_eq!(all, 2 * 3 * calls);
    }
}
