//! Rollup rows of counts, for each key and its application, at every level.

use super::key_counts::{KeyCounts, MinuteCalls};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, Timestamp},
    usage::{Bucket, Level, Outcome, Subject},
    verdict::Verdict,
};
use std::collections::BTreeMap;
use store::{KeyDay, LastUse, RefusalCount, UsageBatch, UsageCount};
use uuid::Uuid;

/// Sums of one subject by row key.
type RowSums<T> = BTreeMap<T, i64>;

/// Builds the rows of a batch, key by key.
#[derive(Default)]
pub(super) struct RowBuilder {
    counts: SubjectSums<(Level, Timestamp, Outcome)>,
    refusals: SubjectSums<(Level, Timestamp, &'static str, Outcome)>,
    /// Ordered by day.
    days: BTreeMap<(Timestamp, KeyId), (ApplicationId, Bucket)>,
    last_uses: Vec<LastUse>,
}

impl RowBuilder {
    /// Adds the counts of a key.
    pub(super) fn add(&mut self, key: KeyId, counts: KeyCounts) {
        let application = counts.application;
        self.counts.add(key, &counts, count_keys);
        self.refusals.add(key, &counts, refusal_keys);
        for calls in counts.calls() {
            let (_, sum) = self
                .days
                .entry((calls.minute.floor(DAY), key))
                .or_insert((application, Bucket::default()));
            sum.add(calls.verdict.outcome(), calls.count);
        }
        self.last_uses
            .extend(counts.last.map(|last| last.of(key, application)));
    }

    /// Returns the batch, with the sums of keys before those of applications.
    pub(super) fn into_batch(self, id: Uuid, at: Timestamp) -> UsageBatch {
        let counts = self.counts.into_rows();
        let refusals = self.refusals.into_rows();
        let days = self.days.into_iter();
        UsageBatch {
            counts: counts
                .map(|(subject, (level, bucket, outcome), calls)| UsageCount {
                    subject,
                    level,
                    bucket,
                    outcome,
                    calls,
                })
                .collect(),
            refusals: refusals
                .map(
                    |(subject, (level, bucket, code, outcome), calls)| RefusalCount {
                        subject,
                        level,
                        bucket,
                        code,
                        outcome,
                        calls,
                    },
                )
                .collect(),
            days: days
                .map(|((day, key), (application, calls))| KeyDay {
                    key,
                    application,
                    day,
                    calls,
                })
                .collect(),
            last_uses: self.last_uses,
            ..UsageBatch::empty(id, at)
        }
    }
}

/// Returns the row keys of calls: one at every level.
fn count_keys(calls: MinuteCalls) -> impl IntoIterator<Item = (Level, Timestamp, Outcome)> {
    Level::ALL.map(|level| {
        (
            level,
            calls.minute.floor(level.ms()),
            calls.verdict.outcome(),
        )
    })
}

/// Returns the row keys of refused calls by code, with and without the right secret; none of accepted calls.
fn refusal_keys(
    calls: MinuteCalls,
) -> impl IntoIterator<Item = (Level, Timestamp, &'static str, Outcome)> {
    let refused = calls.verdict != Verdict::Accepted;
    [Level::Hour, Level::Day]
        .into_iter()
        .filter(move |_| refused)
        .map(move |level| {
            let (bucket, verdict) = (calls.minute.floor(level.ms()), calls.verdict);
            (level, bucket, verdict.code(), verdict.outcome())
        })
}

/// Sums of calls by the row keys that they belong to, for every key and every application.
struct SubjectSums<RowKey> {
    keys: Vec<(Subject, RowKey, i64)>,
    applications: BTreeMap<ApplicationId, RowSums<RowKey>>,
}

impl<RowKey> Default for SubjectSums<RowKey> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            applications: BTreeMap::new(),
        }
    }
}

impl<RowKey: Copy + Ord> SubjectSums<RowKey> {
    fn add<RowKeys: IntoIterator<Item = RowKey>>(
        &mut self,
        key: KeyId,
        counts: &KeyCounts,
        row_keys: impl Fn(MinuteCalls) -> RowKeys,
    ) {
        let mut own = RowSums::new();
        let whole = self.applications.entry(counts.application).or_default();
        for calls in counts.calls() {
            for row_key in row_keys(calls) {
                *own.entry(row_key).or_default() += calls.count;
                *whole.entry(row_key).or_default() += calls.count;
            }
        }
        let own = own.into_iter();
        self.keys
            .extend(own.map(|(row_key, sum)| (Subject::from(key), row_key, sum)));
    }

    fn into_rows(self) -> impl Iterator<Item = (Subject, RowKey, i64)> {
        let applications = self
            .applications
            .into_iter()
            .flat_map(|(application, sums)| {
                let sums = sums.into_iter();
                sums.map(move |(row_key, sum)| (Subject::from(application), row_key, sum))
            });
        self.keys.into_iter().chain(applications)
    }
}
