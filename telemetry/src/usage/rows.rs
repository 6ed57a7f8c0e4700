//! Rollup rows of counts, for each key and its application, at every level.

use super::key_counts::{KeyCounts, MinuteCalls};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, Timestamp},
    usage::{Bucket, Level, Subject},
    verdict::Verdict,
};
use std::collections::BTreeMap;
use store::{KeyDay, RefusalCount, UsageCount};

/// Sums of one subject by row key.
type RowSums<T> = BTreeMap<T, i64>;

/// Returns the sums at every level, those of keys first.
pub(super) fn totals(keys: &[(KeyId, KeyCounts)]) -> Vec<UsageCount> {
    let row_keys = |calls: MinuteCalls| {
        Level::ALL.map(|level| {
            (
                level,
                calls.minute.floor(level.ms()),
                calls.verdict.outcome(),
            )
        })
    };
    rows(
        keys,
        row_keys,
        |subject, (level, bucket, outcome), calls| UsageCount {
            subject,
            level,
            bucket,
            outcome,
            calls,
        },
    )
}

/// Returns the sums of each key and day, ordered by day.
pub(super) fn days(keys: &[(KeyId, KeyCounts)]) -> Vec<KeyDay> {
    let mut sums: BTreeMap<(Timestamp, KeyId), (ApplicationId, Bucket)> = BTreeMap::new();
    for (key, counts) in keys {
        for calls in counts.calls() {
            let (_, sum) = sums
                .entry((calls.minute.floor(DAY), *key))
                .or_insert((counts.application, Bucket::default()));
            sum.add(calls.verdict.outcome(), calls.count);
        }
    }
    sums.into_iter()
        .map(|((day, key), (application, calls))| KeyDay {
            key,
            application,
            day,
            calls,
        })
        .collect()
}

/// Returns refused calls by code, with and without the right secret.
pub(super) fn refusals(keys: &[(KeyId, KeyCounts)]) -> Vec<RefusalCount> {
    let row_keys = |calls: MinuteCalls| {
        let refused = calls.verdict != Verdict::Accepted;
        [Level::Hour, Level::Day]
            .into_iter()
            .filter(move |_| refused)
            .map(move |level| {
                let (bucket, verdict) = (calls.minute.floor(level.ms()), calls.verdict);
                (level, bucket, verdict.code(), verdict.outcome())
            })
    };
    rows(
        keys,
        row_keys,
        |subject, (level, bucket, code, outcome), calls| RefusalCount {
            subject,
            level,
            bucket,
            code,
            outcome,
            calls,
        },
    )
}

/// Sums calls by each row key that they belong to, for every key and every application.
fn rows<RowKey, RowKeys, Row>(
    keys: &[(KeyId, KeyCounts)],
    row_keys: impl Fn(MinuteCalls) -> RowKeys,
    row: impl Fn(Subject, RowKey, i64) -> Row,
) -> Vec<Row>
where
    RowKey: Copy + Ord,
    RowKeys: IntoIterator<Item = RowKey>,
{
    let mut all: BTreeMap<ApplicationId, RowSums<RowKey>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (key, counts) in keys {
        let mut own = RowSums::new();
        let whole = all.entry(counts.application).or_default();
        for calls in counts.calls() {
            for row_key in row_keys(calls) {
                *own.entry(row_key).or_default() += calls.count;
                *whole.entry(row_key).or_default() += calls.count;
            }
        }
        let own = own.into_iter();
        rows.extend(own.map(|(row_key, sum)| row((*key).into(), row_key, sum)));
    }
    for (application, sums) in all {
        let sums = sums.into_iter();
        rows.extend(sums.map(|(row_key, sum)| row(application.into(), row_key, sum)));
    }
    rows
}
