//! Breakdowns: values are merged in one row for a subject and bucket.

use domain::{
    key::{Environment, token::KeyId},
    time::{DAY, HOUR, Timestamp},
    usage::{
        Bucket, Level, Outcome,
        breakdown::{Dimension, OTHERS},
        top_values::{CountedValue, MAX_VALUES, TopValues},
    },
};
use std::collections::BTreeMap;
use store::{BreakdownSums, BucketRange, Store, StoreError, UsageBatch};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn key() -> KeyId {
    KeyId::from_number(Environment::Live, 1)
}

/// Accepted calls of the key by address in an hour.
pub(crate) fn addresses(bucket: Timestamp, calls: &[(&str, i64)]) -> BreakdownSums {
    let values = calls.iter().map(|(value, accepted)| CountedValue {
        value: (*value).to_owned(),
        calls: Bucket {
            accepted: *accepted,
            ..Bucket::default()
        },
        missed: 0,
    });
    let values = TopValues::new(values.collect(), Bucket::default(), 0);
    BreakdownSums {
        subject: key().into(),
        level: Level::Hour,
        bucket,
        values: BTreeMap::from([(Dimension::Address, values)]),
    }
}

async fn add(store: &Store, id: u128, sums: Vec<BreakdownSums>) -> Result<(), StoreError> {
    let batch = UsageBatch {
        breakdowns: sums,
        ..UsageBatch::empty(Uuid::from_u128(id), NOW)
    };
    store.add_usage(&batch).await
}

/// The stored calls by address, most frequent first.
async fn stored(store: &Store, start: Timestamp, end: Timestamp) -> Vec<(String, i64)> {
    let rows = store
        .usage_breakdown(key().into(), Level::Hour, start, end)
        .await
        .expect("read");
    assert!(rows.iter().all(|row| row.outcome == Outcome::Accepted));
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.value, row.calls)).collect();
    rows.sort_by(|one, next| next.1.cmp(&one.1).then(one.0.cmp(&next.0)));
    rows
}

each_database!(batches_are_merged_and_a_repeated_one_counts_once);
async fn batches_are_merged_and_a_repeated_one_counts_once(database: TestDatabase) {
    let store = &database.store;
    let (before, hour) = (NOW.floor(HOUR).plus(-HOUR), NOW.floor(HOUR));
    let quoted = "a \"quoted\" \\ value";
    for (id, hour, calls) in [
        (1, before, &[("192.0.2.1", 5), (quoted, 1)][..]),
        (2, hour, &[("192.0.2.1", 2), ("192.0.2.2", 9)]),
        (2, hour, &[("192.0.2.1", 2), ("192.0.2.2", 9)]),
        (3, hour, &[("192.0.2.1", 1)]),
    ] {
        let added = add(store, id, vec![addresses(hour, calls)]);
        added.await.expect("added");
    }
    let rows = |rows: &[(&str, i64)]| -> Vec<(String, i64)> {
        rows.iter()
            .map(|(value, calls)| ((*value).to_owned(), *calls))
            .collect()
    };
    let last = rows(&[("192.0.2.2", 9), ("192.0.2.1", 3)]);
    assert_eq!(stored(store, hour, NOW).await, last);
    let both = rows(&[("192.0.2.2", 9), ("192.0.2.1", 8), (quoted, 1)]);
    assert_eq!(stored(store, before, NOW).await, both);
    let buckets = BucketRange {
        level: Level::Hour,
        start: hour,
        end: NOW,
    };
    let history = (Level::Hour, Dimension::Address);
    let (rows, spans) = store
        .usage_breakdown_with_history(key().into(), buckets, history)
        .await
        .expect("read");
    assert_eq!(rows.iter().map(|row| row.calls).sum::<i64>(), 12);
    let spans: Vec<_> = spans
        .iter()
        .map(|span| (span.value.as_str(), span.first, span.last))
        .collect();
    let expected = [
        ("192.0.2.1", before, hour),
        ("192.0.2.2", hour, hour),
        (quoted, before, before),
    ];
    assert_eq!(spans, expected);
}

each_database!(a_row_is_bounded_however_many_values_there_are);
async fn a_row_is_bounded_however_many_values_there_are(database: TestDatabase) {
    let store = &database.store;
    let hour = NOW.floor(HOUR);
    for minute in 0..6_i64 {
        let names: Vec<_> = (0..40).map(|n| format!("192.0.{minute}.{n}")).collect();
        let mut calls: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        calls.push(("usual", 10));
        let added = add(
            store,
            minute.unsigned_abs().into(),
            vec![addresses(hour, &calls)],
        );
        added.await.expect("added");
    }
    let rows = stored(store, hour, NOW).await;
    assert_eq!(rows.len(), MAX_VALUES + 1);
    assert_eq!(rows.iter().map(|(_, calls)| calls).sum::<i64>(), 300);
    assert!(rows.contains(&("usual".to_owned(), 60)));
    assert_eq!(rows[0].0, OTHERS);
}

each_database!(two_writers_do_not_lose_calls);
async fn two_writers_do_not_lose_calls(database: TestDatabase) {
    let store = &database.store;
    let hour = NOW.floor(HOUR);
    let writers = (0..8_u128).map(|id| async move {
        // Refused if another one wrote the row meanwhile; then it is tried again.
        for _ in 0..100 {
            match add(store, id, vec![addresses(hour, &[("192.0.2.1", 1)])]).await {
                Ok(()) => return,
                Err(error) => assert!(matches!(error, StoreError::Conflict), "{error}"),
            }
        }
        panic!("never added");
    });
    futures_util::future::join_all(writers).await;
    assert_eq!(
        stored(store, hour, NOW).await,
        [("192.0.2.1".to_owned(), 8)]
    );
}

each_database!(the_same_subject_may_have_several_buckets_in_a_batch);
async fn the_same_subject_may_have_several_buckets_in_a_batch(database: TestDatabase) {
    let store = &database.store;
    let hours = [NOW.floor(HOUR).plus(-DAY), NOW.floor(HOUR)];
    let sums = hours.map(|hour| addresses(hour, &[("192.0.2.1", 1)]));
    add(store, 1, sums.into()).await.expect("added");
    for hour in hours {
        assert_eq!(stored(store, hour, hour).await.len(), 1);
    }
}
