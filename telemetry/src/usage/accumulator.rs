//! Counts that have not been written to the rollups. They are journaled in the database every second, in one compact entry; the
//! rollups, with several rows a key, are written once a minute or before a read, and at once for a key that was quiet: other
//! nodes read them.

use super::{
    dimension_counts::ValuesByKey, journal, key_counts::KeyCounts, pending_values::PendingValues,
    recent_calls::RecentCalls, reports::Reports, rows,
};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use store::UsageBatch;
use uuid::Uuid;
use verification::KeyMap;

/// Keys whose counts are accumulated before the rollups are written early, so that one write does not take too long.
const MAX_KEYS: usize = 20_000;
/// Keys that were quiet and whose counts are written in one second, five rows each or more; the counts of others are journaled.
const MAX_QUIET_KEYS: usize = 1_000;
/// Values in memory before they are written early. A value takes 40 bytes.
const MAX_VALUES: usize = 2_000_000;

/// How much of the counts a flush writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FlushScope {
    /// A journal entry, from which the next process recovers after a kill. Of keys that were quiet, the numbers of calls.
    Journal,
    /// The numbers of calls, and the last calls.
    Totals,
    /// The breakdowns by address, route, scope and user agent too.
    All,
}

/// A journal entry to be written.
pub(crate) struct JournalEntry {
    pub(crate) batch: Uuid,
    pub(crate) seq: i64,
    pub(crate) body: Vec<u8>,
}

/// The journal of a killed process, by batch.
#[derive(Default)]
pub(crate) struct Recovery(BTreeMap<Uuid, KeyMap<KeyCounts>>);

/// Counts on their way into the rollups.
#[derive(Default)]
pub(crate) struct Accumulator {
    keys: KeyMap<KeyCounts>,
    /// The id of the batch that these counts will be written as, and the number of its journal entries. Once the batch is written,
    /// its journal entries are obsolete.
    batch: Option<(Uuid, i64)>,
    /// The minute of the last complete write.
    minute: i64,
    /// Accepted calls of the last minute.
    pub(super) recent: RecentCalls,
    /// Batches that are not written yet, in their order.
    pending: VecDeque<Arc<UsageBatch>>,
    /// Values that are written after them.
    values: PendingValues,
}

impl Accumulator {
    /// Returns how much is to be written if `scope` is requested while the stripes have `values`.
    pub(super) fn due(&mut self, scope: FlushScope, values: usize, now: Timestamp) -> FlushScope {
        let minute = now.0.div_euclid(MINUTE);
        let ended = minute != std::mem::replace(&mut self.minute, minute);
        if ended || values >= MAX_VALUES {
            FlushScope::All
        } else if self.keys.len() >= MAX_KEYS {
            scope.max(FlushScope::Totals)
        } else {
            scope
        }
    }

    /// Adds counts: as a journal entry for the caller to write, or as pending batches.
    pub(super) fn collect(
        &mut self,
        mut keys: KeyMap<KeyCounts>,
        values: Vec<ValuesByKey>,
        reports: Reports,
        due: FlushScope,
        now: Timestamp,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Option<JournalEntry> {
        let quiet = if due == FlushScope::Journal {
            self.take_quiet(&mut keys, now)
        } else {
            KeyMap::default()
        };
        let mut entry = None;
        if due == FlushScope::Journal && !keys.is_empty() {
            let (batch, entries) = self.batch.get_or_insert_with(|| (new_id(), 0));
            *entries += 1;
            entry = Some(JournalEntry {
                batch: *batch,
                seq: *entries,
                body: journal::write(&keys, now),
            });
        }
        for (key, counts) in keys.iter().chain(&quiet) {
            for (at, calls) in counts.accepted() {
                self.recent.add(*key, calls, at);
            }
        }
        for (key, counts) in keys {
            journal::merge(&mut self.keys, key, counts);
        }
        for values in values {
            self.values.push(values);
        }
        let mut batch = if due == FlushScope::Journal {
            totals(new_id(), now, quiet)
        } else if self.keys.is_empty() {
            UsageBatch::empty(new_id(), now)
        } else {
            self.totals(now, &mut new_id)
        };
        batch.reports = reports.into_rows();
        if !batch.is_empty() {
            self.pending.push_back(Arc::new(batch));
        }
        entry
    }

    /// Takes the keys with accepted calls that had none in the minute before, as many as may be written at once.
    fn take_quiet(&mut self, keys: &mut KeyMap<KeyCounts>, now: Timestamp) -> KeyMap<KeyCounts> {
        keys.extract_if(|key, counts| counts.last.is_some() && self.recent.of(*key, now) == 0)
            .take(MAX_QUIET_KEYS)
            .collect()
    }

    /// Merges a few of the values for the next batch; returns whether it is not complete yet.
    pub(super) fn merge_values(&mut self) -> bool {
        self.pending.is_empty() && self.values.merge_few()
    }

    /// Returns the next batch to be written. It stays pending until [`Accumulator::remove_written`], so that a flush that is cancelled
    /// loses nothing.
    pub(super) fn next_batch(
        &mut self,
        now: Timestamp,
        new_id: impl FnOnce() -> Uuid,
    ) -> Option<Arc<UsageBatch>> {
        if self.pending.is_empty() {
            let breakdowns = self.values.take_rows();
            if !breakdowns.is_empty() {
                self.pending.push_back(Arc::new(UsageBatch {
                    breakdowns,
                    ..UsageBatch::empty(new_id(), now)
                }));
            }
        }
        self.pending.front().cloned()
    }

    /// Removes the batch that [`Accumulator::next_batch`] has returned.
    pub(super) fn remove_written(&mut self) {
        self.pending.pop_front();
    }

    /// The number of batches that are not written yet.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Makes a batch of the accumulated counts under the id of their journal entries.
    fn totals(&mut self, now: Timestamp, new_id: impl FnMut() -> Uuid) -> UsageBatch {
        let id = self.batch.take().map_or_else(new_id, |(id, _)| id);
        totals(id, now, std::mem::take(&mut self.keys))
    }

    /// Makes a batch of the accumulated counts because their journal entry could not be written.
    pub(super) fn abandon_journal(&mut self, now: Timestamp, new_id: impl FnMut() -> Uuid) {
        if !self.keys.is_empty() {
            let batch = self.totals(now, new_id);
            self.pending.push_back(Arc::new(batch));
        }
    }
}

impl Recovery {
    /// Adds an entry; returns `false` if it cannot be decoded.
    pub(crate) fn add(
        &mut self,
        batch: Uuid,
        body: &[u8],
        application: impl Fn(KeyId) -> Option<ApplicationId>,
    ) -> bool {
        journal::read(body, self.0.entry(batch).or_default(), application).is_some()
    }

    /// Returns the batches to be written.
    pub(crate) fn into_batches(self, now: Timestamp) -> impl Iterator<Item = UsageBatch> {
        self.0
            .into_iter()
            .map(move |(id, keys)| totals(id, now, keys))
    }
}

/// Returns the rows of counts. Keys are always in the same order, so that two writers do not deadlock.
fn totals(id: Uuid, at: Timestamp, keys: KeyMap<KeyCounts>) -> UsageBatch {
    let mut keys: Vec<(KeyId, KeyCounts)> = keys.into_iter().collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    UsageBatch {
        counts: rows::totals(&keys),
        days: rows::days(&keys),
        refusals: rows::refusals(&keys),
        last_uses: keys
            .into_iter()
            .filter_map(|(key, counts)| Some(counts.last?.of(key, counts.application)))
            .collect(),
        ..UsageBatch::empty(id, at)
    }
}

#[cfg(test)]
mod tests {
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
                    address: String::new(),
                    user_agent: String::new(),
                    route: String::new(),
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
        let due = accumulator.due(FlushScope::Journal, 0, now);
        let mut ids = 1_u128..;
        let new_id = || Uuid::from_u128(ids.next().unwrap_or_default());
        accumulator.collect(counts, Vec::new(), Reports::default(), due, now, new_id)
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
        let written = accumulator.pending.drain(..);
        let keys = written.map(|batch| batch.last_uses.len()).sum();
        (keys, entry.is_some())
    }

    #[test]
    fn journaled_counts_are_written_under_their_journal_batch_when_the_minute_ends() {
        let mut accumulator = Accumulator::default();
        let entries = [1, 1_000].map(|now| collect(&mut accumulator, 2, now).expect("an entry"));
        assert!(collect(&mut accumulator, 0, 2_000).is_none() && accumulator.pending.is_empty());
        assert_eq!(
            entries.map(|entry| (entry.batch, entry.seq)),
            [(Uuid::from_u128(1), 1), (Uuid::from_u128(1), 2)]
        );
        assert!(collect(&mut accumulator, 1, MINUTE).is_none());
        let batch = accumulator.pending.pop_front().expect("a batch");
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
    fn a_batch_stays_pending_under_its_id_until_it_is_written() {
        let mut accumulator = Accumulator::default();
        assert!(collect(&mut accumulator, 1, 1).is_some());
        accumulator.abandon_journal(Timestamp(2), || Uuid::from_u128(2));
        let mut next = || {
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
        assert_eq!(accumulator.pending.len(), 1);
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
}
