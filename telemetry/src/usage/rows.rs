//! Rollup rows of counts, for each key and its application, at every level.

use super::key_counts::{KeyCounts, MinuteCalls};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Bucket, breakdown::Dimension},
    verdict::Verdict,
};
use std::collections::BTreeMap;
use store::{BreakdownCount, KeyDay, UsageCount};

/// Sums of one subject by row key.
type RowSums<T> = BTreeMap<T, i64>;

/// Returns the sums at every level, those of keys first.
pub(super) fn totals(keys: &[(KeyId, KeyCounts)]) -> Vec<UsageCount> {
    let row_keys = |calls: MinuteCalls| {
        [MINUTE, HOUR, DAY].map(|span| (span, calls.minute.floor(span), calls.verdict.outcome()))
    };
    rows(keys, row_keys, |subject, (span, bucket, outcome), calls| {
        UsageCount {
            subject: subject.to_owned(),
            span,
            bucket,
            outcome,
            calls,
        }
    })
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
pub(super) fn refusals(keys: &[(KeyId, KeyCounts)]) -> Vec<BreakdownCount> {
    let row_keys = |calls: MinuteCalls| {
        let refused = calls.verdict != Verdict::Accepted;
        [HOUR, DAY]
            .into_iter()
            .filter(move |_| refused)
            .map(move |span| {
                let (bucket, verdict) = (calls.minute.floor(span), calls.verdict);
                (span, bucket, verdict.code(), verdict.outcome())
            })
    };
    rows(
        keys,
        row_keys,
        |subject, (span, bucket, code, outcome), calls| BreakdownCount {
            subject: subject.to_owned(),
            span,
            bucket,
            dimension: Dimension::Refusal,
            value: code.to_owned(),
            outcome,
            calls,
        },
    )
}

/// Sums calls by each row key that they belong to, for every key and every application.
fn rows<RowKey, RowKeys, Row>(
    keys: &[(KeyId, KeyCounts)],
    row_keys: impl Fn(MinuteCalls) -> RowKeys,
    row: impl Fn(&str, RowKey, i64) -> Row,
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
        if !own.is_empty() {
            let subject = key.to_string();
            rows.extend(
                own.into_iter()
                    .map(|(row_key, sum)| row(&subject, row_key, sum)),
            );
        }
    }
    for (application, sums) in all {
        let subject = application.to_string();
        rows.extend(
            sums.into_iter()
                .map(|(row_key, sum)| row(&subject, row_key, sum)),
        );
    }
    rows
}
