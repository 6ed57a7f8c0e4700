//! Usage: rollups, breakdowns, reports, the journal and pruning.

use crate::breakdown::addresses;
use domain::{
    id::ApplicationId,
    key::{Environment, token::KeyId},
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Level, Outcome, Subject, breakdown::Dimension, reported::ReportedCalls},
};
use store::{
    BucketRange, PruneTarget, RefusalCount, ReportPart, UsageBatch, UsageCount, UsageReport,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

each_database!(a_batch_that_is_added_twice_counts_once);
async fn a_batch_that_is_added_twice_counts_once(database: TestDatabase) {
    let bucket = Timestamp(1_800_000_000_000).floor(MINUTE);
    let batch = |id, calls| UsageBatch {
        counts: vec![UsageCount {
            subject: key().into(),
            level: Level::Minute,
            bucket,
            outcome: Outcome::Accepted,
            calls,
        }],
        ..batch(id, bucket)
    };
    for (id, calls) in [(1, 5), (1, 5), (2, 3)] {
        database
            .store
            .add_usage(&batch(id, calls))
            .await
            .expect("added");
    }
    let counts = database
        .store
        .usage(key().into(), Level::Minute, bucket, bucket)
        .await
        .expect("read");
    assert_eq!(counts, [(bucket, Outcome::Accepted, 8)]);
}

each_database!(a_journal_entry_stays_until_its_batch_is_added);
async fn a_journal_entry_stays_until_its_batch_is_added(database: TestDatabase) {
    let store = &database.store;
    let notes = async || {
        let mut notes = Vec::new();
        store
            .for_each_usage_journal_entry((Uuid::nil(), Uuid::max()), |batch, body| {
                notes.push((batch.as_u128(), body.to_vec()));
            })
            .await
            .expect("read");
        notes
    };
    for (batch, seq, body) in [(1, 2, b"b"), (1, 1, b"a"), (2, 1, b"c"), (1, 1, b"x")] {
        let written = store.append_usage_journal(Uuid::from_u128(batch), seq, body);
        written.await.expect("noted");
    }
    let all = [(1, b"a"), (1, b"b"), (2, b"c")];
    assert_eq!(
        notes().await,
        all.map(|(batch, body)| (batch, body.to_vec()))
    );
    let now = Timestamp(1_800_000_000_000);
    store.add_usage(&batch(1, now)).await.expect("added");
    assert_eq!(notes().await, [(2, b"c".to_vec())]);
    // A late entry: its batch has been added.
    let late = store.append_usage_journal(Uuid::from_u128(1), 3, b"d");
    late.await.expect("noted");
    store.add_usage(&batch(1, now)).await.expect("added");
    assert_eq!(notes().await, [(2, b"c".to_vec())]);
}

fn batch(id: u128, at: Timestamp) -> UsageBatch {
    UsageBatch::empty(Uuid::from_u128(id), at)
}

fn key() -> KeyId {
    KeyId::from_number(Environment::Live, 1)
}

each_database!(a_report_that_is_sent_again_counts_once_and_one_without_an_id_each_time);
async fn a_report_that_is_sent_again_counts_once_and_one_without_an_id_each_time(
    database: TestDatabase,
) {
    let minute = Timestamp(1_800_000_000_000).floor(MINUTE);
    let part = ReportPart {
        key: KeyId::from_number(Environment::Live, 1),
        application: ApplicationId(Uuid::from_u128(9)),
        minute,
        calls: ReportedCalls::one(503, 700),
    };
    let report = |id: Option<u128>| UsageReport {
        id: id.map(Uuid::from_u128),
        parts: vec![part, part],
    };
    for (id, reports) in [
        (1, vec![report(Some(7)), report(None)]),
        // The same report again, in another batch and twice in one.
        (2, vec![report(Some(7)), report(Some(8)), report(Some(8))]),
        // The whole batch again.
        (2, vec![report(Some(8)), report(None)]),
    ] {
        let batch = UsageBatch {
            reports,
            ..batch(id, minute)
        };
        database.store.add_usage(&batch).await.expect("added");
    }
    for subject in [Subject::from(part.key), part.application.into()] {
        for level in Level::ALL {
            let buckets = BucketRange {
                level,
                start: Timestamp(0),
                end: minute,
            };
            let read = database.store.usage_bars(subject, buckets, None).await;
            let read = read.expect("read");
            assert_eq!((read.counts.len(), read.before), (0, 0));
            let [(bucket, sum)] = read.reports[..] else {
                panic!("not one bucket: {read:?}");
            };
            assert_eq!(bucket, minute.floor(level.ms()));
            assert_eq!((sum.calls, sum.server_errors, sum.client_errors), (6, 6, 0));
            assert_eq!((sum.latency_ms, sum.within), (4_200, [0, 0, 0, 6, 0]));
        }
    }
}

each_database!(pruning_deletes_old_rows_step_by_step_and_no_others);
async fn pruning_deletes_old_rows_step_by_step_and_no_others(database: TestDatabase) {
    let store = &database.store;
    let now = Timestamp(1_800_000_000_000).floor(HOUR);
    let key = key();
    let counts = (0..1_500)
        .map(|n| UsageCount {
            subject: key.into(),
            level: Level::Minute,
            bucket: now.plus(-n * MINUTE),
            outcome: Outcome::Accepted,
            calls: 1,
        })
        .collect();
    let hours = [now.plus(-HOUR), now];
    let refusals = hours.map(|bucket| RefusalCount {
        subject: key.into(),
        level: Level::Hour,
        bucket,
        code: "key_expired",
        outcome: Outcome::Refused,
        calls: 1,
    });
    let breakdowns = hours.map(|bucket| addresses(bucket, &[("192.0.2.1", 1)]));
    let part = ReportPart {
        key,
        application: ApplicationId(Uuid::from_u128(9)),
        minute: now.plus(-MINUTE),
        calls: ReportedCalls::one(200, 1),
    };
    let full = UsageBatch {
        counts,
        refusals: refusals.into(),
        breakdowns: breakdowns.into(),
        reports: vec![UsageReport {
            id: Some(Uuid::from_u128(7)),
            parts: vec![part],
        }],
        ..batch(1, now)
    };
    store.add_usage(&full).await.expect("added");
    let kept = now.plus(-9 * MINUTE);
    let mut steps = 1;
    while store
        .prune(PruneTarget::Rollups(Level::Minute), kept)
        .await
        .expect("forgotten")
    {
        steps += 1;
    }
    assert_eq!(steps, 2);
    let subject = key.into();
    let left = store.usage(subject, Level::Minute, Timestamp(0), now).await;
    assert_eq!(left.expect("read").len(), 10);
    for (what, before) in [
        (PruneTarget::Rollups(Level::Hour), now.plus(DAY)),
        (PruneTarget::Breakdowns(Level::Day), now.plus(DAY)),
        (PruneTarget::Breakdowns(Level::Hour), now),
        (PruneTarget::Refusals(Level::Day), now.plus(DAY)),
        (PruneTarget::Refusals(Level::Hour), now),
        (PruneTarget::Reports(Level::Minute), now),
        (PruneTarget::ReportBatches, now),
    ] {
        assert!(!store.prune(what, before).await.expect("forgotten"));
    }
    let left = store.usage(subject, Level::Minute, Timestamp(0), now).await;
    assert_eq!(left.expect("read").len(), 10);
    let left = store
        .usage_breakdown(subject, Level::Hour, Timestamp(0), now)
        .await;
    let left: Vec<_> = left
        .expect("read")
        .iter()
        .map(|row| row.dimension)
        .collect();
    assert_eq!(left, [Dimension::Refusal, Dimension::Address]);
    let reported = async |level| {
        let buckets = BucketRange {
            level,
            start: Timestamp(0),
            end: now,
        };
        let bars = store.usage_bars(subject, buckets, None).await;
        bars.expect("read").reports
    };
    assert!(reported(Level::Minute).await.is_empty());
    assert_eq!(reported(Level::Hour).await.len(), 1);
    // Its id is remembered until it is pruned.
    let again = |id| UsageBatch {
        reports: full.reports.clone(),
        ..batch(id, now)
    };
    store.add_usage(&again(2)).await.expect("added");
    let calls = reported(Level::Hour).await[0].1.calls;
    store
        .prune(PruneTarget::ReportBatches, now.plus(1))
        .await
        .expect("forgotten");
    store.add_usage(&again(3)).await.expect("added");
    assert_eq!((calls, reported(Level::Hour).await[0].1.calls), (1, 2));
}
