//! The rows that counts become: for each key and its application, of every level.

use super::used::{Calls, Used};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Bucket, breakdown::Dimension},
    verdict::Verdict,
};
use std::collections::BTreeMap;
use store::{KeyDay, UsageBy, UsageCount};

/// Sums of one subject, by what tells them apart.
type Sums<T> = BTreeMap<T, i64>;

/// The sums of every level, the keys’ first.
pub(super) fn counts(keys: &[(KeyId, Used)]) -> Vec<UsageCount> {
    let place = |calls: Calls| {
        [MINUTE, HOUR, DAY].map(|span| (span, calls.minute.floor(span), calls.verdict.outcome()))
    };
    rows(keys, place, |subject, (span, bucket, outcome), calls| {
        UsageCount {
            subject: subject.to_owned(),
            span,
            bucket,
            outcome,
            calls,
        }
    })
}

/// The sums of each key and day, the days one after the other.
pub(super) fn days(keys: &[(KeyId, Used)]) -> Vec<KeyDay> {
    let mut sums: BTreeMap<(Timestamp, KeyId), (ApplicationId, Bucket)> = BTreeMap::new();
    for (key, used) in keys {
        for calls in used.calls() {
            let (_, sum) = sums
                .entry((calls.minute.floor(DAY), *key))
                .or_insert((used.application, Bucket::default()));
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

/// Calls that did not pass, by the code of their refusal: with and without the right secret.
pub(super) fn refusals(keys: &[(KeyId, Used)]) -> Vec<UsageBy> {
    let place = |calls: Calls| {
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
        place,
        |subject, (span, bucket, code, outcome), calls| UsageBy {
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

/// Adds calls up at each place where they count, for every key and for every application.
fn rows<Place, Places, Row>(
    keys: &[(KeyId, Used)],
    places: impl Fn(Calls) -> Places,
    row: impl Fn(&str, Place, i64) -> Row,
) -> Vec<Row>
where
    Place: Copy + Ord,
    Places: IntoIterator<Item = Place>,
{
    let mut all: BTreeMap<ApplicationId, Sums<Place>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (key, used) in keys {
        let mut own = Sums::new();
        let whole = all.entry(used.application).or_default();
        for calls in used.calls() {
            for place in places(calls) {
                *own.entry(place).or_default() += calls.count;
                *whole.entry(place).or_default() += calls.count;
            }
        }
        if !own.is_empty() {
            let subject = key.to_string();
            rows.extend(
                own.into_iter()
                    .map(|(place, sum)| row(&subject, place, sum)),
            );
        }
    }
    for (application, sums) in all {
        let subject = application.to_string();
        rows.extend(
            sums.into_iter()
                .map(|(place, sum)| row(&subject, place, sum)),
        );
    }
    rows
}
