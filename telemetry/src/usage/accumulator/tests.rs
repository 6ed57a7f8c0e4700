use super::*;
use crate::usage::key_counts::LastCall;
use domain::{key::Environment, usage::Level, verdict::Verdict};

/// One call of each key, at `at`.
fn counts(keys: usize, at: Timestamp, verdict: Verdict) -> KeyMap<KeyCounts> {
    let (application, minute) = (ApplicationId(Uuid::nil()), at.floor(MINUTE));
    (0..keys)
        .map(|n| {
            let mut counts = KeyCounts::new(application, minute, verdict);
            counts.add(minute, verdict, 1);
            counts.last = (verdict == Verdict::Accepted).then(|| LastCall {
                at,
                address: None,
                user_agent: Arc::default(),
                route: Arc::default(),
            });
            (KeyId::from_number(Environment::Live, n as u128), counts)
        })
        .collect()
}

fn collect_counts(
    accumulator: &mut Accumulator,
    counts: KeyMap<KeyCounts>,
    now: i64,
) -> Option<JournalEntry> {
    let now = Timestamp(now);
    accumulator.due(FlushScope::Journal, 0, now);
    let mut ids = 1_u128..;
    let new_id = || Uuid::from_u128(ids.next().unwrap_or_default());
    accumulator.take(counts, None);
    while accumulator.add_few(now) {}
    accumulator.finish(now, new_id)
}

/// Removes all batches, as written.
fn write_all(accumulator: &mut Accumulator) -> Vec<Arc<UsageBatch>> {
    let mut written = Vec::new();
    loop {
        while accumulator.prepare_few() {}
        let Some(batch) = accumulator.next_batch(Timestamp(0), Uuid::nil) else {
            return written;
        };
        written.push(batch);
        accumulator.remove_written();
    }
}

/// Collects refused calls, which are journaled.
fn collect(accumulator: &mut Accumulator, keys: usize, now: i64) -> Option<JournalEntry> {
    let refused = counts(keys, Timestamp(0), Verdict::InvalidCredentials);
    collect_counts(accumulator, refused, now)
}

/// Collects accepted calls, and returns the number of keys that are written, and whether others are journaled.
fn accept(accumulator: &mut Accumulator, keys: usize, now: i64) -> (usize, bool) {
    let accepted = counts(keys, Timestamp(now), Verdict::Accepted);
    let entry = collect_counts(accumulator, accepted, now);
    let written = write_all(accumulator);
    let keys = written.iter().map(|batch| batch.last_uses.len()).sum();
    (keys, entry.is_some())
}

#[test]
fn journaled_counts_are_written_under_their_journal_batch_when_the_minute_ends() {
    let mut accumulator = Accumulator::default();
    let entries = [1, 1_000].map(|now| collect(&mut accumulator, 2, now).expect("an entry"));
    assert!(collect(&mut accumulator, 0, 2_000).is_none());
    assert_eq!(accumulator.pending(), 0);
    assert_eq!(
        entries.map(|entry| (entry.batch, entry.seq)),
        [(Uuid::from_u128(1), 1), (Uuid::from_u128(1), 2)]
    );
    assert!(collect(&mut accumulator, 1, MINUTE).is_none());
    let batch = write_all(&mut accumulator).pop().expect("a batch");
    assert_eq!(batch.id, Uuid::from_u128(1));
    let calls = |level| {
        let rows = batch.counts.iter().filter(|count| count.level == level);
        rows.map(|count| count.calls).collect::<Vec<_>>()
    };
    // Two keys, and their application.
    assert_eq!(
        (calls(Level::Minute), batch.counts.len()),
        (vec![3, 2, 5], 9)
    );
    let next = collect(&mut accumulator, 1, MINUTE + 1_000).expect("an entry");
    assert_eq!(next.seq, 1);
}

#[test]
fn a_few_keys_are_added_at_a_time_and_a_collection_that_was_cancelled_loses_none() {
    let mut accumulator = Accumulator::default();
    let now = Timestamp(1);
    let calls = || counts(2 * MAX_ADDED + 1, now, Verdict::Accepted);
    // Each key has calls in two stripes.
    accumulator.take(calls(), None);
    accumulator.take(calls(), None);
    let left = |accumulator: &Accumulator| -> usize {
        let stripes = accumulator.taken.iter();
        stripes.map(KeyMap::len).sum()
    };
    let mut before = left(&accumulator);
    let due = accumulator.due(FlushScope::Journal, 0, now);
    assert!(due == FlushScope::Journal && accumulator.add_few(now));
    // The collection is cancelled, and so is the next one, which is of more.
    accumulator.due(FlushScope::Totals, 0, now);
    let due = accumulator.due(FlushScope::Journal, 0, now);
    assert_eq!(due, FlushScope::Totals);
    loop {
        let after = left(&accumulator);
        assert!((1..=MAX_ADDED).contains(&(before - after)));
        before = after;
        if !accumulator.add_few(now) {
            break;
        }
    }
    assert_eq!(left(&accumulator), 0);
    assert!(accumulator.finish(now, Uuid::nil).is_none());
    let batch = write_all(&mut accumulator).pop().expect("a batch");
    assert_eq!(batch.last_uses.len(), 2 * MAX_ADDED + 1);
    assert!(batch.days.iter().all(|day| day.calls.accepted == 2));
}

#[test]
fn a_batch_stays_pending_under_its_id_until_it_is_written() {
    let mut accumulator = Accumulator::default();
    assert!(collect(&mut accumulator, 1, 1).is_some());
    accumulator.abandon_journal(Timestamp(2), || Uuid::from_u128(2));
    let mut next = || {
        while accumulator.prepare_few() {}
        let batch = accumulator.next_batch(Timestamp(3), || Uuid::from_u128(3));
        batch.map(|batch| batch.id)
    };
    // The flush that took it first was cancelled.
    assert_eq!([next(), next()], [Some(Uuid::from_u128(1)); 2]);
    accumulator.remove_written();
    assert!(accumulator.next_batch(Timestamp(4), Uuid::nil).is_none());
}

#[test]
fn counts_of_a_key_that_was_quiet_for_a_minute_are_written_and_later_ones_journaled() {
    let mut accumulator = Accumulator::default();
    let steps = [
        (2, 11_000, (2, false)),
        (2, 12_000, (0, true)),
        (3, 13_000, (1, true)),
        // What was journaled.
        (0, MINUTE, (2, false)),
        (3, MINUTE + 2_000, (0, true)),
        (0, 2 * MINUTE, (3, false)),
        (3, 2 * MINUTE + 8_000, (3, false)),
    ];
    for (keys, now, expected) in steps {
        assert_eq!(accept(&mut accumulator, keys, now), expected, "{now}");
    }
}

#[test]
fn of_many_quiet_keys_some_are_written_and_the_others_journaled() {
    let mut accumulator = Accumulator::default();
    let first = accept(&mut accumulator, MAX_QUIET_KEYS + 5, 1_000);
    assert_eq!(first, (MAX_QUIET_KEYS, true));
    assert_eq!(accept(&mut accumulator, 0, MINUTE), (5, false));
}

#[test]
fn counts_of_too_many_keys_are_written_before_the_minute_ends() {
    let mut accumulator = Accumulator::default();
    assert!(collect(&mut accumulator, MAX_KEYS, 1).is_some());
    assert!(collect(&mut accumulator, 1, 2).is_none());
    assert_eq!(write_all(&mut accumulator).len(), 1);
    assert!(collect(&mut accumulator, 1, 3).is_some());
}

#[test]
fn values_are_written_early_if_there_are_too_many() {
    let mut accumulator = Accumulator::default();
    let mut due = |values, now| accumulator.due(FlushScope::Journal, values, Timestamp(now));
    assert_eq!(due(MAX_VALUES - 1, 1), FlushScope::Journal);
    assert_eq!(due(MAX_VALUES, 2), FlushScope::All);
    assert_eq!(due(0, MINUTE), FlushScope::All);
}
