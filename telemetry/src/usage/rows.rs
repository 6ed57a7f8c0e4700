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

/// What makes a row of calls of one subject.
type CountKey = (Level, Timestamp, Outcome);
/// What makes a row of refused calls of one subject.
type RefusalKey = (Level, Timestamp, &'static str, Outcome);
/// Sums of one subject by row key.
type RowSums<T> = BTreeMap<T, i64>;

/// Builds the rows of a batch, key by key.
#[derive(Default)]
pub(super) struct RowBuilder {
    counts: SubjectRows<CountKey, UsageCount>,
    refusals: SubjectRows<RefusalKey, RefusalCount>,
    days: BTreeMap<Timestamp, Vec<KeyDay>>,
    last_uses: Vec<LastUse>,
}

impl RowBuilder {
    /// Adds all counts of a key.
    pub(super) fn add(&mut self, key: KeyId, counts: KeyCounts) {
        let application = counts.application;
        self.counts.add(key, &counts, count_keys, count_row);
        self.refusals.add(key, &counts, refusal_keys, refusal_row);
        for calls in counts.calls() {
            self.add_to_day(key, application, calls);
        }
        self.last_uses
            .extend(counts.last.map(|last| last.of(key, application)));
    }

    fn add_to_day(&mut self, key: KeyId, application: ApplicationId, calls: MinuteCalls) {
        let (day, outcome) = (calls.minute.floor(DAY), calls.verdict.outcome());
        let rows = self.days.entry(day).or_default();
        if let Some(last) = rows.last_mut()
            && last.key == key
        {
            last.calls.add(outcome, calls.count);
            return;
        }
        let mut sums = Bucket::default();
        sums.add(outcome, calls.count);
        rows.push(KeyDay {
            key,
            application,
            day,
            calls: sums,
        });
    }

    /// Returns the batch, with the rows of keys before those of applications.
    pub(super) fn into_batch(self, id: Uuid, at: Timestamp) -> UsageBatch {
        let days = self.days.into_values().reduce(|mut all, day| {
            all.extend(day);
            all
        });
        UsageBatch {
            counts: self.counts.into_rows(count_row),
            refusals: self.refusals.into_rows(refusal_row),
            days: days.unwrap_or_default(),
            last_uses: self.last_uses,
            ..UsageBatch::empty(id, at)
        }
    }
}

/// Returns the row keys of calls: one at every level.
fn count_keys(calls: MinuteCalls) -> impl IntoIterator<Item = CountKey> {
    Level::ALL.map(|level| {
        (
            level,
            calls.minute.floor(level.ms()),
            calls.verdict.outcome(),
        )
    })
}

fn count_row(subject: Subject, (level, bucket, outcome): CountKey, calls: i64) -> UsageCount {
    UsageCount {
        subject,
        level,
        bucket,
        outcome,
        calls,
    }
}

/// Returns the row keys of refused calls by code, with and without the right secret; none of accepted calls.
fn refusal_keys(calls: MinuteCalls) -> impl IntoIterator<Item = RefusalKey> {
    let refused = calls.verdict != Verdict::Accepted;
    [Level::Hour, Level::Day]
        .into_iter()
        .filter(move |_| refused)
        .map(move |level| {
            let (bucket, verdict) = (calls.minute.floor(level.ms()), calls.verdict);
            (level, bucket, verdict.code(), verdict.outcome())
        })
}

fn refusal_row(
    subject: Subject,
    (level, bucket, code, outcome): RefusalKey,
    calls: i64,
) -> RefusalCount {
    RefusalCount {
        subject,
        level,
        bucket,
        code,
        outcome,
        calls,
    }
}

/// The rows of every key, and the sums of every application, by the row keys that calls belong to.
struct SubjectRows<RowKey, Row> {
    keys: Vec<Row>,
    applications: BTreeMap<ApplicationId, RowSums<RowKey>>,
}

impl<RowKey, Row> Default for SubjectRows<RowKey, Row> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            applications: BTreeMap::new(),
        }
    }
}

impl<RowKey: Copy + Ord, Row> SubjectRows<RowKey, Row> {
    fn add<RowKeys: IntoIterator<Item = RowKey>>(
        &mut self,
        key: KeyId,
        counts: &KeyCounts,
        row_keys: impl Fn(MinuteCalls) -> RowKeys,
        row: impl Fn(Subject, RowKey, i64) -> Row,
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
            .extend(own.map(|(row_key, sum)| row(key.into(), row_key, sum)));
    }

    /// Appends the rows of applications to those of keys.
    fn into_rows(self, row: impl Fn(Subject, RowKey, i64) -> Row) -> Vec<Row> {
        let mut rows = self.keys;
        for (application, sums) in self.applications {
            let sums = sums.into_iter();
            rows.extend(sums.map(|(row_key, sum)| row(application.into(), row_key, sum)));
        }
        rows
    }
}
